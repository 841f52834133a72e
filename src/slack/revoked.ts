import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { QUEUE_PREFIX } from '../jobs.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';

const KEEP_SECONDS = 3_600;
const TRIES = 60;

/*
 * Settles whether a command whose connection broke is queued. When it is not, it will not run should it come yet.
 *
 *   KEYS[1]  job        KEYS[2]  revocation
 *   ARGV[1]  seconds to keep the revocation
 *
 *   Returns  1 when it is queued, 0 when it is revoked
 */
const SETTLE = defineScript(/* lua */ `
  if redis.call('EXISTS', KEYS[1]) == 1 then return 1 end
  redis.call('SET', KEYS[2], '1', 'EX', ARGV[1])
  return 0
`);

/** True when the command is queued after all, perhaps already run; else it never will be. Rejects like any command. */
export async function isQueuedAfterAll(redis: RedisClient, id: string): Promise<boolean> {
  const job = `${QUEUE_PREFIX}:commands:${id}`;
  return (await SETTLE(redis, [job, key(id)], [KEEP_SECONDS])) === 1;
}

/**
 * Takes back a command of which the person was told that it was not taken: Redis may still carry out the `add` that
 * it did not answer. `redis` must be the connection of that `add`, so that this comes right behind it.
 */
export async function revokeCommand(redis: RedisClient, id: string, log: Logger): Promise<void> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    try {
      await redis.set(key(id), '1', 'EX', KEEP_SECONDS);
      return;
    } catch (error) {
      if (tries === TRIES) log.error({ err: error }, 'a command that was not taken could not be taken back');
      await sleep(1_000, undefined, { ref: false });
    }
  }
}

/** Whether the person was told that nothing was done; such a command must not run. */
export async function isRevoked(redis: RedisClient, id: string): Promise<boolean> {
  return (await redis.exists(key(id))) === 1;
}

/**
 * Whether a command reached its worker so late that its revocation may still be on the way; wait a second, then ask.
 * Commands are revoked 1.8 seconds after they came.
 */
export function mayYetBeRevoked(receivedAt: Date, now: Date): boolean {
  return now.getTime() - receivedAt.getTime() > 1_500;
}

// In the hash slot of the queues: in a Cluster too it goes out on the connection of the `add`.
function key(id: string): string {
  return `baton:${QUEUE_PREFIX}:revoked:${id}`;
}
