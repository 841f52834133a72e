import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { QUEUE_PREFIX } from '../jobs.ts';
import type { RedisClient } from '../redis/script.ts';

/** `taken`: a worker runs the command, or has run it. `revoked`: the person was told that it was not taken. */
export type Claim = 'taken' | 'revoked';

/** As long as the job's id is known; a revocation for as long as a job may wait for its first worker. */
const KEEP_SECONDS: Record<Claim, number> = { taken: 3_600, revoked: 30 * 86_400 };
/** Half an hour: so long can the person be told at the command's own address. */
const TRIES = 1_800;
/** For the first half minute, in which Redis mostly comes back, so that a worker that waits is asked in time. */
const QUICK_TRIES = 150;
const QUICK_MS = 200;

/**
 * Whoever asks first decides; everybody hears what holds. A command runs only where the answer is `taken`. One round
 * trip, and no script: its text would have to follow where Redis does not know it, and come too late.
 */
export async function claimCommand(redis: RedisClient, id: string, wanted: Claim): Promise<Claim> {
  const setting = redis.set(key(id), wanted, 'EX', KEEP_SECONDS[wanted], 'NX');
  const [, claim] = await Promise.all([setting, redis.get(key(id))]);
  return claim === 'revoked' ? 'revoked' : 'taken';
}

/**
 * Takes back a command that could not be queued in time, however often Redis must be asked: it may still carry out the
 * `add` that it did not answer. `redis` must be the connection of that `add`, so that this comes right behind it, or before
 * it where the command still waits for its lot: then too a worker finds it. Undefined when Redis stayed away; never rejects.
 */
export async function revokeCommand(redis: RedisClient, id: string, log: Logger): Promise<Claim | undefined> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    try {
      return await claimCommand(redis, id, 'revoked');
    } catch (error) {
      if (tries === TRIES) log.error({ err: error }, 'a command that was not taken could not be taken back');
      await sleep(tries < QUICK_TRIES ? QUICK_MS : 1_000, undefined, { ref: false });
    }
  }
  return undefined;
}

/** Whether the person was told that nothing was done; such a command will not run. */
export async function isRevoked(redis: RedisClient, id: string): Promise<boolean> {
  return (await redis.get(key(id))) === 'revoked';
}

/**
 * How long a command that may yet be revoked waits before it is claimed, which makes true what the person was told: a web
 * role that lost Redis needs a second or two to connect again.
 */
export const REVOCATION_SECONDS = 5;

/** Whether a command reached its worker so late that its revocation may be on the way: that is 1.8 seconds after it came. */
export function mayYetBeRevoked(receivedAt: Date, now: Date): boolean {
  return now.getTime() - receivedAt.getTime() > 1_500;
}

// In the hash slot of the queues: in a Cluster too it goes out on the connection of the `add`.
function key(id: string): string {
  return `baton:${QUEUE_PREFIX}:claim:${id}`;
}
