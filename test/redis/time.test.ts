import { afterEach, expect, it } from '@jest/globals';
import { redisTime } from '../../src/redis/time.ts';
import { closeContexts, testRedis } from '../support/context.ts';

afterEach(closeContexts);

it('tells the time by the clock of Redis', async () => {
  const redis = testRedis();

  const before = Date.now();
  const told = await redisTime(redis, 'staging');

  // Here both have the same clock.
  expect(told.getTime()).toBeGreaterThanOrEqual(before - 1_000);
  expect(told.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
});
