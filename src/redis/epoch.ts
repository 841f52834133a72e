import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import * as z from 'zod';
import { UnreadableError } from '../errors.ts';
import type { RedisClient } from './script.ts';

/** Tells this store from any other: one that was wiped has another id, one that was rolled back an older epoch. */
export const Epoch = z.object({ version: z.literal(1), store: z.uuid(), epoch: z.int().min(1) });
export type Epoch = z.infer<typeof Epoch>;

const KEY = 'baton:epoch';

/** The record of the store, or undefined in one that Baton has never used. Throws UnreadableError. */
export async function readEpoch(redis: RedisClient): Promise<Epoch | undefined> {
  const stored = await redis.get(KEY);
  if (stored === null) return undefined;
  try {
    return Epoch.parse(JSON.parse(stored));
  } catch (error) {
    throw new UnreadableError(KEY, error);
  }
}

/** The record of the store, made when it is absent; of several that make it at once one wins, and all return that. */
export async function establishEpoch(redis: RedisClient, log: Logger): Promise<Epoch> {
  const fresh: Epoch = { version: 1, store: randomUUID(), epoch: 1 };
  const made = await redis.set(KEY, JSON.stringify(fresh), 'NX');
  const epoch = made === 'OK' ? fresh : ((await readEpoch(redis)) ?? fresh);
  log.info({ store: epoch.store, epoch: epoch.epoch }, made === 'OK' ? 'a new store' : 'a known store');
  return epoch;
}
