import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { lockHistory, listUntold } from '../../src/locks/history.ts';
import { LockedError, lockIdFor, UnreadableLockError } from '../../src/locks/lock.ts';
import { release, releaseAll } from '../../src/locks/release.ts';
import { clearUnreadable, locksOn, readBoard } from '../../src/locks/store.ts';
import { take } from '../../src/locks/take.ts';
import { closeContexts, NOON, testRedis } from '../support/context.ts';
import { after, applyTo, boardOf, HOUR, lockOf } from '../support/locks.ts';

afterEach(closeContexts);

const BOARD = 'baton:{staging}:lock';

it('is taken once by one command, however often that runs', async () => {
  const redis = testRedis();

  const first = await lock(redis, { command: 'c-1' });
  const again = await lock(redis, { command: 'c-1', now: after(HOUR) });

  expect(first).toMatchObject({ outcome: 'taken', lock: { holder: 'U0ASHA', since: NOON } });
  expect(again).toEqual(first);
  expect(await listUntold(redis, 'staging')).toHaveLength(1);
});

it('is not taken again by a command that is delivered after the lock was given up', async () => {
  const redis = testRedis();
  await lock(redis, { command: 'c-1' });
  await unlock(redis);

  expect(await lock(redis, { command: 'c-1' })).toMatchObject({ outcome: 'taken', lock: { since: NOON } });
  expect(await holders(redis)).toEqual([]);
});

it.each(['U0BEN', 'U0ASHA'])(
  'stays with %s, who has it now, when a late release comes again',
  async (person) => {
    const redis = testRedis();
    await lock(redis);
    await unlock(redis, { command: 'c-late' });
    await lock(redis, { person, now: after(HOUR) });

    for (const client of [redis, testRedis(redis.options.keyPrefix)]) {
      expect(await unlock(client, { command: 'c-late' })).toMatchObject({
        outcome: 'freed',
        lock: { holder: 'U0ASHA', since: NOON },
      });
    }
    expect(await holders(redis)).toEqual([`staging ${person}`]);
  },
);

it('is freed only if it is the very one that was meant', async () => {
  const redis = testRedis();
  await lock(redis, { command: 'c-1' });
  await unlock(redis);
  const taken = await lock(redis, { command: 'c-2' });

  const only = lockIdFor('staging', 'c-1');
  expect(await unlock(redis, { only })).toMatchObject({
    outcome: 'not_that_one',
    lock: { id: taken.lock?.id },
  });
  expect(await unlock(redis, { only: taken.lock?.id })).toMatchObject({ outcome: 'freed' });
});

it('goes to one of the people who want the environment or one of its services at once', async () => {
  for (let round = 0; round < 20; round++) {
    const redis = testRedis();
    const other = testRedis(redis.options.keyPrefix);
    const answers = await Promise.allSettled([
      lock(redis, { person: 'U0A' }),
      lock(other, { person: 'U0B', scope: 'staging/api' }),
    ]);

    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  }
});

it('lists the global lock first, then the environment’s and its services’, and leaves out what is over', async () => {
  const redis = testRedis();
  await lock(redis, { scope: 'staging/api' });
  await lock(redis, { until: after(HOUR) });
  await lock(redis, { scope: 'all', person: 'U0BEN' });

  expect(await holders(redis)).toEqual(['all U0BEN', 'staging U0ASHA', 'staging/api U0ASHA']);
  expect(await holders(redis, after(HOUR))).toEqual(['all U0BEN', 'staging/api U0ASHA']);
  expect((await readBoard(redis, 'staging')).board.locks).toHaveLength(2);
});

const UNREADABLE: readonly (readonly [string, string])[] = [
  ['no JSON', 'rubbish'],
  ['an empty text', ''],
  ['empty braces', '{}'],
  ['a list', '[]'],
  ['a board of an earlier version', JSON.stringify(boardOf()).replace('"version":2', '"version":1')],
  ['a board from the future', JSON.stringify(boardOf()).replace('"version":2', '"version":3')],
  ['a lock of another environment', JSON.stringify(boardOf({ locks: [lockOf({ scope: 'production' })] }))],
  ['the global lock', JSON.stringify(boardOf({ locks: [lockOf({ scope: 'all' })] }))],
  [
    'a lock without a time',
    JSON.stringify(boardOf({ locks: [lockOf()] })).replace(/"since":"[^"]*"/, '"since":null'),
  ],
  [
    'a lock whose end is no time',
    JSON.stringify(boardOf({ locks: [lockOf()] })).replace('"until":null', '"until":0'),
  ],
  ['half of a board', JSON.stringify(boardOf({ locks: [lockOf()] })).slice(0, -9)],
];

it.each(UNREADABLE)('blocks while %s is stored, and leaves it byte for byte', async (_what, value) => {
  const redis = testRedis();
  await redis.set(BOARD, value);

  await expectBlocked(redis);

  expect(await redis.get(BOARD)).toBe(value);
  expect(await lockHistory(redis, 'staging', 9)).toEqual([]);
});

it('blocks also who wrote last, and still knows what stood there', async () => {
  const redis = testRedis();
  await lock(redis);
  await redis.set(BOARD, 'rubbish');

  await expectBlocked(redis);

  expect(await redis.get(BOARD)).toBe('rubbish');
});

it.each([
  ['a list', (redis: Redis) => redis.lpush(BOARD, 'x'), 'list'],
  ['a hash', (redis: Redis) => redis.hset(BOARD, 'x', 'y'), 'hash'],
])('blocks while %s is stored, and leaves it', async (_what, put, kind) => {
  const redis = testRedis();
  await put(redis);

  await expectBlocked(redis);

  expect(await redis.type(BOARD)).toBe(kind);
});

it('blocks each environment while the global lock cannot be read', async () => {
  const redis = testRedis();
  await redis.set('baton:{all}:lock', 'rubbish');

  await expect(locksOn(redis, 'staging', NOON)).rejects.toMatchObject({ scope: 'all' });
});

it.each([
  ['no JSON', (redis: Redis) => redis.set(BOARD, 'rubbish')],
  ['a list', (redis: Redis) => redis.lpush(BOARD, 'x')],
])('is cleared when it cannot be read (%s), and only then', async (_what, put) => {
  const redis = testRedis();
  await put(redis);
  const clearing = { environment: 'staging', actor: 'U0BEN', reason: 'looked at it', channel: '', now: NOON };

  expect(await clearUnreadable(redis, { ...clearing, command: 'c-1' })).toBe(true);
  await lock(redis, { command: 'c-2' });
  expect(await clearUnreadable(redis, { ...clearing, command: 'c-1' })).toBe(false);
  expect(await clearUnreadable(redis, { ...clearing, command: 'c-3' })).toBe(false);

  expect(await holders(redis)).toEqual(['staging U0ASHA']);
  expect(await lockHistory(redis, 'staging', 9)).toMatchObject([
    { kind: 'taken' },
    { kind: 'forced', actor: 'U0BEN', reason: 'looked at it', lock: null },
  ]);
});

it('takes leases that are no leases for something that has run there since ever', async () => {
  const redis = testRedis();
  await redis.set('baton:{staging}:leases', 'rubbish');

  const { running } = await readBoard(redis, 'staging');
  expect(running).toEqual([{ service: '', since: new Date(0), requestedBy: '' }]);
  expect(await lock(redis)).toMatchObject({ outcome: 'taken' });
});

it('writes nothing where nothing changes', async () => {
  const redis = testRedis();

  expect(await unlock(redis)).toMatchObject({ outcome: 'free' });
  expect(await applyTo(redis, releaseAll({ command: 'c-1', person: 'U0ASHA', channel: '' }))).toMatchObject({
    outcome: 'free',
  });
  expect(await redis.exists(BOARD, 'baton:{staging}:lock:untold')).toBe(0);
});

it('is never refused, nor granted, by what a process wrote last while others went on', async () => {
  const one = testRedis();
  const other = testRedis(one.options.keyPrefix);
  await lock(one, { person: 'U0A' });

  await applyTo(other, release({ ...by('U0A'), force: false, reason: '' }));
  expect(await lock(one, { person: 'U0B' })).toMatchObject({ outcome: 'taken' });
  await applyTo(other, release({ ...by('U0B'), force: false, reason: '' }));
  await lock(other, { person: 'U0C' });
  await expect(lock(one, { person: 'U0D' })).rejects.toMatchObject({ lock: { holder: 'U0C' } });
  expect(await unlock(one, { person: 'U0C' })).toMatchObject({ outcome: 'freed' });
});

it('changes hands without two holders or a lost one, whatever is taken and freed at once', async () => {
  const prefix = `${randomUUID()}:`;
  const clients = [testRedis(prefix), testRedis(prefix), testRedis(prefix)];
  let holder: string | undefined;
  let grants = 0;

  await Promise.all(
    Array.from({ length: 9 }, async (_, index) => {
      const redis = clients[index % clients.length] ?? testRedis(prefix);
      const person = `U0P${index}`;
      for (let round = 0; round < 25; round++) {
        try {
          await lock(redis, { person });
        } catch (error) {
          expect(error).toBeInstanceOf(LockedError);
          continue;
        }
        expect(holder).toBeUndefined();
        holder = person;
        grants += 1;
        await locksOn(redis, 'staging', NOON);
        holder = undefined;
        expect(await unlock(redis, { person })).toMatchObject({ outcome: 'freed' });
      }
    }),
  );
  expect(grants).toBeGreaterThan(0);
  expect(await lockHistory(testRedis(prefix), 'staging', 1_000)).toHaveLength(2 * grants);
});

interface Given {
  readonly command?: string;
  readonly person?: string;
  readonly scope?: string;
  readonly until?: Date;
  readonly only?: string | undefined;
  readonly now?: Date;
}

function by(person: string, { command = `c-${randomUUID()}`, scope = 'staging' }: Given = {}) {
  return { command, person, scope, channel: '' };
}

function lock(redis: Redis, { person = 'U0ASHA', until, now, ...given }: Given = {}) {
  const wanted = { ...by(person, given), terms: { reason: '', ...(until !== undefined && { until }) } };
  return applyTo(redis, take(wanted), { ...wanted, now });
}

function unlock(redis: Redis, { person = 'U0ASHA', only, now, ...given }: Given = {}) {
  const wanted = { ...by(person, given), force: false, reason: '', only };
  return applyTo(redis, release(wanted), { ...wanted, now });
}

async function holders(redis: Redis, now = NOON): Promise<string[]> {
  const { locks } = await locksOn(redis, 'staging', now);
  return locks.map(({ scope, holder }) => `${scope} ${holder}`);
}

async function expectBlocked(redis: Redis): Promise<void> {
  await expect(lock(redis)).rejects.toThrow(UnreadableLockError);
  await expect(lock(redis, { scope: 'staging/api' })).rejects.toThrow(UnreadableLockError);
  await expect(unlock(redis)).rejects.toThrow(UnreadableLockError);
  await expect(locksOn(redis, 'staging', NOON)).rejects.toThrow(UnreadableLockError);
}
