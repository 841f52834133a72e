import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { UnreadableError } from '../errors.ts';
import { highestOf, type Known } from '../redis/memory.ts';
import { changeEpoch, type Epoch, type Quarantine, readEpoch } from '../redis/epoch.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import type { Context } from '../context.ts';

/** Why nothing starts on an environment now. */
export interface Held {
  readonly since: Date;
  /** What is being checked, or what people are asked. */
  readonly says: string;
}

/** How often what waits for the end of a quarantine looks by itself. */
export const LOOK_WHILE_HELD_SECONDS = 15;

type Why = Quarantine['why'];

/** Only so many stores that went before are named; whoever knows an older one doubts, which is harmless. */
const MAX_BEFORE = 50;

/**
 * Why a process that knows better doubts the store: its record is gone, is another store's that nobody vouches for, or
 * is older than what was seen. Undefined when all is as it should be, and for who knows nothing.
 */
export function doubtAbout(record: Epoch | undefined, known: Known): Why | undefined {
  if (known.store === null) return undefined;
  if (record === undefined) return 'missing';
  if (record.store === known.store) return record.epoch < known.epoch ? 'older' : undefined;
  return record.before.includes(known.store) ? undefined : 'another';
}

/**
 * Whether the environment is held because the store has lost something: read anew each time, and compared with what
 * this process knows, so that a loss is noticed before anything is started on it.
 */
export async function heldOn(ctx: Context, environment: string): Promise<Held | undefined> {
  const { known } = ctx.memory; // from before the reading: what is learned meanwhile may be newer than what is read
  const [record, behind] = await Promise.all([readEpoch(ctx.redis), isBehind(ctx.redis, environment, known)]);
  const why = doubtAbout(record, known) ?? (behind ? ('older' as const) : undefined);
  const quarantine = why === undefined ? record?.quarantine : await enterQuarantine(ctx, why);
  if (record !== undefined && why === undefined) ctx.memory.learn(record);
  const place = quarantine?.places[environment];
  if (quarantine == null || place?.state === 'open') return undefined;
  return { since: quarantine.since, says: place?.says || LOOKING };
}

const LOOKING = 'Baton looks at GitHub and at the targets to see what runs.';

/**
 * Holds every environment from now on. Whatever any worker remembers of fences is kept, and counted on from. Safe to
 * repeat: several that notice the same loss make one quarantine of it.
 */
export async function enterQuarantine(ctx: Context, why: Why): Promise<Quarantine> {
  const { known } = ctx.memory;
  const next = await changeEpoch<Epoch>(ctx.redis, (current) =>
    enter(current, { why, known, now: ctx.now() }),
  );
  await Promise.all([raiseFences(ctx.redis, known.fences), raise(ctx.redis, startsKey, known.starts)]);
  ctx.memory.learn(next);
  await ctx.memory.save();
  const { store, epoch, quarantine } = next;
  ctx.log.error(
    { why, store, epoch, knew: known.store },
    'Redis has lost data: nothing is started until it is known what runs',
  );
  if (quarantine === null) throw new Error('a quarantine was just entered');
  return quarantine;
}

function enter(
  current: Epoch | undefined,
  { why, known, now }: { why: Why; known: Known; now: Date },
): Epoch {
  const begun = current?.quarantine;
  const floors = highestOf(begun?.floors ?? {}, known.fences);
  // Somebody else has noticed the same in the meantime.
  if (current !== undefined && begun != null && doubtAbout(current, known) === undefined) {
    return { ...current, quarantine: { ...begun, floors } };
  }
  const gone = [known.store, why === 'another' ? null : current?.store].filter((store) => store != null);
  return {
    version: 1,
    store: current !== undefined && why === 'another' ? current.store : randomUUID(),
    epoch: Math.max(current?.epoch ?? 0, known.epoch) + 1,
    before: Array.from(new Set([...(current?.before ?? []), ...gone])).slice(-MAX_BEFORE),
    quarantine: { id: begun?.id ?? randomUUID(), since: now, why, floors, places: {} },
  };
}

/** Whether an environment's own counters have fallen behind: its part of the store is older than it was. */
export async function isBehind(redis: RedisClient, environment: string, known: Known): Promise<boolean> {
  const [fence, starts] = await Promise.all([
    readFence(redis, environment),
    readCount(redis, startsKey(environment)),
  ]);
  return fence < (known.fences[environment] ?? 0) || starts < (known.starts[environment] ?? 0);
}

/**
 * To be called with the intent to start: counts it in the store, and keeps it in mind and on disk. A copy of the store
 * from before is then told from the newest, however short before it was made.
 */
export async function countStart(ctx: Context, environment: string, fence: number): Promise<void> {
  ctx.memory.learnStart(environment, { fence });
  ctx.memory.learnStart(environment, { count: await ctx.redis.incr(startsKey(environment)) });
  await ctx.memory.save();
}

/*
 * Lets a counter go on above a number.
 *
 *   KEYS[1]  counter     ARGV[1]  the number
 */
const RAISE = defineScript(/* lua */ `
  local fence = tonumber(redis.call('GET', KEYS[1]) or '0')
  if fence < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
  return 1
`);

/** No fence that is given out afterwards is one of these or lower. */
export async function raiseFences(
  redis: RedisClient,
  floors: Readonly<Record<string, number>>,
): Promise<void> {
  await raise(redis, fenceKey, floors);
}

async function raise(
  redis: RedisClient,
  keyOf: (environment: string) => string,
  floors: Readonly<Record<string, number>>,
): Promise<void> {
  await Promise.all(Object.entries(floors).map(([name, floor]) => RAISE(redis, [keyOf(name)], [floor])));
}

/** The last fence that was given out on an environment, 0 before the first. Throws UnreadableError. */
export async function readFence(redis: RedisClient, environment: string): Promise<number> {
  return readCount(redis, fenceKey(environment));
}

async function readCount(redis: RedisClient, key: string): Promise<number> {
  const stored = await redis.get(key);
  try {
    return z.coerce
      .number()
      .int()
      .min(0)
      .parse(stored ?? '0');
  } catch (error) {
    throw new UnreadableError(key, error);
  }
}

const fenceKey = (environment: string) => `baton:{${environment}}:fence`;
const startsKey = (environment: string) => `baton:{${environment}}:starts`;
