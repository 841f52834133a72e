import { expect, it } from '@jest/globals';
import { type Board, LockedError } from '../../src/locks/lock.ts';
import type { Terms } from '../../src/locks/terms.ts';
import { steal, take, warn } from '../../src/locks/take.ts';
import { NOON } from '../support/context.ts';
import {
  after,
  boardOf,
  byOf,
  HOUR,
  lockOf,
  momentOf,
  outcomeOf,
  placeOf,
  runningOf,
} from '../support/locks.ts';

const NO_TERMS: Terms = { reason: '' };
const ashas = boardOf({ locks: [lockOf({ until: after(HOUR) })] });

it.each([
  { held: 'staging', wanted: 'staging/api', free: false },
  { held: 'staging/api', wanted: 'staging', free: false },
  { held: 'staging/api', wanted: 'staging/api', free: false },
  { held: 'staging/api', wanted: 'staging/web', free: true },
])('of $held leaves $wanted free for others: $free', ({ held, wanted, free }) => {
  const board = boardOf({ locks: [lockOf({ scope: held })] });
  const asking = () =>
    outcomeOf(take({ ...byOf({ person: 'U0BEN', scope: wanted }), terms: NO_TERMS }), board);

  if (free)
    expect(asking()).toMatchObject({ outcome: 'taken', holders: { [wanted]: 'U0BEN', [held]: 'U0ASHA' } });
  else expect(asking).toThrow(expect.objectContaining({ lock: expect.objectContaining({ scope: held }) }));
});

it('stays its holder’s under another’s global lock, and may be extended', () => {
  const moment = momentOf({ global: lockOf({ scope: 'all', holder: 'U0CLEO' }) });
  const board = boardOf({ locks: [lockOf()] });
  const again = (terms: Terms) => outcomeOf(take({ ...byOf(), terms }), board, moment);

  expect(again({ reason: '' })).toMatchObject({ outcome: 'held', unchanged: true });
  expect(again({ reason: '', until: after(HOUR) })).toMatchObject({ outcome: 'extended' });
});

it('is refused for the global lock first, then the environment’s, then the service’s', () => {
  const global = lockOf({ scope: 'all', holder: 'U0CLEO' });
  const locks = [lockOf({ scope: 'staging/api' }), lockOf({ scope: 'staging' })];
  const refused = (given: Partial<Parameters<typeof momentOf>[0]>, board: Board) =>
    scopeInTheWay(() =>
      outcomeOf(take({ ...byOf({ person: 'U0BEN' }), terms: NO_TERMS }), board, momentOf(given)),
    );

  expect(refused({ global }, boardOf({ locks }))).toBe('all');
  expect(refused({}, boardOf({ locks }))).toBe('staging');
  expect(refused({}, boardOf({ locks: locks.slice(0, 1) }))).toBe('staging/api');
  expect(refused({ global: lockOf({ scope: 'all', holder: 'U0BEN' }) }, boardOf())).toBe(undefined);
});

it('may be held by one person on the environment and on its services', () => {
  const board = boardOf({ locks: [lockOf({ scope: 'staging/api' })] });

  expect(outcomeOf(take({ ...byOf(), terms: NO_TERMS }), board)).toMatchObject({
    outcome: 'taken',
    holders: { staging: 'U0ASHA', 'staging/api': 'U0ASHA' },
  });
});

it('is kept as it is, and no news, when its holder takes it again', () => {
  const { outcome, unchanged } = outcomeOf(
    take({ ...byOf(), terms: NO_TERMS }),
    ashas,
    momentOf({ now: after(60_000) }),
  );

  expect({ outcome, unchanged }).toEqual({ outcome: 'held', unchanged: true });
});

it.each<{ asked: string; terms: Terms; lock: object }>([
  {
    asked: 'a later end',
    terms: { reason: '', until: after(4 * HOUR) },
    lock: { until: after(4 * HOUR), reason: 'old' },
  },
  { asked: 'an earlier end', terms: { reason: '', until: after(60_000) }, lock: { until: after(60_000) } },
  { asked: 'another reason', terms: { reason: 'new' }, lock: { until: after(HOUR), reason: 'new' } },
])(
  'is changed by its holder when $asked is asked for, and keeps its id and first moment',
  ({ terms, lock }) => {
    const board = boardOf({ locks: [lockOf({ until: after(HOUR), reason: 'old' })] });

    const { outcome, events, change } = outcomeOf(
      take({ ...byOf(), terms }),
      board,
      momentOf({ now: after(30_000) }),
    );

    expect({ outcome, events }).toEqual({ outcome: 'extended', events: ['extended'] });
    expect(change.board.locks).toMatchObject([{ ...lock, id: 'staging-of-U0ASHA', since: NOON }]);
  },
);

it.each<{ when: string; board: Board; until: number; fits: boolean }>([
  { when: 'to the very bound', board: boardOf(), until: 2 * HOUR, fits: true },
  { when: 'past the bound', board: boardOf(), until: 2 * HOUR + 1, fits: false },
  { when: 'again, counted from the first moment', board: ashas, until: 2 * HOUR, fits: true },
  { when: 'again, past the bound from the first moment', board: ashas, until: 2 * HOUR + 1, fits: false },
])('may last two hours where that is the bound: $when', ({ board, until, fits }) => {
  const now = board === ashas ? after(HOUR / 2) : NOON;
  const terms = { reason: '', until: after(until) };
  const asking = () =>
    outcomeOf(take({ ...byOf(), terms }), board, momentOf({ now, rules: { maxSeconds: 7_200 } }));

  if (fits) expect(asking().change.answer.lock?.until).toEqual(after(until));
  else expect(asking).toThrow('2h here at most, counted from its beginning');
});

it.each([
  { rules: { defaultSeconds: 3_600, maxSeconds: 7_200 }, ends: after(HOUR) },
  { rules: { maxSeconds: 7_200 }, ends: after(2 * HOUR) },
  { rules: {}, ends: null },
])('ends by itself at $ends where nobody says when, by $rules', ({ rules, ends }) => {
  const { change } = outcomeOf(take({ ...byOf(), terms: NO_TERMS }), boardOf(), momentOf({ rules }));

  expect(change.answer.lock?.until).toEqual(ends);
});

it('needs a reason where the configuration says so, but not again from its holder', () => {
  const moment = momentOf({ rules: { requireReason: true } });

  expect(() => outcomeOf(take({ ...byOf(), terms: NO_TERMS }), boardOf(), moment)).toThrow('needs a reason');
  expect(outcomeOf(take({ ...byOf(), terms: { reason: 'x' } }), boardOf(), moment).outcome).toBe('taken');
  expect(outcomeOf(take({ ...byOf(), terms: NO_TERMS }), ashas, moment).outcome).toBe('held');
});

it.each([
  { when: 'another waits for it', line: [placeOf({ deployment: 'd-1' })], person: 'U0CLEO', refused: true },
  {
    when: 'the person is first in the line',
    line: [placeOf({ deployment: 'd-1' })],
    person: 'U0BEN',
    refused: false,
  },
  {
    when: 'another waits for another service',
    line: [placeOf({ scope: 'staging/web', deployment: 'd-1' })],
    person: 'U0CLEO',
    refused: false,
  },
])('does not overtake the line: $when', ({ line, person, refused }) => {
  const asking = () =>
    outcomeOf(take({ ...byOf({ person, scope: 'staging/api' }), terms: NO_TERMS }), boardOf({ line }));

  if (refused) expect(asking).toThrow('Others wait in the line');
  else expect(asking().outcome).toBe('taken');
});

it('is taken by whoever’s turn it is, whoever waits behind them', () => {
  const turn = lockOf({ holder: 'U0BEN', turn: true, until: after(HOUR) });
  const board = boardOf({ locks: [turn], line: [placeOf({ person: 'U0CLEO' })] });

  const { outcome, change } = outcomeOf(take({ ...byOf({ person: 'U0BEN' }), terms: NO_TERMS }), board);

  expect(outcome).toBe('taken');
  expect(change.board.locks).toMatchObject([{ holder: 'U0BEN', turn: false, until: null }]);
});

it('is stolen with a reason, and the holder is told', () => {
  const by = byOf({ person: 'U0BEN' });
  const { outcome, events, holders, change } = outcomeOf(
    steal({ ...by, terms: { reason: 'hotfix' }, only: 'staging-of-U0ASHA' }),
    ashas,
  );

  expect({ outcome, events, holders }).toEqual({
    outcome: 'stolen',
    events: ['stolen'],
    holders: { staging: 'U0BEN' },
  });
  expect(change.events).toMatchObject([{ actor: 'U0BEN', other: 'U0ASHA', reason: 'hotfix' }]);
  // Whose turn comes after it is told in the thread of this news.
  expect(change.board.locks[0]?.news).toBe(`${by.command}-stolen`);
  expect(change.events[0]?.id).toBe(`${by.command}-stolen`);
});

it.each([
  { runs: 'the holder’s deployment', running: runningOf(), refused: true },
  {
    runs: 'a deployment that cannot be read',
    running: runningOf({ service: '', requestedBy: '' }),
    refused: true,
  },
  { runs: 'somebody else’s deployment', running: runningOf({ requestedBy: 'U0CLEO' }), refused: false },
  { runs: 'the holder’s of another service', running: runningOf({ service: 'web' }), refused: false },
])('is not stolen while $runs runs: $refused', ({ running, refused }) => {
  const board = boardOf({ locks: [lockOf({ scope: 'staging/api' })] });
  const stealing = () =>
    outcomeOf(
      steal({ ...byOf({ person: 'U0BEN', scope: 'staging/api' }), terms: { reason: 'x' } }),
      board,
      momentOf({ running: [running] }),
    );

  if (refused) expect(stealing).toThrow(expect.objectContaining({ reason: 'deployment_running' }));
  else expect(stealing().outcome).toBe('stolen');
});

it.each([
  { found: 'another’s lock', board: boardOf({ locks: [lockOf({ holder: 'U0CLEO' })] }) },
  { found: 'one’s own lock', board: boardOf({ locks: [lockOf({ holder: 'U0BEN' })] }) },
  { found: 'no lock', board: boardOf() },
])('is not stolen by a stale button that finds $found', ({ board }) => {
  const stale = steal({ ...byOf({ person: 'U0BEN' }), terms: { reason: 'x' }, only: 'an-earlier-one' });

  expect(outcomeOf(stale, board)).toMatchObject({ outcome: 'not_that_one', unchanged: true });
});

it.each([
  {
    when: 'the holder holds a service besides',
    locks: [lockOf({ scope: 'staging/api' }), lockOf()],
    inTheWay: 'staging/api',
  },
  { when: 'only a service is held', locks: [lockOf({ scope: 'staging/api' })], inTheWay: 'staging/api' },
])('is not stolen around a lock on another scope: $when', ({ locks, inTheWay }) => {
  const stealing = () =>
    outcomeOf(steal({ ...byOf({ person: 'U0BEN' }), terms: { reason: 'x' } }), boardOf({ locks }));

  expect(scopeInTheWay(stealing)).toBe(inTheWay);
});

it.each([
  { what: 'a free one under another’s global lock', board: boardOf() },
  { what: 'another’s under a third one’s global lock', board: ashas },
])('is not stolen: $what', ({ board }) => {
  const moment = momentOf({ global: lockOf({ scope: 'all', holder: 'U0CLEO' }) });
  const stealing = () =>
    outcomeOf(steal({ ...byOf({ person: 'U0BEN' }), terms: { reason: 'x' } }), board, moment);

  expect(scopeInTheWay(stealing)).toBe('all');
});

it('is simply taken by whoever steals what is free, behind the line', () => {
  const stealing = (board: Board) =>
    outcomeOf(steal({ ...byOf({ person: 'U0CLEO' }), terms: { reason: 'x' } }), board);

  expect(stealing(boardOf())).toMatchObject({ outcome: 'taken', events: ['taken'] });
  expect(stealing(boardOf({ locks: [lockOf({ holder: 'U0CLEO' })] })).outcome).toBe('held');
  expect(() => stealing(boardOf({ line: [placeOf({ deployment: 'd-1' })] }))).toThrow(
    'Others wait in the line',
  );
});

it('warns in place of the same person’s earlier warning, ten of them at most', () => {
  const by = (person: string) => ({ ...byOf({ person }), reason: 'flaky', until: null });
  let board = ashas;
  for (const person of ['A', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J'].map((name) => `U0${name}`)) {
    board = outcomeOf(warn(by(person)), board).change.board;
  }

  expect(board.locks).toEqual(ashas.locks);
  expect(board.warnings).toHaveLength(10);
  expect(() => outcomeOf(warn(by('U0K')), board)).toThrow('10 warnings on staging already');
  expect(outcomeOf(warn(by('U0A')), board).outcome).toBe('warned');
});

/** Undefined when nothing was. */
function scopeInTheWay(asking: () => unknown): string | undefined {
  try {
    asking();
    return undefined;
  } catch (error) {
    if (error instanceof LockedError) return error.lock.scope;
    throw error;
  }
}
