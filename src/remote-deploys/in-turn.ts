import { randomUUID } from 'node:crypto';
import { defineScript, type RedisClient } from '../redis/script.ts';
import type { PullRequestName } from './remote-deploy.ts';
import { remoteKey } from './store.ts';

/* Ends a turn, if it is still this run's.   KEYS[1] turn   ARGV[1] token */
const END_TURN = defineScript(/* lua */ `
  if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
`);

/** Longer than the requests of one look take when each runs into its time-out. */
const TURN_MS = 60_000;

/** Runs `work` while nobody else works on the same; undefined when somebody does. A killed run's turn ends by time. */
export async function inTurn<Value>(
  redis: RedisClient,
  pullRequest: PullRequestName,
  what: 'look' | 'tell',
  work: () => Promise<Value>,
): Promise<Value | undefined> {
  const key = `${remoteKey(pullRequest)}:${what}`;
  const token = randomUUID();
  if ((await redis.set(key, token, 'PX', TURN_MS, 'NX')) !== 'OK') return undefined;
  try {
    return await work();
  } finally {
    await END_TURN(redis, [key], [token]);
  }
}
