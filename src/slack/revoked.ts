import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { QUEUE_PREFIX } from '../jobs.ts';
import type { RedisClient } from '../redis/script.ts';

const KEEP_SECONDS = 3_600;
const TRIES = 60;

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
