import { afterEach, expect, it } from '@jest/globals';
import { answer, type Change, event } from '../../src/locks/change.ts';
import type { LockEvent } from '../../src/locks/event.ts';
import { untoldEvents } from '../../src/locks/history.ts';
import type { Lock, Place, Warning } from '../../src/locks/lock.ts';
import { findDone, read, write } from '../../src/locks/stored.ts';
import { readBoard } from '../../src/locks/store.ts';
import { closeContexts, NOON, testRedis } from '../support/context.ts';
import { after, boardOf, HOUR, lockOf, placeOf } from '../support/locks.ts';

afterEach(closeContexts);

const tie = { repository: 'acme/api', number: 12, asked: false };
const handoff = { from: 'bengaluru', at: after(HOUR) };

const PLAIN = lockOf();
const FULL: Required<Lock> = {
  ...PLAIN,
  reason: 'load test',
  until: after(HOUR),
  turn: true,
  asked: { seconds: 60, until: after(HOUR), handoff, pullRequest: tie },
  handoff,
  pullRequest: { ...tie, asked: true },
  remindAt: after(HOUR),
  offer: { id: 'o-1', to: 'U0BEN', since: NOON, until: after(HOUR) },
  channel: 'C0STG',
  news: 'c-1-taken',
};
const PLACE: Required<Place> = { ...placeOf(), asked: { seconds: 60 } };
const WARNING: Required<Warning> = {
  id: 'w-1',
  scope: 'staging/api',
  by: 'baton',
  reason: '',
  since: NOON,
  until: null,
  heldBack: { good: 'a', bad: 'b' },
};
const EMPTY_EVENT = event({ id: 'c-1-taken', kind: 'taken', at: NOON, actor: 'U0ASHA', scope: 'staging' });
const FULL_EVENT: Required<LockEvent> = {
  ...EMPTY_EVENT,
  reason: 'load test',
  other: 'U0BEN',
  lock: FULL,
  place: PLACE,
  warning: WARNING,
  ahead: 2,
  channel: 'C0STG',
  thread: 'c-0-taken',
};

const CHANGES: Record<string, Change> = {
  empty: { board: boardOf(), events: [EMPTY_EVENT], answer: answer('free') },
  plain: {
    board: boardOf({ locks: [PLAIN] }),
    events: [{ ...EMPTY_EVENT, lock: PLAIN }],
    answer: answer('taken', { lock: PLAIN }),
  },
  full: {
    board: boardOf({ locks: [FULL, PLAIN], line: [PLACE], warnings: [WARNING] }),
    events: [FULL_EVENT, EMPTY_EVENT],
    answer: answer('stolen', {
      lock: FULL,
      place: PLACE,
      ahead: 2,
      locks: [FULL, PLAIN],
      warnings: [WARNING],
    }),
  },
};

it.each(Object.keys(CHANGES))('reads back all that was written: %s', async (which) => {
  const redis = testRedis();
  const change = CHANGES[which] as Change;

  await write(redis, 'staging', { seen: await read(redis, 'staging'), command: 'c-1', change });

  expect((await readBoard(redis, 'staging')).board).toEqual(change.board);
  expect((await untoldEvents(redis, 'staging')).map((untold) => untold.event)).toEqual(change.events);
  expect(await findDone(redis, 'staging', 'c-1')).toEqual(change.answer);
});

it('reads what was written with every member', async () => {
  const redis = testRedis();
  const { board } = CHANGES['full'] as Change;
  await redis.set('baton:{staging}:lock', JSON.stringify(board));

  expect((await readBoard(redis, 'staging')).board).toEqual(board);
});
