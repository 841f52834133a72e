import { expect, it } from '@jest/globals';
import { mentionsIn, problemsWithBlocks } from '../../playground/slack/block-kit.ts';
import {
  type Content,
  type Digest,
  type Ended,
  type Item,
  newItem,
  SECTIONS,
} from '../../src/handoffs/digest.ts';
import { digestThread } from '../../src/views/digest-thread.ts';
import { digestView, leadTold, standing } from '../../src/views/digest.ts';
import { mrkdwn, type View } from '../../src/views/view.ts';

const AT = new Date('2026-11-23T13:00:00Z');

function hour(number: number): Date {
  return new Date(AT.getTime() + number * 3_600_000);
}

it('says in a line or two that nothing is open', () => {
  const view = digestView(digest({}));

  expect(view.text).toBe('Handoff bengaluru to us: nothing is open');
  expect(linesOf(view).join('\n')).toContain('Nothing is open.');
  expect(linesOf(view).length).toBeLessThanOrEqual(4);
});

it('shows a week of 40 services, 200 deployments, 15 locks in twenty lines, and the rest in the thread', () => {
  const week = digest({ items: weekItems(), ended: weekEnded() });

  const view = digestView(week);
  const thread = digestThread(week);

  expect(linesOf(view).length).toBeLessThanOrEqual(20);
  expect(JSON.stringify(view.blocks)).toMatch(/\d+ lines more in the thread\./);
  expect(problemsWithBlocks(view.blocks)).toEqual([]);
  for (const part of thread) expect(problemsWithBlocks(part.blocks)).toEqual([]);
  const all = [view, ...thread].flatMap(linesOf).join('\n');
  for (const { id } of week.content?.items ?? []) expect(all).toContain(`\`${id}\``);
  expect(all.match(/took \d+ (s|min|h)/g)).toHaveLength(week.content?.ended.length ?? 0);
  expect(thread.map(({ text }) => text)).toEqual(
    expect.arrayContaining(['Deployments to production', 'Deployments to staging']),
  );
});

it('counts what was deployed to each environment, in the order in which people count', () => {
  const [failure, success] = ['failure', 'success'].map((state) =>
    weekEnded().find((one) => one.state === state),
  );
  const to = (environment: string, one = success) => (one === undefined ? [] : [{ ...one, environment }]);
  const ended = [...to('team-10'), ...to('team-2'), ...to('staging'), ...to('staging', failure)];

  expect(linesOf(digestView(digest({ ended })))[1]).toContain(
    'deployed: staging: 2 (1 failed), team-2: 1, team-10: 1.',
  );
  expect(digestThread(digest({ ended })).map(({ text }) => text)).toEqual([
    'Deployments to staging',
    'Deployments to team-2',
    'Deployments to team-10',
  ]);
});

it('names failures before all other deployments of an environment', () => {
  const parts = digestThread(digest({ ended: weekEnded() }));

  const [title, first] = linesOf(parts[0] ?? { text: '', blocks: [] });
  expect(title).toBe('*Deployments to production* (100)');
  expect(first).toMatch(/^:x: /);
});

it.each(['<!channel> *all* `x` :fire: <@U0BEN>', 'é'.repeat(4_000), '&'.repeat(4_000), '', '\u202E<!here>'])(
  'keeps what people wrote inert and within Slack’s limits: %#',
  (text) => {
    const items = SECTIONS.flatMap((section) =>
      Array.from({ length: 20 }, (_, number) =>
        newItem(`${number}`, {
          section,
          what: text,
          where: text,
          said: text,
          owner: 'U0ASHA',
          next: text,
          lock: section === 'leaving' ? { id: 'l', scope: 'staging' } : null,
        }),
      ),
    );
    const ended = weekEnded().map((one) => ({ ...one, ref: text, reason: text }));
    const week = digest({ items, ended, gaps: [text, text, text] });

    for (const view of [
      digestView(week),
      ...digestThread(week),
      standing(mrkdwn`*Now*`, { content: contentOf(week), assigned: {}, left: 3 }),
    ]) {
      expect(problemsWithBlocks(view.blocks)).toEqual([]);
      expect(new Set(mentionsIn(view)).size).toBeLessThanOrEqual(1); // its owner
      expect(JSON.stringify(view)).not.toContain('<!channel>');
    }
  },
);

it('offers to take the handoff until somebody has it, then shows who and since when', () => {
  const open = digestView(digest({}));
  const taken = digestView({ ...digest({}), state: 'taken', taken: { by: 'U0BEN', at: hour(1) } });

  expect(buttonsOf(open)).toEqual({ 'I have it': 'handoff take bengaluru-us-2026-11-23' });
  expect(buttonsOf(taken)).toEqual({});
  expect(linesOf(taken).at(-1)).toMatch(/<@U0BEN> has it since <!date\^1795442400\^/);
});

it('has a button on a lock whose holder leaves and on an approval, until somebody has it', () => {
  const lock = newItem('l', {
    section: 'leaving',
    what: 'locked',
    where: 'staging',
    lock: { id: 'l1', scope: 'staging' },
  });
  const approval = newItem('a', { section: 'awaiting', what: 'waits', where: 'production/api' });
  const view = digestView(digest({ items: [approval, lock] }));
  const assigned = {
    [lock.id]: { to: 'U0BEN', by: 'U0BEN', at: AT },
    [approval.id]: { to: 'U0BEN', by: 'U0BEN', at: AT },
  };
  const after = digestView({ ...digest({ items: [approval, lock] }), assigned });

  expect(commandsOf(view)).toEqual([
    `handoff take bengaluru-us-2026-11-23 --item ${approval.id}`,
    'handoff take bengaluru-us-2026-11-23 --lock l1',
    'handoff take bengaluru-us-2026-11-23',
  ]);
  expect(commandsOf(after)).toEqual(['handoff take bengaluru-us-2026-11-23']);
  expect(linesOf(after).join('\n')).toContain('→ <@U0BEN> has it');
});

it('has the whole of a long note in its thread, and the message that it was made from in both', () => {
  const said = `${'the migration is half way, and '.repeat(8)}here it ends`;
  const link = 'https://acme.slack.com/archives/C0STG/p1';
  const note = newItem('n', { section: 'notes', what: 'Note', where: '', said, link, owner: 'U0ASHA' });
  const told = digest({ items: [note] });

  const main = linesOf(digestView(told)).join('\n');
  const thread = digestThread(told).flatMap(linesOf).join('\n');

  expect(main).toContain('…” (<https://acme.slack.com/archives/C0STG/p1|message>)');
  expect(thread).toContain('here it ends” (<https://acme.slack.com/archives/C0STG/p1|message>)');
});

it('shows what is to be typed next letter by letter', () => {
  const item = newItem('f', {
    section: 'failed',
    what: 'main failed',
    where: 'staging/api',
    next: 'Fix it and “/deploy staging api”; main was live before',
  });

  expect(linesOf(digestView(digest({ items: [item] }))).join('\n')).toContain(
    '→ Fix it and `/deploy staging api`; main was live before ·\u00A0`',
  );
});

it('has the same buttons in its thread, in as many messages whatever is assigned', () => {
  const items = Array.from({ length: 45 }, (_, number) =>
    newItem(`${number}`, {
      section: 'leaving',
      what: 'locked',
      where: `staging/service-${number}`,
      next: 'take it over',
      lock: { id: `l${number}`, scope: 'staging' },
    }),
  );
  const told = digest({ items });
  const assigned = Object.fromEntries(items.map(({ id }) => [id, { to: 'U0BEN', by: 'U0BEN', at: AT }]));

  const thread = digestThread(told);
  const after = digestThread({ ...told, assigned });

  expect(thread.flatMap(commandsOf)).toEqual(
    items.map(({ lock }) => `handoff take bengaluru-us-2026-11-23 --lock ${lock?.id}`),
  );
  expect(after.flatMap(commandsOf)).toEqual([]);
  expect([thread.length, after.length]).toEqual([2, 2]);
  for (const part of thread) expect(problemsWithBlocks(part.blocks)).toEqual([]);
});

it('tells times in the reader’s own zone', () => {
  const item = newItem('f', {
    section: 'freezes',
    what: 'a freeze begins',
    where: 'production',
    at: hour(4),
  });

  expect(linesOf(digestView(digest({ items: [item] }))).join('\n')).toMatch(
    /a freeze begins <!date\^1795453200\^/,
  );
});

it('tells the lead what waits for them', () => {
  const view = leadTold(digest({ items: weekItems() }));

  expect(linesOf(view)[0]).toContain('Nobody at *us* has said yet');
  expect(problemsWithBlocks(view.blocks)).toEqual([]);
});

function weekItems(): Item[] {
  const counts = {
    failed: 8,
    leaving: 7,
    locks: 8,
    running: 3,
    awaiting: 4,
    unshipped: 40,
    freezes: 1,
    blocked: 1,
    ongoing: 3,
  };
  const items = Object.entries(counts).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, number) =>
      newItem(`${number}`, {
        section: SECTIONS.find((one) => one === section) ?? 'locks',
        what: `${section} thing ${number}`,
        where: `production/service-${number}`,
        said: 'because the load test needs the whole of it',
        owner: 'U0ASHA',
        since: hour(-number),
        next: 'Fix it and “/deploy production service”',
        lock: section === 'leaving' ? { id: `lock-${number}`, scope: 'staging' } : null,
      }),
    ),
  );
  return items.toSorted((one, other) => SECTIONS.indexOf(one.section) - SECTIONS.indexOf(other.section));
}

function weekEnded(): Ended[] {
  return Array.from({ length: 200 }, (_, number): Ended => {
    const failed = number % 25 === 0;
    return {
      id: `staging-${number}`,
      environment: number % 2 === 0 ? 'production' : 'staging',
      service: `service-${number % 40}`,
      ref: 'main',
      state: failed ? 'failure' : 'success',
      reason: failed ? 'driver_failed: exit code 1' : '',
      by: 'U0ASHA',
      name: 'Asha',
      endedAt: hour(-number / 8),
      seconds: 184,
    };
  });
}

function digest(overrides: Partial<Content>): Digest {
  return {
    version: 1,
    id: 'bengaluru-us-2026-11-23',
    revision: 3,
    state: 'posted',
    handoff: 'bengaluru-us',
    from: 'bengaluru',
    to: 'us',
    date: '2026-11-23',
    dueAt: AT,
    channel: 'C0HAND',
    late: false,
    folded: [],
    content: { since: hour(-24), at: AT, items: [], ended: [], gaps: [], pairs: [], ...overrides },
    postedAt: AT,
    taken: null,
    assigned: {},
    leadToldAt: null,
  };
}

function contentOf({ content }: Digest): Content {
  if (content === null) throw new Error('it has one');
  return content;
}

function linesOf({ blocks }: View): string[] {
  return blocks.flatMap((block) => {
    if (block.type === 'section') return (block.text?.text ?? '').split('\n');
    if (block.type !== 'context') return [];
    return block.elements.map((element) => ('text' in element ? element.text : ''));
  });
}

function buttonsOf({ blocks }: View): Record<string, string> {
  const found = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
  return Object.fromEntries(
    found.flatMap((one) => (one.type === 'button' ? [[one.text.text, one.value ?? '']] : [])),
  );
}

function commandsOf(view: View): string[] {
  const lines = view.blocks.flatMap((block) =>
    block.type === 'section' && block.accessory?.type === 'button' ? [block.accessory.value ?? ''] : [],
  );
  return [...lines, ...Object.values(buttonsOf(view))];
}
