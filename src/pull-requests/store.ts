import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { Labelling } from '../github/labelling.ts';
import { parseStored } from '../redis/parse-stored.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { Asked } from './asked.ts';

/** A pull request by its repository, as the configuration writes it, and its number. */
export interface PullRequestId {
  readonly repository: string;
  readonly number: number;
}

const KEEP_SECONDS = 90 * 86_400;

/** Longer than writing a comment takes when each request runs into its time-out. */
const CLAIM_MS = 120_000;

/*
 * Ends a claim, if it is still this run's.
 *
 *   KEYS[1]  claim
 *   ARGV[1]  the run's own word
 */
const END_CLAIM = defineScript(/* lua */ `
  if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
`);

/** Notes what was asked, unless it is noted already. */
export async function noteAsked(redis: RedisClient, id: PullRequestId, asked: Asked): Promise<void> {
  const key = askedKey(id);
  await redis.hsetnx(key, String(asked.event), JSON.stringify(asked));
  await redis.expire(key, KEEP_SECONDS);
}

/** Notes what came of it. */
export async function saveAsked(redis: RedisClient, id: PullRequestId, asked: Asked): Promise<void> {
  await redis.hset(askedKey(id), String(asked.event), JSON.stringify(asked));
}

/** All that was asked for by labels on a pull request, the newest first. Throws UnreadableError. */
export async function listAsked(redis: RedisClient, id: PullRequestId): Promise<Asked[]> {
  const key = askedKey(id);
  const stored = Object.values(await redis.hgetall(key));
  return stored
    .map((json) => parseStored(Asked, key, json))
    .toSorted((one, other) => other.at.getTime() - one.at.getTime() || other.event - one.event);
}

/** As long as a pull request whose label was told of may wait for its look. */
const KEEP_LABELLING_SECONDS = 86_400;

const Labelled = z.object({ event: z.int(), login: z.string(), isBot: z.boolean(), at: z.coerce.date() });

/** Notes whom a webhook named as the one who put a label on. */
export async function noteLabelling(
  redis: RedisClient,
  id: PullRequestId,
  { label, ...labelling }: Labelling & { readonly label: string },
): Promise<void> {
  await redis.set(labelledKey(id, label), JSON.stringify(labelling), 'EX', KEEP_LABELLING_SECONDS);
}

/** Forgets it: the label was taken off. */
export async function forgetLabelling(redis: RedisClient, id: PullRequestId, label: string): Promise<void> {
  await redis.del(labelledKey(id, label));
}

/** Undefined where no webhook named anybody. Throws UnreadableError. */
export async function findNotedLabelling(
  redis: RedisClient,
  id: PullRequestId,
  label: string,
): Promise<Labelling | undefined> {
  const key = labelledKey(id, label);
  const json = await redis.get(key);
  return json === null ? undefined : parseStored(Labelled, key, json);
}

const Told = z.object({ comment: z.int(), digest: z.string() });

/** Which comment tells of it, and a digest of what it said last. */
export type Told = z.infer<typeof Told>;

/** Undefined before the first comment. Throws UnreadableError. */
export async function findTold(redis: RedisClient, id: PullRequestId): Promise<Told | undefined> {
  const key = toldKey(id);
  const json = await redis.get(key);
  return json === null ? undefined : parseStored(Told, key, json);
}

export async function saveTold(redis: RedisClient, id: PullRequestId, told: Told): Promise<void> {
  await redis.set(toldKey(id), JSON.stringify(told), 'EX', KEEP_SECONDS);
}

/** Lets one job at a time write the comment; `taken` where another one is at it. */
export async function claimComment<Done>(
  redis: RedisClient,
  id: PullRequestId,
  write: () => Promise<Done>,
): Promise<Done | 'taken'> {
  const key = `${toldKey(id)}:claim`;
  const word = randomUUID();
  if ((await redis.set(key, word, 'PX', CLAIM_MS, 'NX')) === null) return 'taken';
  try {
    return await write();
  } finally {
    await END_CLAIM(redis, [key], [word]);
  }
}

function askedKey({ repository, number }: PullRequestId): string {
  return `baton:{${repository}#${number}}:asked`;
}

function labelledKey({ repository, number }: PullRequestId, label: string): string {
  return `baton:{${repository}#${number}}:labelled:${label}`;
}

function toldKey(id: PullRequestId): string {
  return `${askedKey(id)}:told`;
}
