import { afterEach, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { listUntold, lockHistory, markTold, type Untold } from '../../src/locks/history.ts';
import { release } from '../../src/locks/release.ts';
import { take } from '../../src/locks/take.ts';
import { closeContexts, testRedis } from '../support/context.ts';
import { applyTo } from '../support/locks.ts';

afterEach(closeContexts);

const HISTORY = 'baton:{staging}:lock:history';
const UNTOLD = 'baton:{staging}:lock:untold';
const DID = 'baton:{staging}:did:c-1';

it('shows what happened, newest first, once, and in the same order before it is told and after', async () => {
  const redis = await takenAndFreed();
  const before = await shown(redis);
  const [first] = await listUntold(redis, 'staging');
  if (first === undefined) throw new Error('nothing is untold');

  await markTold(redis, 'staging', first);
  const between = await shown(redis);
  await markTold(redis, 'staging', first); // by another worker
  for (const one of await listUntold(redis, 'staging')) await markTold(redis, 'staging', one);

  for (const one of [before, between, await shown(redis)]) expect(one).toEqual(['c-2-freed', 'c-1-taken']);
  expect(await redis.llen(HISTORY)).toBe(2);
  expect(await shown(redis, 1)).toEqual(['c-2-freed']);
});

it('shows once what is told while somebody reads', async () => {
  const redis = await takenAndFreed();
  const [first] = await listUntold(redis, 'staging');

  await redis.lpush(HISTORY, ...(first?.all ?? []).map(({ row }) => row)); // as the reader finds it then

  expect((await shown(redis)).toSorted()).toEqual(['c-1-taken', 'c-2-freed']);
});

it('keeps a thousand, and leaves out what cannot be read', async () => {
  const redis = await takenAndFreed();
  await redis.lpush(HISTORY, ...Array.from({ length: 1_100 }, () => 'rubbish'));

  for (const one of await listUntold(redis, 'staging')) await markTold(redis, 'staging', one);

  expect(await shown(redis)).toEqual(['c-2-freed', 'c-1-taken']);
  expect(await redis.llen(HISTORY)).toBe(1_000);
});

it('remembers what is untold, in its order, until it is told', async () => {
  const redis = await takenAndFreed();
  await lock(redis); // the same command again

  const untold = await listUntold(redis, 'staging');
  expect(idsOf(untold)).toEqual(['c-1-taken', 'c-2-freed']);
  for (const one of untold.slice(0, 1)) await markTold(redis, 'staging', one);
  expect(idsOf(await listUntold(redis, 'staging'))).toEqual(['c-2-freed']);
  expect(await redis.llen(UNTOLD)).toBe(1);
});

it('keeps what a command did until that is told, and a day longer', async () => {
  const redis = await takenAndFreed();
  expect(await redis.ttl(DID)).toBe(-1);
  const [first] = await listUntold(redis, 'staging');
  if (first === undefined) throw new Error('nothing is untold');

  await markTold(redis, 'staging', first);

  expect(await redis.ttl(DID)).toBeGreaterThan(86_300);
  expect(await redis.ttl(DID)).toBeLessThanOrEqual(86_400);
  await redis.expire(DID, 60);
  await markTold(redis, 'staging', first); // by another worker
  expect(await redis.ttl(DID)).toBeLessThanOrEqual(60);
});

it.each([
  ['is gone', (redis: Redis) => redis.del(DID), `nothing stands at ${DID}`],
  ['is no JSON', (redis: Redis) => redis.set(DID, 'rubbish'), 'rubbish'],
  ['is a list', (redis: Redis) => redis.del(DID).then(() => redis.rpush(DID, 'x')), undefined],
])('gives as one thing that cannot be read a record that %s', async (_what, spoil, row) => {
  const redis = await takenAndFreed();
  await spoil(redis);

  const [first, second] = await listUntold(redis, 'staging');

  expect(first?.all).toEqual([{ row: row ?? expect.stringContaining(DID), event: undefined }]);
  expect(second?.all).toMatchObject([{ event: { id: 'c-2-freed' } }]);
  expect(await shown(redis)).toEqual(['c-2-freed']);
});

async function takenAndFreed(): Promise<Redis> {
  const redis = testRedis();
  await lock(redis);
  const by = { command: 'c-2', person: 'U0ASHA', channel: '', scope: 'staging' };
  await applyTo(redis, release({ ...by, force: false, reason: '' }), by);
  return redis;
}

function lock(redis: Redis) {
  const by = { command: 'c-1', person: 'U0ASHA', channel: '', scope: 'staging' };
  return applyTo(redis, take({ ...by, terms: { reason: '' } }), by);
}

function idsOf(untold: readonly Untold[]) {
  return untold.flatMap(({ all }) => all.map(({ event }) => event?.id));
}

async function shown(redis: Redis, limit = 2_000): Promise<string[]> {
  return (await lockHistory(redis, 'staging', limit)).map(({ id }) => id);
}
