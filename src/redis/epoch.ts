import * as z from 'zod';
import { ConflictError } from '../errors.ts';
import { parseStored } from './parse-stored.ts';
import { defineScript, type RedisClient } from './script.ts';

/** How far one environment has come since the store was found to have lost something. */
export const Place = z.object({
  /** `asked`: only people can tell whether something runs there. */
  state: z.enum(['checking', 'asked', 'open']),
  /** What is being waited for, in one sentence. */
  says: z.string(),
  /** Slack ids of those who said that nothing runs there. */
  by: z.array(z.string()).default([]),
});
export type Place = z.infer<typeof Place>;

/** Nothing is started on an environment until its place is open. */
export const Quarantine = z.object({
  id: z.string(),
  since: z.coerce.date(),
  /** `missing`: wiped. `another`: not the store that a worker knows. `older`: a copy. `unknown`: GitHub knows of more. */
  why: z.enum(['missing', 'another', 'older', 'unknown']),
  /** The highest fence that any worker remembers, by environment. */
  floors: z.record(z.string(), z.int()),
  places: z.record(z.string(), Place),
});
export type Quarantine = z.infer<typeof Quarantine>;

/** Tells this store from any other: one that was wiped has another id, one that was rolled back an older epoch. */
export const Epoch = z.object({
  version: z.literal(1),
  store: z.uuid(),
  epoch: z.int().min(1),
  /** The stores that this one goes on from: their loss has been noticed. */
  before: z.array(z.uuid()).default([]),
  quarantine: Quarantine.nullable().default(null),
});
export type Epoch = z.infer<typeof Epoch>;

const KEY = 'baton:epoch';
const MAX_TRIES = 200;

/*
 * Saves the record if it still is what was read.
 *
 *   KEYS[1]  record     ARGV[1]  what was read, '' for nothing     ARGV[2]  what it becomes
 *
 *   Returns  1 when saved, else 0
 */
const CHANGE = defineScript(/* lua */ `
  if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2])
  return 1
`);

/** The record of the store, or undefined in one that Baton has never used. Throws UnreadableError. */
export async function readEpoch(redis: RedisClient): Promise<Epoch | undefined> {
  return parse(await redis.get(KEY));
}

/**
 * Changes the record in one step. The rule may be asked several times; when it gives undefined, nothing is changed.
 * Returns what stands afterwards. Throws UnreadableError.
 */
export async function changeEpoch<Before extends Epoch | undefined>(
  redis: RedisClient,
  rule: (current: Epoch | undefined) => Epoch | Before,
): Promise<Epoch | Before> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const stored = await redis.get(KEY);
    const current = parse(stored);
    const next = rule(current);
    if (next === undefined || next === current) return next;
    if ((await CHANGE(redis, [KEY], [stored ?? '', JSON.stringify(next)])) === 1) return next;
  }
  throw new ConflictError('The record of the store is changed by too many at once.');
}

function parse(stored: string | null): Epoch | undefined {
  return stored === null ? undefined : parseStored(Epoch, KEY, stored);
}
