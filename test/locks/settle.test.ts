import { expect, it } from '@jest/globals';
import type { Running } from '../../src/locks/lock.ts';
import { deploymentsWhoseTurnItIs, dueAt, settle } from '../../src/locks/settle.ts';
import { take } from '../../src/locks/take.ts';
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

const ends = boardOf({ locks: [lockOf({ scope: 'staging/api', until: after(HOUR) })] });

it.each<{ when: string; now: number; running: Running[]; over: boolean }>([
  { when: 'a moment before its end', now: HOUR - 1, running: [], over: false },
  { when: 'at its end', now: HOUR, running: [], over: true },
  { when: 'under a deployment that began before', now: 2 * HOUR, running: [runningOf()], over: false },
  {
    when: 'under anybody’s deployment',
    now: HOUR,
    running: [runningOf({ requestedBy: 'U0BEN' })],
    over: false,
  },
  {
    when: 'under a lease that cannot be read',
    now: HOUR,
    running: [runningOf({ service: '', since: new Date(0) })],
    over: false,
  },
  {
    when: 'while another service is deployed',
    now: HOUR,
    running: [runningOf({ service: 'web' })],
    over: true,
  },
  {
    when: 'while one runs that began after its end',
    now: 2 * HOUR,
    running: [runningOf({ since: after(HOUR) })],
    over: true,
  },
])('is over $when: $over', ({ now, running, over }) => {
  const { events, holders, unchanged } = outcomeOf(settle, ends, momentOf({ now: after(now), running }));

  expect({ events, holders, unchanged }).toEqual(
    over
      ? { events: ['expired'], holders: {}, unchanged: false }
      : { events: [], holders: { 'staging/api': 'U0ASHA' }, unchanged: true },
  );
});

it('of the whole environment is kept by a deployment of any of its services', () => {
  const board = boardOf({ locks: [lockOf({ until: after(HOUR) })] });
  const moment = momentOf({ now: after(HOUR), running: [runningOf({ service: 'web' })] });

  expect(outcomeOf(settle, board, moment).unchanged).toBe(true);
});

it('ends, and is somebody else’s in the same step, each told once', () => {
  const { events, change } = outcomeOf(
    take({ ...byOf({ person: 'U0BEN', scope: 'staging/api' }), terms: { reason: '' } }),
    ends,
    momentOf({ now: after(HOUR) }),
  );

  expect(events).toEqual(['expired', 'taken']);
  expect(change.events).toMatchObject([
    { actor: 'baton', other: 'U0ASHA', id: 'expired-staging/api-of-U0ASHA' },
    { actor: 'U0BEN' },
  ]);
});

it('ends warnings, and reminds holders again and again, each time under another id', () => {
  const warning = { id: 'w-1', scope: 'staging', by: 'U0ASHA', reason: 'x', since: NOON, until: after(HOUR) };
  const board = boardOf({ locks: [lockOf({ remindAt: after(HOUR) })], warnings: [warning] });
  const remindAt = (_holder: string, since: Date) => new Date(since.getTime() + HOUR);

  const first = outcomeOf(settle, board, momentOf({ now: after(HOUR), remindAt }));
  expect(first.events).toEqual(['warning_ended', 'reminded']);
  expect(outcomeOf(settle, first.change.board, momentOf({ now: after(HOUR), remindAt })).unchanged).toBe(
    true,
  );
  const second = outcomeOf(settle, first.change.board, momentOf({ now: after(2 * HOUR), remindAt }));
  expect(second.events).toEqual(['reminded']);
  expect(second.change.events[0]?.id).not.toBe(first.change.events[1]?.id);
});

it('reminds only the holders whose time it is', () => {
  const due = lockOf({ scope: 'staging/api', remindAt: after(HOUR) });
  const later = lockOf({ scope: 'staging/web', remindAt: after(2 * HOUR) });

  const { change } = outcomeOf(settle, boardOf({ locks: [due, later] }), momentOf({ now: after(HOUR) }));

  expect(change.events).toMatchObject([{ kind: 'reminded', scope: 'staging/api' }]);
  expect(change.board.locks).toEqual([{ ...due, remindAt: null }, later]);
});

it('has nothing more to do at the same moment', () => {
  const board = boardOf({
    locks: [lockOf({ until: after(HOUR) })],
    line: [placeOf(), placeOf({ person: 'U0CLEO' }), placeOf({ person: 'U0CLEO', scope: 'staging/api' })],
  });
  const moment = momentOf({ now: after(HOUR) });

  const { change, events } = outcomeOf(settle, board, moment);

  expect(events).toEqual(['expired', 'turn']);
  expect(outcomeOf(settle, change.board, moment).unchanged).toBe(true);
});

it('is next looked at when the first of all ends, offers, reminders and warnings falls due', () => {
  const warning = {
    id: 'w-1',
    scope: 'staging',
    by: 'U0ASHA',
    reason: 'x',
    since: NOON,
    until: after(4_000),
  };
  const offer = { id: 'o-1', to: 'U0BEN', since: NOON, until: after(2_000) };
  const lock = lockOf({ until: after(3_000), remindAt: after(5_000), offer });
  const board = boardOf({ locks: [lock], warnings: [warning] });

  const due = [0, 2_000, 3_000, 4_000, 5_000].map((now) => dueAt(board, after(now)));

  expect(due).toEqual([after(2_000), after(3_000), after(4_000), after(5_000), undefined]);
  expect(dueAt(boardOf({ locks: [lockOf()] }), NOON)).toBeUndefined();
});

it('wakes the deployments that stand first for what is free for them', () => {
  const line = [
    placeOf({ scope: 'staging/api', deployment: 'd-1' }),
    placeOf({ scope: 'staging/web', deployment: 'd-2' }),
    placeOf({ scope: 'staging/api', deployment: 'd-3' }),
  ];
  const woken = (
    locks: Parameters<typeof boardOf>[0],
    global = undefined as ReturnType<typeof lockOf> | undefined,
  ) => deploymentsWhoseTurnItIs(boardOf({ line, ...locks }), { global });

  expect(woken({})).toEqual(['d-1', 'd-2']);
  expect(woken({ locks: [lockOf({ scope: 'staging/api' })] })).toEqual(['d-2']);
  expect(woken({ locks: [lockOf({ holder: 'U0BEN' })] })).toEqual(['d-1', 'd-2']);
  expect(woken({}, lockOf({ scope: 'all' }))).toEqual([]);
});
