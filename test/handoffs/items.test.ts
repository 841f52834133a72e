import { expect, it } from '@jest/globals';
import type { Deployment } from '../../src/deployments/deployment.ts';
import type { EnvironmentFacts, Facts } from '../../src/handoffs/found.ts';
import { contentOf } from '../../src/handoffs/items.ts';
import { chosenItems, newItem, SECTIONS } from '../../src/handoffs/digest.ts';
import { Lock, type Warning } from '../../src/locks/lock.ts';
import { deployment } from '../support/deployment.ts';

const SINCE = new Date('2026-11-22T13:00:00Z');
const AT = new Date('2026-11-23T13:00:00Z');
const UNTIL = new Date('2026-11-24T13:00:00Z');

function hour(number: number): Date {
  return new Date(AT.getTime() + number * 3_600_000);
}

it('says nothing where nothing is open', () => {
  expect(contentOf(facts())).toEqual({ since: SINCE, at: AT, items: [], ended: [], gaps: [], pairs: [] });
});

it.each<[string, Partial<Deployment>, object]>([
  [
    'a failure, with its owner, its reason and the next step',
    { state: 'failure', endedAt: hour(-3), reason: 'driver_failed', summary: 'exit code 1' },
    {
      section: 'failed',
      what: 'main failed',
      where: 'staging/api',
      said: 'driver_failed: exit code 1',
      owner: 'U0ASHA',
      since: hour(-3),
      next: 'Fix it and “/deploy staging api”; nothing was live before',
    },
  ],
  [
    'what is not known, and how it comes to be known',
    { id: 'staging-1', state: 'unknown' },
    {
      section: 'unknown',
      what: 'main blocks: nobody can tell how it ended',
      next: 'Look at the target, then “/deploy resolve staging-1 ran|failed|never”',
    },
  ],
  [
    'what waits for an approval, and who can move it',
    { id: 'staging-1', state: 'awaiting_approval', approvers: ['U0BEN', 'U0NEW', 'U0PIA'] },
    { section: 'awaiting', next: 'Ben or Pia: “/deploy approve staging-1”, or reject', owner: 'U0ASHA' },
  ],
  [
    'what waits for an approval of people whose names nobody knows',
    { id: 'staging-1', state: 'awaiting_approval', approvers: ['U0NEW'] },
    { section: 'awaiting', next: 'An approver of staging: “/deploy approve staging-1”, or reject' },
  ],
  ['what waits in the line', { state: 'waiting' }, { section: 'waiting' }],
  ['what is queued', { state: 'queued' }, { section: 'running', what: 'main is about to start' }],
  [
    'what runs, since its start',
    { state: 'in_progress', startedAt: hour(-1) },
    { section: 'running', what: 'main runs', since: hour(-1) },
  ],
])('tells %s', (_what, overrides, expected) => {
  const { items } = contentOf(facts({ deployments: [deployment(overrides)] }));

  expect(items).toEqual([expect.objectContaining(expected)]);
});

it('says of a break-glass that waits for its approval that it has not started', () => {
  const breakGlass = { reason: 'nobody can pay', reviewedBy: null, reviewedAt: null };
  const { items } = contentOf(
    facts({ deployments: [deployment({ state: 'awaiting_approval', breakGlass })] }),
  );
  expect(items.map(({ what }) => what)).toContain('main broke the glass, and has not started yet');
});

it('does not ask to deploy again where the run may still be going on, however long ago it timed out', () => {
  const endedAt = new Date(SINCE.getTime() - 3_600_000);
  const one = deployment({ id: 'staging-1', state: 'failure', reason: 'timed_out', endedAt });

  const { items } = contentOf(facts({ deployments: [one], blocking: new Set(['staging-1']) }));

  expect(items).toMatchObject([
    {
      section: 'unknown',
      what: 'main blocks: it timed out, and may still run',
      next: 'Look at the target, then “/deploy resolve staging-1 ran|failed|never”',
    },
  ]);
});

it('tells of no failure where it is not known what runs, for nothing can be deployed there yet', () => {
  const deployments = [
    deployment({ id: 'staging-2', state: 'unknown' }),
    deployment({ id: 'staging-1', state: 'failure', endedAt: hour(-2) }),
  ];

  const { items } = contentOf(facts({ deployments }));

  expect(items.map(({ section }) => section)).toEqual(['unknown']);
});

it.each<[string, Partial<Deployment>[], string[]]>([
  [
    'a failure that was made good',
    [
      { state: 'success', endedAt: hour(-1) },
      { state: 'failure', endedAt: hour(-2) },
    ],
    [],
  ],
  [
    'a failure before the last digest as not mended',
    [{ state: 'failure', endedAt: hour(-25) }],
    ['main failed, not mended'],
  ],
  [
    'two failures of one service as one',
    [
      { state: 'failure', endedAt: hour(-1) },
      { state: 'failure', endedAt: hour(-2) },
    ],
    ['main failed (2 times)'],
  ],
  [
    'failures of two services as two',
    [
      { state: 'failure', endedAt: hour(-1) },
      { state: 'failure', endedAt: hour(-2), service: 'web' },
    ],
    ['main failed', 'main failed'],
  ],
  ['what was cancelled as nothing open', [{ state: 'cancelled', endedAt: hour(-1) }], []],
])('takes %s', (_what, all, expected) => {
  const { items } = contentOf(facts({ deployments: all.map((one) => deployment(one)) }));

  expect(items.map(({ what }) => what)).toEqual(expected);
});

it('counts as ended what ended within the span, with how long it took', () => {
  const deployments = [
    deployment({ state: 'success', startedAt: hour(-2), endedAt: hour(-1) }),
    deployment({ state: 'success', startedAt: hour(-30), endedAt: hour(-25) }),
    deployment({ state: 'in_progress' }),
    deployment({ state: 'superseded', endedAt: hour(-3), service: 'web' }),
  ];

  const { ended } = contentOf(facts({ deployments }));

  expect(ended).toMatchObject([
    { state: 'success', seconds: 3_600, by: 'U0ASHA', name: 'Asha', ref: 'main' },
    { state: 'superseded', seconds: null },
  ]);
});

it('offers the lock of somebody who leaves, and only that one', () => {
  const locks = [
    { lock: lock({ id: 'stays', scope: 'staging/web', holder: 'U0BEN' }), leaving: false },
    { lock: lock({ id: 'leaves' }), leaving: true },
    { lock: lock({ id: 'turn', scope: 'staging/db', turn: true }), leaving: true },
  ];

  const { items } = contentOf(facts({}, { locks }));

  expect(items.map(({ section, lock: taken }) => [section, taken?.id])).toEqual([
    ['leaving', 'leaves'],
    ['locks', undefined],
    ['locks', undefined],
  ]);
});

it('tells who waits for a lock, warnings, and what cannot be read', () => {
  const warning: Warning = {
    id: 'w',
    scope: 'staging',
    by: 'U0BEN',
    reason: 'slow disk',
    since: SINCE,
    until: null,
  };
  const place = {
    id: 'p',
    scope: 'staging',
    person: 'U0BEN',
    since: SINCE,
    reason: '',
    channel: '',
    deployment: null,
  };

  const { items } = contentOf(
    facts({ unreadable: ['what runs'] }, { warnings: [warning], line: [place], unreadable: true }),
  );

  expect(items.map(({ section, what }) => `${section}: ${what}`)).toEqual([
    'unreadable: the locks cannot be read',
    'unreadable: what runs cannot be read',
    'waiting: waits for the lock',
    'warnings: warning',
  ]);
});

it.each([
  [{ begins: hour(3), ends: hour(60) }, 'a freeze begins', hour(3)],
  [{ begins: null, ends: hour(2) }, 'the freeze ends', hour(2)],
])('tells a freeze that begins or ends: %j', (span, what, at) => {
  const freeze = { ...span, reason: 'weekend', source: 'configuration' as const, by: null };

  expect(contentOf(facts({ freezes: [freeze] })).items).toMatchObject([
    { section: 'freezes', what, at, said: 'weekend' },
  ]);
});

it('tells the blocked first, then the rest by urgency', () => {
  const note = (id: string, mark: 'blocked' | 'ongoing' | 'done' | null) => {
    return { id, site: 'bengaluru', by: 'U0ASHA', text: `note ${id}`, mark, at: SINCE, link: null };
  };
  const notes = [note('a', 'done'), note('b', null), note('c', 'blocked')];
  const deployments = [
    deployment({ state: 'failure', endedAt: hour(-1), service: 'web' }),
    deployment({ state: 'unknown' }),
  ];

  const { items } = contentOf({ ...facts({ deployments }), notes });

  expect(items.map(({ section }) => section)).toEqual(['blocked', 'unknown', 'failed', 'notes', 'done']);
  expect(items[3]).toMatchObject({ what: 'Note' });
});

it('keeps the id of a thing from digest to digest, and gives no two things the same', () => {
  const deployments = [
    deployment({ state: 'unknown', id: 'staging-bcdfghjk' }),
    deployment({ state: 'unknown' }),
  ];

  const [one, other] = [
    contentOf(facts({ deployments })),
    contentOf({ ...facts({ deployments }), gaps: ['x'] }),
  ];

  expect(one.items.map(({ id }) => id)).toEqual(other.items.map(({ id }) => id));
  expect(new Set(one.items.map(({ id }) => id)).size).toBe(2);
});

it('gives each section a few lines before the most urgent one takes all', () => {
  const all = SECTIONS.slice(0, 4).flatMap((section) =>
    Array.from({ length: 10 }, (_, number) =>
      newItem(`${number}`, { section, what: `${section} ${number}`, where: '' }),
    ),
  );

  const chosen = chosenItems(all, 14, 3);

  expect(SECTIONS.slice(0, 4).map((name) => chosen.filter(({ section }) => section === name).length)).toEqual(
    [5, 3, 3, 3],
  );
  expect(all.filter((one) => chosen.includes(one))).toEqual(chosen);
});

function facts(
  overrides: Partial<EnvironmentFacts> = {},
  claims: Partial<EnvironmentFacts['claims']> = {},
): Facts {
  const none = { locks: [], waiting: [], line: [], warnings: [], unreadable: false };
  const environment: EnvironmentFacts = {
    name: 'staging',
    services: ['api', 'web'],
    deployments: [],
    cut: false,
    live: new Map(),
    blocking: new Set(),
    claims: { ...none, ...claims },
    freezes: [],
    unreadable: [],
    ...overrides,
  };
  return {
    span: { since: SINCE, at: AT, until: UNTIL },
    everywhere: none,
    environments: [environment],
    drifts: [],
    notes: [],
    remote: [],
    gaps: [],
    names: new Map([
      ['U0ASHA', 'Asha'],
      ['U0BEN', 'Ben'],
      ['U0PIA', 'Pia'],
    ]),
  };
}

function lock(overrides: Partial<Lock>): Lock {
  const whole = Lock.parse({
    id: 'l',
    scope: 'staging',
    holder: 'U0ASHA',
    reason: 'load test',
    since: SINCE.toISOString(),
  });
  return { ...whole, ...overrides };
}
