import { defineScript, type RedisClient } from '../redis/script.ts';
import { doneKey, type Happened, happened, happenedIn } from './done.ts';
import type { LockEvent } from './event.ts';

/*
 * What happened to the locks of an environment stands in the record of the command that did it, whose id is in one list
 * until it is told, and then in the history.
 */

/*
 * Moves what happened by one command from what is still to be told to the history, once, and what of it cannot be read to
 * where somebody may look for it; from then on the record of the command is kept only for those that come twice.
 *
 *   KEYS[1]  ids of commands of which is still to be told     KEYS[2]  history
 *   KEYS[3]  what the command did     KEYS[4]  what could not be told
 *   ARGV[1]  the command's id   ARGV[2]  how much history to keep   ARGV[3]  for how many seconds to keep the record
 *   ARGV[4]  how many events    ARGV[5..]  the events, as they are stored, then what cannot be read
 */
const TOLD = defineScript(/* lua */ `
  if redis.call('LREM', KEYS[1], 1, ARGV[1]) == 0 then return end
  local last = 4 + ARGV[4]
  for index = 5, last do redis.call('LPUSH', KEYS[2], ARGV[index]) end
  for index = last + 1, #ARGV do redis.call('RPUSH', KEYS[4], ARGV[index]) end
  redis.call('LTRIM', KEYS[2], 0, ARGV[2] - 1)
  redis.call('EXPIRE', KEYS[3], ARGV[3])
`);

const HISTORY_KEPT = 1_000;
/** Longer than any job that is delivered twice. */
const REMEMBER_SECONDS = 86_400;

/** What a command did that has not been told yet. */
export interface Untold {
  readonly command: string;
  /** In its order. */
  readonly all: readonly Happened[];
}

/** What has happened and has not been told yet, in its order. */
export async function listUntold(redis: RedisClient, environment: string): Promise<Untold[]> {
  return readUntold(redis, environment, await redis.lrange(untoldKey(environment), 0, -1));
}

async function readUntold(
  redis: RedisClient,
  environment: string,
  commands: readonly string[],
): Promise<Untold[]> {
  if (commands.length === 0) return [];
  const keys = commands.map((command) => doneKey(environment, command));
  const records = await redis.mget(keys);
  return commands.map((command, index) => {
    const missing = `nothing stands at ${keys[index]}`;
    return { command, all: happenedIn(records[index] ?? missing) };
  });
}

/** To be called once it is told: then it is history, or set aside where it cannot be read. */
export async function markTold(
  redis: RedisClient,
  environment: string,
  { command, all }: Untold,
): Promise<void> {
  const events = all.filter(({ event }) => event !== undefined);
  const others = all.filter(({ event }) => event === undefined);
  const rows = [...events, ...others].map(({ row }) => row);
  await TOLD(
    redis,
    [
      untoldKey(environment),
      historyKey(environment),
      doneKey(environment, command),
      untellableKey(environment),
    ],
    [command, HISTORY_KEPT, REMEMBER_SECONDS, events.length, ...rows],
  );
}

/** What happened to the locks of an environment, newest first; what cannot be read is left out. */
export async function lockHistory(
  redis: RedisClient,
  environment: string,
  limit: number,
): Promise<LockEvent[]> {
  // In this order: what is told in between stands in both, and not in neither.
  const [commands, told] = await Promise.all([
    redis.lrange(untoldKey(environment), -limit, -1),
    redis.lrange(historyKey(environment), 0, limit - 1),
  ]);
  const untold = await readUntold(redis, environment, commands);
  const rows = [...untold.flatMap(({ all }) => all.map(({ row }) => row)).toReversed(), ...told];
  return [...new Set(rows)].flatMap((row) => happened(row).event ?? []).slice(0, limit);
}

/** What of it cannot be read is kept here, for whoever looks after it. */
export const untellableKey = (environment: string) => `baton:{${environment}}:lock:untellable`;
const historyKey = (environment: string) => `baton:{${environment}}:lock:history`;
export const untoldKey = (environment: string) => `baton:{${environment}}:lock:untold`;
