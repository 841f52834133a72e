import * as z from 'zod';
import { defineScript, type RedisClient } from '../redis/script.ts';
import type { PullRequestName } from './remote-deploy.ts';
import { nameOf } from './store.ts';

/*
 * Takes one of the places, or stands in the line for one.
 *
 *   KEYS[1]  places taken     KEYS[2]  line, by time
 *   ARGV[1]  who              ARGV[2]  how many places there are     ARGV[3]  now, in milliseconds
 *
 *   Returns  1 when it has a place, 0 when it stands in the line
 */
const TAKE = defineScript(/* lua */ `
  if redis.call('SISMEMBER', KEYS[1], ARGV[1]) == 1 then return 1 end
  redis.call('ZADD', KEYS[2], 'NX', ARGV[3], ARGV[1])
  local free = tonumber(ARGV[2]) - redis.call('SCARD', KEYS[1])
  if redis.call('ZRANK', KEYS[2], ARGV[1]) >= free then return 0 end
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('SADD', KEYS[1], ARGV[1])
  return 1
`);

/*
 * Gives a place back, or leaves the line.
 *
 *   KEYS[1]  places taken     KEYS[2]  line
 *   ARGV[1]  who              ARGV[2]  how many places there are
 *
 *   Returns  those in the line for whom there is a place now
 */
const FREE = defineScript(/* lua */ `
  redis.call('SREM', KEYS[1], ARGV[1])
  redis.call('ZREM', KEYS[2], ARGV[1])
  local free = tonumber(ARGV[2]) - redis.call('SCARD', KEYS[1])
  if free <= 0 then return {} end
  return redis.call('ZRANGE', KEYS[2], 0, free - 1)
`);

const KEYS = ['baton:{remote-deploys}:places', 'baton:{remote-deploys}:line'];

/** Whether the pull request has one of the `max` places; else it stands in the line. Safe to repeat. */
export async function takePlace(
  redis: RedisClient,
  pullRequest: PullRequestName,
  { max, now }: { readonly max: number; readonly now: Date },
): Promise<boolean> {
  return (await TAKE(redis, KEYS, [nameOf(pullRequest), max, now.getTime()])) === 1;
}

/** Gives the place back. Answers who may take one now, as `owner/name#12`. */
export async function freePlace(
  redis: RedisClient,
  pullRequest: PullRequestName,
  max: number,
): Promise<readonly PullRequestName[]> {
  const next = z.array(z.string()).parse(await FREE(redis, KEYS, [nameOf(pullRequest), max]));
  return next.map((name) => {
    const [repository = '', number = ''] = name.split('#');
    return { repository, number: Number(number) };
  });
}
