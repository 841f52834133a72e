import { afterEach, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { LockedError } from '../../src/locks/lock.ts';
import { release } from '../../src/locks/release.ts';
import { settle } from '../../src/locks/settle.ts';
import { findGlobalLock, locksOn } from '../../src/locks/store.ts';
import { steal, take } from '../../src/locks/take.ts';
import { closeContexts, NOON, testRedis } from '../support/context.ts';
import { after, applyTo, byOf, HOUR } from '../support/locks.ts';

afterEach(closeContexts);

const LATER = after(HOUR);

it('does not end under a deployment that began before its end, but with it', async () => {
  const redis = testRedis();
  await ashaTakes(redis);
  await lease(redis, 'web', NOON);
  await lease(redis, 'api', LATER);

  expect(await holder(redis)).toBe('U0ASHA');
  await expect(benTakes(redis)).rejects.toThrow(LockedError);
  await expect(benTakes(redis, 'staging/api')).rejects.toThrow(LockedError);
  await expect(frees(redis, 'U0BEN')).rejects.toThrow(LockedError);
  expect(await applyTo(redis, settle, { now: LATER })).toMatchObject({ outcome: 'settled' });
  expect(await holder(redis)).toBe('U0ASHA');

  await redis.hdel('baton:{staging}:leases', 'web');
  expect(await holder(redis)).toBeUndefined();
  expect(await benTakes(redis)).toMatchObject({ outcome: 'taken' });
});

it('does not end when a deployment begins while it is being ended', async () => {
  const redis = testRedis();
  await ashaTakes(redis);
  // The process knows the board, and thinks that nothing runs.
  await lease(redis, 'api', NOON);

  await applyTo(redis, settle, { now: LATER });
  await expect(benTakes(redis)).rejects.toThrow(LockedError);

  expect(await holder(redis)).toBe('U0ASHA');
});

it('is given up by its holder under a deployment, also after its end', async () => {
  const redis = testRedis();
  await ashaTakes(redis);
  await lease(redis, 'api', NOON);

  expect(await frees(redis, 'U0ASHA')).toMatchObject({ outcome: 'freed' });
});

it.each([
  ['a lease that cannot be read', (redis: Redis) => redis.hset('baton:{staging}:leases', 'api', 'rubbish')],
  ['no leases but something else', (redis: Redis) => redis.set('baton:{staging}:leases', 'rubbish')],
])('neither ends nor is stolen while there is %s', async (_what, put) => {
  const redis = testRedis();
  await ashaTakes(redis);
  await put(redis);

  expect(await holder(redis)).toBe('U0ASHA');
  await expect(benTakes(redis)).rejects.toThrow(LockedError);
  const stealing = applyTo(redis, steal({ ...byOf({ person: 'U0BEN' }), terms: { reason: 'x' } }));
  await expect(stealing).rejects.toMatchObject({ reason: 'deployment_running' });
});

it('on everything stays in force where something runs that began under it, and only there', async () => {
  const redis = testRedis();
  await ashaTakes(redis, 'all');
  await lease(redis, 'api', NOON);

  const found = async (environment: string, now: Date) => findGlobalLock(redis, environment, now);
  expect(await found('staging', NOON)).toMatchObject({ lock: { holder: 'U0ASHA' }, overdue: false });
  expect(await found('staging', LATER)).toMatchObject({ lock: { holder: 'U0ASHA' }, overdue: true });
  expect(await found('production', LATER)).toEqual({ lock: undefined, overdue: true });
  expect((await locksOn(redis, 'staging', LATER)).locks).toMatchObject([{ scope: 'all' }]);
});

async function lease(redis: Redis, service: string, since: Date): Promise<void> {
  const held = { deployment: `staging-${service}`, fence: 1, requestedBy: 'U0CLEO', ref: 'main', since };
  await redis.hset('baton:{staging}:leases', service, JSON.stringify(held));
}

function ashaTakes(redis: Redis, scope = 'staging') {
  return applyTo(redis, take({ ...byOf({ scope }), terms: { reason: '', until: LATER } }), { scope });
}

function benTakes(redis: Redis, scope = 'staging') {
  return applyTo(redis, take({ ...byOf({ person: 'U0BEN', scope }), terms: { reason: '' } }), { now: LATER });
}

function frees(redis: Redis, person: string) {
  return applyTo(redis, release({ ...byOf({ person }), force: false, reason: '' }), { now: LATER });
}

async function holder(redis: Redis): Promise<string | undefined> {
  const { locks } = await locksOn(redis, 'staging', LATER);
  return locks[0]?.holder;
}
