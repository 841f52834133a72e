import { afterEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { UnreadableError } from '../../src/errors.ts';
import { establishEpoch, readEpoch } from '../../src/redis/epoch.ts';
import { closeContexts, testRedis } from '../support/context.ts';

const log = pino({ level: 'silent' });

afterEach(closeContexts);

it('finds no record in a store that was never used', async () => {
  expect(await readEpoch(testRedis())).toBeUndefined();
});

it('makes one record for ten that start at once, and keeps it', async () => {
  const redis = testRedis();

  const all = await Promise.all(Array.from({ length: 10 }, () => establishEpoch(redis, log)));

  expect(new Set(all.map(({ store }) => store)).size).toBe(1);
  expect(await readEpoch(redis)).toEqual(all[0]);
  expect(all[0]).toMatchObject({ version: 1, epoch: 1 });
});

it('tells a wiped store from the one it was', async () => {
  const redis = testRedis();
  const before = await establishEpoch(redis, log);
  await redis.del('baton:epoch');

  expect((await establishEpoch(redis, log)).store).not.toBe(before.store);
});

it('never repairs a record that it cannot read', async () => {
  const redis = testRedis();
  await redis.set('baton:epoch', '{"version":1');

  await expect(establishEpoch(redis, log)).rejects.toThrow(UnreadableError);

  expect(await redis.get('baton:epoch')).toBe('{"version":1');
});
