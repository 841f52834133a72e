import { afterEach, expect, it } from '@jest/globals';
import { UnreadableError } from '../../src/errors.ts';
import { changeEpoch, type Epoch, readEpoch } from '../../src/redis/epoch.ts';
import { closeContexts, testRedis } from '../support/context.ts';

afterEach(closeContexts);

const FRESH: Epoch = {
  version: 1,
  store: '6c1c5a2e-4a52-4b7e-9d51-8e2f0f6f3a11',
  epoch: 1,
  before: [],
  quarantine: null,
};

it('finds no record in a store that was never used', async () => {
  expect(await readEpoch(testRedis())).toBeUndefined();
});

it('loses no change of ten that are made at once', async () => {
  const redis = testRedis();
  const grow = (current: Epoch | undefined): Epoch => ({ ...FRESH, epoch: (current?.epoch ?? 0) + 1 });

  await Promise.all(Array.from({ length: 10 }, async () => changeEpoch(redis, grow)));

  expect(await readEpoch(redis)).toEqual({ ...FRESH, epoch: 10 });
});

it('reads the record of an earlier version', async () => {
  const redis = testRedis();
  await redis.set('baton:epoch', JSON.stringify({ version: 1, store: FRESH.store, epoch: 3 }));

  expect(await readEpoch(redis)).toEqual({ ...FRESH, epoch: 3 });
});

it('never repairs a record that it cannot read', async () => {
  const redis = testRedis();
  await redis.set('baton:epoch', '{"version":1');

  await expect(changeEpoch(redis, () => FRESH)).rejects.toThrow(UnreadableError);

  expect(await redis.get('baton:epoch')).toBe('{"version":1');
});
