import * as z from 'zod';
import { ConflictError, UnreadableError } from '../errors.ts';
import { parseStored } from '../redis/parse-stored.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { Digest, isTold } from './digest.ts';

/*
 * Records a digest unless it is there already.
 *
 *   KEYS[1]  record    KEYS[2]  all digests by due time    KEYS[3]  those of its handoff    KEYS[4]  open ones
 *   ARGV[1]  id        ARGV[2]  record as JSON   ARGV[3]  due time in milliseconds
 *   ARGV[4]  '1' when there is something left to do        ARGV[5]  seconds to keep it   ARGV[6]  how many to list
 *
 *   Returns  1 when recorded, 0 when it was there
 */
const CREATE = defineScript(/* lua */ `
  if not redis.call('SET', KEYS[1], ARGV[2], 'NX', 'EX', ARGV[5]) then return 0 end
  for index = 2, 3 do
    redis.call('ZADD', KEYS[index], ARGV[3], ARGV[1])
    redis.call('ZREMRANGEBYRANK', KEYS[index], 0, -ARGV[6] - 1)
  end
  if ARGV[4] == '1' then redis.call('SADD', KEYS[4], ARGV[1]) end
  return 1
`);

/*
 * Saves a digest only if nobody saved it since it was read.
 *
 *   KEYS[1]  record
 *   ARGV[1]  revision that was read    ARGV[2]  record as JSON
 *
 *   Returns  1 when saved, 0 when somebody else was faster
 */
const REPLACE = defineScript(/* lua */ `
  local stored = redis.call('GET', KEYS[1])
  if not stored or cjson.decode(stored).revision ~= tonumber(ARGV[1]) then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL')
  return 1
`);

/*
 * Remembers until when it was looked for digests that fall due; a clock that was set back takes nothing back.
 *
 *   KEYS[1]  the moment    ARGV[1]  the moment in milliseconds
 */
const LOOKED = defineScript(/* lua */ `
  local before = tonumber(redis.call('GET', KEYS[1]) or 0)
  if before < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1]) end
`);

const KEEP_SECONDS = 400 * 86_400;
const MOST_LISTED = 1_000;

const INDEX = 'baton:{handoffs}:digests';
const OPEN = 'baton:{handoffs}:open';
const LOOKED_UNTIL = 'baton:{handoffs}:looked';
const recordKey = (id: string) => `baton:{handoffs}:digest:${id}`;
const handoffKey = (handoff: string) => `${INDEX}:${handoff}`;

/** Records it, unless a digest of that id is there already. */
export async function createDigest(redis: RedisClient, digest: Digest): Promise<void> {
  const { id, handoff, dueAt, state } = digest;
  const keys = [recordKey(id), INDEX, handoffKey(handoff), OPEN];
  const open = state === 'due' ? '1' : '0';
  await CREATE(redis, keys, [id, JSON.stringify(digest), dueAt.getTime(), open, KEEP_SECONDS, MOST_LISTED]);
}

/** Saves `after` over `before`, with its next revision. Throws ConflictError when somebody saved it in between. */
export async function replaceDigest(redis: RedisClient, before: Digest, after: Digest): Promise<Digest> {
  const next = { ...after, revision: before.revision + 1 };
  const saved = await REPLACE(redis, [recordKey(before.id)], [before.revision, JSON.stringify(next)]);
  if (saved !== 1) throw new ConflictError(`The digest ${before.id} has moved on from ${before.state}.`);
  return next;
}

/** Throws UnreadableError. */
export async function findDigest(redis: RedisClient, id: string): Promise<Digest | undefined> {
  const json = await redis.get(recordKey(id));
  return json === null ? undefined : parseStored(Digest, recordKey(id), json);
}

export interface Listing {
  /** Only those of this handoff. */
  readonly handoff?: string;
  readonly limit: number;
}

/** The newest first. What cannot be read is left out. */
export async function listDigests(redis: RedisClient, { handoff, limit }: Listing): Promise<Digest[]> {
  const ids = await redis.zrevrange(handoff === undefined ? INDEX : handoffKey(handoff), 0, limit - 1);
  if (ids.length === 0) return [];
  const stored = await redis.mget(ids.map(recordKey));
  return stored.flatMap((json, index) => {
    try {
      return json === null ? [] : [parseStored(Digest, recordKey(ids[index] ?? ''), json)];
    } catch {
      return [];
    }
  });
}

/** So many of a handoff are looked at for the one before: a week of misses. */
const LOOKED_AT = 8;

/** The digest of the same handoff that people were told before this one. */
export async function findBefore(
  redis: RedisClient,
  { handoff, dueAt }: Digest,
): Promise<Digest | undefined> {
  const listed = await listDigests(redis, { handoff, limit: LOOKED_AT });
  return listed.find((one) => one.dueAt < dueAt && isTold(one));
}

/** Whether a later digest of the same handoff stands in Slack. */
export async function isOver(redis: RedisClient, { handoff, dueAt }: Digest): Promise<boolean> {
  const listed = await listDigests(redis, { handoff, limit: LOOKED_AT });
  return listed.some((one) => one.dueAt > dueAt && one.postedAt !== null);
}

/** The ids of those with which something is left to do. */
export async function openDigests(redis: RedisClient): Promise<string[]> {
  return (await redis.smembers(OPEN)).toSorted();
}

/** Nothing is left to do by the clock. */
export async function closeDigest(redis: RedisClient, id: string): Promise<void> {
  await redis.srem(OPEN, id);
}

/** Until when it was looked for digests that fall due; undefined before the first look. */
export async function lookedUntil(redis: RedisClient): Promise<Date | undefined> {
  const stored = await redis.get(LOOKED_UNTIL);
  if (stored === null) return undefined;
  const at = z.coerce.number().int().positive().safeParse(stored);
  if (!at.success) throw new UnreadableError(LOOKED_UNTIL, at.error);
  return new Date(at.data);
}

export async function noteLooked(redis: RedisClient, until: Date): Promise<void> {
  await LOOKED(redis, [LOOKED_UNTIL], [until.getTime()]);
}
