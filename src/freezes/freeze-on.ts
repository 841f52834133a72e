import { findEnvironment } from '../config/find.ts';
import type { Context } from '../context.ts';
import { type AnyFreeze, freezeAt, type Frozen } from './freeze.ts';
import { findFreeze } from './store.ts';

/** All freezes of an environment: those of the configuration, and what a person has set. Throws UnreadableFreezeError. */
export async function freezesOf(
  { config, redis }: Pick<Context, 'config' | 'redis'>,
  environment: string,
  now: Date,
): Promise<readonly AnyFreeze[]> {
  const set = await findFreeze(redis, environment, now);
  const configured = findEnvironment(config, environment)?.freezes ?? [];
  if (set === undefined) return configured;
  // Set by a worker whose clock is ahead of ours, it is in force all the same.
  return [...configured, { ...set, since: set.since < now ? set.since : now }];
}

/**
 * What the environment is frozen by at the moment, by the configuration or by a person; undefined when it is open.
 * Throws UnreadableFreezeError when a stored freeze cannot be read: it is frozen then, until somebody has looked at it.
 */
export async function freezeOn(
  ctx: Pick<Context, 'config' | 'redis'>,
  environment: string,
  now: Date,
): Promise<Frozen | undefined> {
  return freezeAt(await freezesOf(ctx, environment, now), now);
}
