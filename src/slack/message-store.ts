import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { environmentOfDeployment } from '../deployments/deployment.ts';
import { ConflictError, NotFoundError } from '../errors.ts';
import { parseStored } from '../redis/parse-stored.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';

const KEEP_SECONDS = 90 * 86_400;
/** A worker that sends answers within ten seconds, or is presumed dead. */
const CLAIM_MS = 15_000;

/** What is known of one message in Slack. */
export const Message = z.object({
  version: z.literal(1),
  /** Why it goes to the person and not to its channel, if it does. */
  direct: z.enum(['closed', 'unconfirmed']).nullable(),
  /**
   * Recorded before a post goes out and cleared with its result: while it is here, it may stand in Slack or not.
   * `anew`: an earlier one may stand there too, so no further one is posted.
   */
  posting: z.object({ state: z.string(), anew: z.boolean().default(false) }).nullable(),
  /** `shown` tells what the message says, or is empty when that is not sure. */
  posted: z.object({ channel: z.string(), ts: z.string(), shown: z.string() }).nullable(),
  /** The output in its thread. */
  output: z.enum(['none', 'posting', 'posted']),
  /** The message in the thread that shows the output of a run that goes on, until it shows its end. */
  tail: z
    .union([z.literal('posting'), z.object({ ts: z.string(), shown: z.string() })])
    .nullable()
    .default(null),
});
export type Message = z.infer<typeof Message>;

/** A message that this worker alone may send just now. */
export interface HeldMessage {
  /** Where it is remembered. */
  readonly key: string;
  readonly message: Message;
  /** Records the next step and holds the message further. Throws ConflictError once another worker has it. */
  save(next: Message): Promise<void>;
}

const NONE: Message = { version: 1, direct: null, posting: null, posted: null, output: 'none', tail: null };

/*
 * Saves a message for the worker that holds it.
 *
 *   KEYS[1]  message
 *   KEYS[2]  claim
 *   ARGV[1]  token of the claim
 *   ARGV[2]  message as the worker knows it, as JSON, or empty
 *   ARGV[3]  message as it becomes, as JSON
 *   ARGV[4]  seconds to keep it
 *   ARGV[5]  milliseconds to hold it further
 *
 *   Returns  1 when saved, 0 when another worker has taken it over
 */
const saveScript = defineScript(/* lua */ `
  local holder = redis.call('GET', KEYS[2])
  if holder and holder ~= ARGV[1] then
    return 0
  end
  if not holder and (redis.call('GET', KEYS[1]) or '') ~= ARGV[2] then
    return 0
  end
  redis.call('SET', KEYS[1], ARGV[3], 'EX', ARGV[4])
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[5])
  return 1
`);

/*
 * Frees a claim, unless it is another worker's by now.
 *
 *   KEYS[1]  claim
 *   ARGV[1]  token
 */
const freeScript = defineScript(/* lua */ `
  if redis.call('GET', KEYS[1]) == ARGV[1] then
    redis.call('DEL', KEYS[1])
  end
`);

/*
 * Forgets what a message says, so that the next worker says it anew.
 *
 *   KEYS[1]  message
 */
const distrustScript = defineScript(/* lua */ `
  local stored = redis.call('GET', KEYS[1])
  local message = stored and cjson.decode(stored)
  if message and message.posted ~= cjson.null then
    message.posted.shown = ''
    redis.call('SET', KEYS[1], cjson.encode(message), 'KEEPTTL')
  end
`);

/** Runs `work` while no other worker may send this message; returns undefined when another one has it. */
export async function holdMessage<T>(
  redis: RedisClient,
  key: string,
  work: (held: HeldMessage) => Promise<T>,
): Promise<T | undefined> {
  const claim = `${key}:claim`;
  const token = randomUUID();
  if ((await redis.set(claim, token, 'PX', CLAIM_MS, 'NX')) === null) return undefined;
  try {
    const stored = await redis.get(key);
    return await work(heldMessage(redis, key, token, stored));
  } finally {
    await freeScript(redis, [claim], [token]);
  }
}

/** To be called when an older state may have been sent after a newer one. */
export async function distrustMessage(redis: RedisClient, key: string): Promise<void> {
  await distrustScript(redis, [key], []);
}

/** Where the message of a deployment stands. */
export async function findMessage(
  redis: RedisClient,
  deployment: string,
): Promise<{ channel: string; ts: string } | undefined> {
  return findPosted(redis, deploymentMessageKey(deployment));
}

/** Where the message that is remembered there stands. */
export async function findPosted(
  redis: RedisClient,
  key: string,
): Promise<{ channel: string; ts: string } | undefined> {
  const { posted } = parse(key, await redis.get(key));
  return posted === null ? undefined : { channel: posted.channel, ts: posted.ts };
}

export function deploymentMessageKey(deployment: string): string {
  const environment = environmentOfDeployment(deployment);
  if (environment === undefined) throw new NotFoundError(`There is no deployment ${deployment}.`);
  return `baton:{${environment}}:message:${deployment}`;
}

/** The digest's one message, and each part of its thread. */
export function digestMessageKey(digest: string, part?: number): string {
  return `baton:{handoffs}:message:${digest}${part === undefined ? '' : `:part-${part}`}`;
}

/** Where a notice stands. */
export async function findNotice(
  redis: RedisClient,
  job: string,
): Promise<{ channel: string; ts: string } | undefined> {
  return findPosted(redis, noticeKey(job));
}

/** A notice is known by the job that sends it. */
export function noticeKey(job: string): string {
  return `baton:{${job}}:notice`;
}

function heldMessage(redis: RedisClient, key: string, token: string, stored: string | null): HeldMessage {
  let known = stored ?? '';
  let message = parse(key, stored);
  return {
    key,
    get message() {
      return message;
    },
    save: async (next) => {
      const json = JSON.stringify(next);
      const args = [token, known, json, KEEP_SECONDS, CLAIM_MS];
      if ((await saveScript(redis, [key, `${key}:claim`], args)) !== 1) {
        throw new ConflictError('Another worker has taken the message over.');
      }
      known = json;
      message = next;
    },
  };
}

function parse(key: string, stored: string | null): Message {
  return stored === null ? NONE : parseStored(Message, key, stored);
}
