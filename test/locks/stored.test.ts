import { afterEach, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { answer, type Change, event, eventBy } from '../../src/locks/change.ts';
import type { LockEvent } from '../../src/locks/event.ts';
import { listUntold } from '../../src/locks/history.ts';
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
  turn: true,
  thread: 'c-0-taken',
};

const PLAIN_CHANGE: Change = {
  board: boardOf({ locks: [PLAIN] }),
  events: [EMPTY_EVENT],
  answer: answer('taken', { lock: PLAIN }),
};
const FULL_CHANGE: Change = {
  board: boardOf({ locks: [FULL, PLAIN], line: [PLACE], warnings: [WARNING] }),
  events: [FULL_EVENT, EMPTY_EVENT],
  answer: answer('stolen', { lock: FULL, place: PLACE, ahead: 2, locks: [FULL, PLAIN], warnings: [WARNING] }),
};
const OTHER = lockOf({ id: 'other' });
const CHANGES = {
  nothing: { board: boardOf(), events: [], answer: answer('free') },
  plain: PLAIN_CHANGE,
  full: FULL_CHANGE,
  'an answer about the lock of its event': { ...FULL_CHANGE, answer: answer('taken', { lock: FULL }) },
  'an answer about another lock': { ...FULL_CHANGE, answer: answer('taken', { lock: OTHER }) },
  'an answer about no lock': { ...FULL_CHANGE, answer: answer('freed') },
};

const BOARD = 'baton:{staging}:lock';
const DID = 'baton:{staging}:did:c-1';
const UNTOLD = 'baton:{staging}:lock:untold';

it.each(Object.entries(CHANGES))('reads back all that was written: %s', async (_which, change) => {
  const redis = testRedis();

  await write(redis, 'staging', { seen: await read(redis, 'staging'), command: 'c-1', change });

  expect(await stored(redis)).toEqual(change);
});

it('writes nothing that is read as the same without it', async () => {
  const redis = testRedis();
  const change = { ...PLAIN_CHANGE, events: [{ ...EMPTY_EVENT, lock: PLAIN }] };

  await write(redis, 'staging', { seen: await read(redis, 'staging'), command: 'c-1', change });

  const lock = { id: PLAIN.id, scope: 'staging', holder: 'U0ASHA', reason: '', since: NOON.toISOString() };
  const told = {
    id: 'c-1-taken',
    kind: 'taken',
    at: NOON.toISOString(),
    actor: 'U0ASHA',
    scope: 'staging',
    lock,
  };
  expect(JSON.parse(String(await redis.get(BOARD)))).toEqual({
    version: 2,
    locks: [lock],
    line: [],
    warnings: [],
  });
  expect(JSON.parse(String(await redis.get(DID)))).toEqual({ outcome: 'taken', events: [told] });
  expect(await redis.lrange(UNTOLD, 0, -1)).toEqual(['c-1']);
});

it('reads what was written with every member', async () => {
  const redis = testRedis();
  const { board, events, answer: told } = FULL_CHANGE;
  await redis.set(BOARD, JSON.stringify(board));
  await redis.set(DID, JSON.stringify({ ...told, events }));
  await redis.rpush(UNTOLD, 'c-1');

  expect(await stored(redis)).toEqual(FULL_CHANGE);
});

it('makes an event of every member that it is given', () => {
  expect(event(FULL_EVENT)).toEqual(FULL_EVENT);
  const { id: _id, actor, channel, ...told } = FULL_EVENT;
  const by = { command: 'c-1', person: actor, channel };
  expect(eventBy(by, told)).toEqual({ ...FULL_EVENT, id: 'c-1-taken' });
});

async function stored(redis: Redis): Promise<Partial<Change>> {
  const { board } = await readBoard(redis, 'staging');
  const untold = await listUntold(redis, 'staging');
  const did = await findDone(redis, 'staging', 'c-1');
  return {
    board,
    events: untold.flatMap(({ all }) => all.flatMap(({ event: one }) => one ?? [])),
    ...(did !== undefined && { answer: did }),
  };
}
