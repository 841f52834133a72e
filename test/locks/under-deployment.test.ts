import { afterEach, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { type Lock, LockedError } from '../../src/locks/lock.ts';
import { findLock, locksOn, releaseLock, takeLock } from '../../src/locks/store.ts';
import { closeContexts, NOON, testRedis } from '../support/context.ts';

afterEach(closeContexts);

const LATER = new Date(NOON.getTime() + 3_600_000);

it('does not end under a deployment that began before its end, but with it', async () => {
  const redis = testRedis();
  await take(redis, { until: LATER });
  await lease(redis, 'web', NOON);
  await lease(redis, 'api', LATER);

  expect(await locksOn(redis, 'staging', ['api'], LATER)).toMatchObject([{ holder: 'U0ASHA' }]);
  expect(await findLock(redis, 'staging', LATER)).toMatchObject({ holder: 'U0ASHA' });
  const ben = { holder: 'U0BEN', since: LATER };
  await expect(take(redis, ben)).rejects.toThrow(LockedError);
  await expect(take(redis, { ...ben, scope: 'staging/api' })).rejects.toThrow(LockedError);
  await expect(release(redis, { holder: 'U0BEN' })).rejects.toThrow(LockedError);
  expect(await take(redis, { since: LATER })).toMatchObject({ outcome: 'held' });

  await redis.hdel('baton:{staging}:leases', 'web');
  expect(await locksOn(redis, 'staging', ['api'], LATER)).toEqual([]);
  expect(await findLock(redis, 'staging', LATER)).toBeUndefined();
  expect(await take(redis, ben)).toMatchObject({ outcome: 'taken', expired: { holder: 'U0ASHA' } });
});

it('is given up by its holder under a deployment, also after its end', async () => {
  const redis = testRedis();
  await take(redis, { until: LATER });
  await lease(redis, 'api', NOON);

  expect(await release(redis)).toMatchObject({ outcome: 'freed' });
});

it.each([
  ['a lease that cannot be read', (redis: Redis) => redis.hset('baton:{staging}:leases', 'api', 'rubbish')],
  ['no leases but something else', (redis: Redis) => redis.set('baton:{staging}:leases', 'rubbish')],
])('does not end while there is %s', async (_what, put) => {
  const redis = testRedis();
  await take(redis, { until: LATER });
  await put(redis);

  expect(await findLock(redis, 'staging', LATER)).toMatchObject({ holder: 'U0ASHA' });
  await expect(take(redis, { holder: 'U0BEN', since: LATER })).rejects.toThrow(LockedError);
});

async function lease(redis: Redis, service: string, since: Date): Promise<void> {
  const held = { deployment: `staging-${service}`, fence: 1, requestedBy: 'U0BEN', ref: 'main', since };
  await redis.hset('baton:{staging}:leases', service, JSON.stringify(held));
}

let commands = 0;

function take(redis: Redis, given: Partial<Lock> = {}) {
  const id = `c-${commands++}`;
  const usual = {
    version: 1,
    id,
    scope: 'staging',
    holder: 'U0ASHA',
    reason: '',
    since: NOON,
    until: null,
  } as const;
  return takeLock(redis, { command: id, services: ['api', 'web'], lock: { ...usual, ...given } });
}

function release(redis: Redis, { holder = 'U0ASHA' } = {}) {
  return releaseLock(redis, { command: `c-${commands++}`, scope: 'staging', now: LATER, holder });
}
