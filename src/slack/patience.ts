import type { RedisClient } from '../redis/script.ts';
import type { Outcome } from '../worker.ts';

const LONGEST_SECONDS = 60;
const KEEP_SECONDS = 86_400;
const MOST_WAITS = 1_440;
const MOST_REPETITIONS = 12;

/**
 * Sends the job back to wait for Slack, longer each time, up to a minute. These waits are not attempts, so an outage
 * of hours loses nothing; throws after about a day.
 */
export async function waitForSlack(redis: RedisClient, job: string, seconds?: number): Promise<Outcome> {
  if (seconds !== undefined) return { againInSeconds: seconds };
  const key = `baton:{${job}}:waits`;
  const waits = await redis.incr(key);
  await redis.expire(key, KEEP_SECONDS);
  if (waits > MOST_WAITS) throw new Error('Slack could not be reached for a day.');
  const longest = Math.min(LONGEST_SECONDS, 2 ** Math.min(waits - 1, 10));
  return { againInSeconds: longest * (0.75 + Math.random() / 4) };
}

/**
 * Sends the job back to repeat a private message that Slack did not confirm: at once, then rarely, for some hours.
 * Undefined when it has been repeated enough.
 */
export async function repeatUnconfirmed(redis: RedisClient, job: string): Promise<Outcome | undefined> {
  const key = `baton:{${job}}:unconfirmed`;
  const repetitions = await redis.incr(key);
  await redis.expire(key, KEEP_SECONDS);
  if (repetitions > MOST_REPETITIONS) return undefined;
  return { againInSeconds: repetitions === 1 ? 1 : Math.min(1_800, 5 * 2 ** repetitions) };
}
