import { defineScript, type RedisClient } from '../redis/script.ts';
import { LockEvent } from './event.ts';

/*
 * What happened to the locks of an environment stands in one list until it is told, where it is written together with
 * the board, and then in the history.
 */

/*
 * Moves one thing from what is still to be told to the history, once.
 *
 *   KEYS[1]  what is still to be told   KEYS[2]  history
 *   ARGV[1]  the event, as it is stored   ARGV[2]  how much history to keep
 */
const TOLD = defineScript(/* lua */ `
  if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return end
  redis.call('LPUSH', KEYS[2], ARGV[1])
  redis.call('LTRIM', KEYS[2], 0, ARGV[2] - 1)
`);

const HISTORY_KEPT = 1_000;

/** Something that has not been told yet; `row` is how it is stored. */
export interface Untold {
  readonly row: string;
  /** Undefined when it cannot be read. */
  readonly event: LockEvent | undefined;
}

/** What has happened and has not been told yet, in its order. */
export async function untoldEvents(redis: RedisClient, environment: string): Promise<Untold[]> {
  const rows = await redis.lrange(untoldKey(environment), 0, -1);
  return rows.map((row) => ({ row, event: readEvent(row) }));
}

/** To be called once it is told, or set aside where it cannot be read: then it is history. */
export async function markTold(redis: RedisClient, environment: string, { row }: Untold): Promise<void> {
  await TOLD(redis, [untoldKey(environment), historyKey(environment)], [row, HISTORY_KEPT]);
}

/** Keeps what cannot be read of what happened, for whoever looks after it. Gives the key. */
export async function keepUntellable(redis: RedisClient, environment: string, row: string): Promise<string> {
  const key = `baton:{${environment}}:lock:untellable`;
  await redis.rpush(key, row);
  return key;
}

/** What happened to the locks of an environment, newest first; what cannot be read is left out. */
export async function lockHistory(
  redis: RedisClient,
  environment: string,
  limit: number,
): Promise<LockEvent[]> {
  // In this order: what is told in between stands in both, and not in neither.
  const [untold, told] = await Promise.all([
    redis.lrange(untoldKey(environment), -limit, -1),
    redis.lrange(historyKey(environment), 0, limit - 1),
  ]);
  const rows = [...new Set([...untold.toReversed(), ...told])].slice(0, limit);
  return rows.flatMap((row) => readEvent(row) ?? []);
}

function readEvent(json: string): LockEvent | undefined {
  try {
    return LockEvent.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}

const historyKey = (environment: string) => `baton:{${environment}}:lock:history`;
export const untoldKey = (environment: string) => `baton:{${environment}}:lock:untold`;
