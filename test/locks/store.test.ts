import { afterEach, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { type Lock, LockedError, lockIdFor, UnreadableLockError } from '../../src/locks/lock.ts';
import { findLock, locksOn, releaseLock, takeLock } from '../../src/locks/store.ts';
import { closeContexts, NOON, testRedis } from '../support/context.ts';

afterEach(closeContexts);

const SERVICES = ['api', 'web'];
const LATER = new Date(NOON.getTime() + 3_600_000);

it('is taken once by one command, however often that runs', async () => {
  const redis = testRedis();

  const first = await take(redis, { command: 'c-1' });
  const again = await take(redis, { command: 'c-1', since: LATER });

  expect(first).toMatchObject({ outcome: 'taken', lock: { holder: 'U0ASHA', since: NOON } });
  expect(again).toMatchObject({ outcome: 'taken', lock: { holder: 'U0ASHA', since: NOON } });
});

it('is not taken again by a command that is delivered after the lock was given up', async () => {
  const redis = testRedis();
  await take(redis, { command: 'c-1' });
  await release(redis, { command: 'c-2' });

  expect(await take(redis, { command: 'c-1' })).toMatchObject({ outcome: 'taken', lock: { since: NOON } });
  expect(await findLock(redis, 'staging', NOON)).toBeUndefined();
});

it('is kept as it is when its holder asks again', async () => {
  const redis = testRedis();
  await take(redis, { reason: 'load test' });

  expect(await take(redis, { reason: 'another', since: LATER })).toMatchObject({
    outcome: 'held',
    lock: { reason: 'load test', since: NOON },
  });
});

it('goes to one of fifty people at once, and the others learn who has it', async () => {
  const redis = testRedis();
  const people = Array.from({ length: 50 }, (_, index) => `U0P${index}`);

  const answers = await Promise.allSettled(people.map((holder) => take(redis, { holder })));

  const taken = answers.flatMap((answer) =>
    answer.status === 'fulfilled' ? [answer.value.lock.holder] : [],
  );
  const told = answers.flatMap((answer) =>
    answer.status === 'rejected' && answer.reason instanceof LockedError ? [answer.reason.lock.holder] : [],
  );
  expect(taken).toHaveLength(1);
  expect(told).toEqual(Array.from({ length: 49 }, () => taken[0]));
});

it('goes to one of the people who want the environment or one of its services at once', async () => {
  for (let round = 0; round < 20; round++) {
    const redis = testRedis();
    const answers = await Promise.allSettled([
      take(redis, { holder: 'U0A', scope: 'staging' }),
      take(redis, { holder: 'U0B', scope: 'staging/api' }),
    ]);

    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  }
});

it.each([
  { held: 'staging', wanted: 'staging/api', free: false },
  { held: 'staging/api', wanted: 'staging', free: false },
  { held: 'staging/api', wanted: 'staging/web', free: true },
  { held: 'staging', wanted: 'production', free: true },
])('of $held leaves $wanted free for others: $free', async ({ held, wanted, free }) => {
  const redis = testRedis();
  await take(redis, { scope: held });

  const asking = take(redis, { scope: wanted, holder: 'U0BEN' });
  if (free) expect(await asking).toMatchObject({ outcome: 'taken' });
  else await expect(asking).rejects.toMatchObject({ lock: { scope: held, holder: 'U0ASHA' } });
});

it('may be held by one person on the environment and on its services', async () => {
  const redis = testRedis();
  await take(redis, { scope: 'staging/api' });
  await take(redis, { scope: 'staging' });

  const locks = await locksOn(redis, 'staging', SERVICES, NOON);
  expect(locks.map(({ scope }) => scope)).toEqual(['staging', 'staging/api']);
});

it('is given up by its holder only', async () => {
  const redis = testRedis();
  await take(redis);

  await expect(release(redis, { holder: 'U0BEN' })).rejects.toMatchObject({ lock: { holder: 'U0ASHA' } });
  expect(await release(redis)).toMatchObject({ outcome: 'freed', lock: { holder: 'U0ASHA' } });
  expect(await release(redis)).toEqual({ outcome: 'free' });
});

it('stays with the present holder when a late release is delivered again', async () => {
  const redis = testRedis();
  await take(redis);
  await release(redis, { command: 'c-late' });
  await take(redis, { holder: 'U0BEN' });

  expect(await release(redis, { command: 'c-late' })).toMatchObject({
    outcome: 'freed',
    lock: { holder: 'U0ASHA' },
  });
  expect(await findLock(redis, 'staging', NOON)).toMatchObject({ holder: 'U0BEN' });
});

it('stays with its holder’s own later claim when a late release is delivered again', async () => {
  const redis = testRedis();
  await take(redis);
  await release(redis, { command: 'c-late' });
  await take(redis, { since: LATER });

  expect(await release(redis, { command: 'c-late' })).toMatchObject({
    outcome: 'freed',
    lock: { since: NOON },
  });
  expect(await findLock(redis, 'staging', LATER)).toMatchObject({ since: LATER });
});

it('is freed only if it is the very one that was meant', async () => {
  const redis = testRedis();
  await take(redis, { command: 'c-1' });
  await release(redis);
  const { lock } = await take(redis, { command: 'c-2' });

  const only = lockIdFor('staging', 'c-1');
  expect(await release(redis, { only })).toMatchObject({ outcome: 'not_that_one', lock: { id: lock.id } });
  expect(await release(redis, { only: lock.id })).toMatchObject({ outcome: 'freed' });
});

it('counts for nothing from its end on, and whoever finds it over removes it', async () => {
  const redis = testRedis();
  await take(redis, { until: LATER });
  const before = new Date(LATER.getTime() - 1);

  expect(await locksOn(redis, 'staging', SERVICES, before)).toHaveLength(1);
  expect(await locksOn(redis, 'staging', SERVICES, LATER)).toEqual([]);
  await expect(take(redis, { holder: 'U0BEN', since: before })).rejects.toThrow(LockedError);
  expect(await take(redis, { holder: 'U0BEN', since: LATER })).toMatchObject({
    outcome: 'taken',
    lock: { holder: 'U0BEN' },
    expired: { holder: 'U0ASHA' },
  });
});

it('is free, not freed, when its holder gives it up too late', async () => {
  const redis = testRedis();
  await take(redis, { until: LATER });

  const late = { command: 'c-late', now: LATER };
  expect(await release(redis, late)).toMatchObject({ outcome: 'free', expired: { holder: 'U0ASHA' } });
  expect(await release(redis, late)).toMatchObject({ outcome: 'free', expired: { holder: 'U0ASHA' } });
});

it.each([
  ['no JSON', 'rubbish'],
  ['empty braces', '{}'],
  ['a lock of another version', JSON.stringify({ ...lockOf(), version: 2 })],
  ['a lock of another place', JSON.stringify(lockOf({ scope: 'production' }))],
  ['a lock without a time', JSON.stringify({ ...lockOf(), since: null })],
  ['a lock whose end is no time', JSON.stringify({ ...lockOf(), until: 0 })],
])('blocks while %s is stored, and leaves it as it is', async (_what, value) => {
  const redis = testRedis();
  await redis.set('baton:{staging}:lock', value);

  await expect(take(redis)).rejects.toThrow(UnreadableLockError);
  await expect(take(redis, { scope: 'staging/api' })).rejects.toThrow(UnreadableLockError);
  await expect(release(redis)).rejects.toThrow(UnreadableLockError);
  await expect(locksOn(redis, 'staging', SERVICES, NOON)).rejects.toThrow(UnreadableLockError);
  expect(await redis.get('baton:{staging}:lock')).toBe(value);
});

it('blocks while something that is no string is stored', async () => {
  const redis = testRedis();
  await redis.lpush('baton:{staging}:lock:api', 'x');

  await expect(take(redis, { scope: 'staging/api' })).rejects.toThrow(UnreadableLockError);
  await expect(take(redis)).rejects.toThrow(UnreadableLockError);
  await expect(locksOn(redis, 'staging', SERVICES, NOON)).rejects.toThrow(UnreadableLockError);
  expect(await take(redis, { scope: 'staging/web' })).toMatchObject({ outcome: 'taken' });
});

it('is removed by force whoever holds it, even when it cannot be read', async () => {
  const redis = testRedis();
  await take(redis);
  expect(await release(redis, { holder: undefined })).toMatchObject({
    outcome: 'freed',
    lock: { holder: 'U0ASHA' },
  });

  await redis.set('baton:{staging}:lock', 'rubbish');
  expect(await release(redis, { holder: undefined })).toMatchObject({ outcome: 'freed', lock: undefined });
  expect(await redis.exists('baton:{staging}:lock')).toBe(0);
});

it('changes hands without two holders or a lost one, whatever is taken and freed at once', async () => {
  const redis = testRedis();
  const people = Array.from({ length: 8 }, (_, index) => `U0P${index}`);
  let holder: string | undefined;

  await Promise.all(
    people.map(async (person) => {
      for (let round = 0; round < 40; round++) {
        try {
          await take(redis, { holder: person });
        } catch (error) {
          expect(error).toBeInstanceOf(LockedError);
          continue;
        }
        expect(holder).toBeUndefined();
        holder = person;
        await findLock(redis, 'staging', NOON);
        holder = undefined;
        expect(await release(redis, { holder: person })).toMatchObject({ outcome: 'freed' });
      }
    }),
  );
});

let commands = 0;

function lockOf(given: Partial<Lock> = {}): Lock {
  return {
    version: 1,
    id: 'l-1',
    scope: 'staging',
    holder: 'U0ASHA',
    reason: '',
    since: NOON,
    until: null,
    ...given,
  };
}

function take(
  redis: Redis,
  { command = `c-take-${commands++}`, ...given }: Partial<Lock> & { command?: string } = {},
) {
  const scope = given.scope ?? 'staging';
  return takeLock(redis, {
    command,
    services: SERVICES,
    lock: lockOf({ id: lockIdFor(scope, command), ...given }),
  });
}

function release(
  redis: Redis,
  given: { command?: string; holder?: string | undefined; only?: string; now?: Date } = {},
) {
  const command = `c-release-${commands++}`;
  return releaseLock(redis, { command, scope: 'staging', now: NOON, holder: 'U0ASHA', ...given });
}
