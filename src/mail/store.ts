import * as z from 'zod';
import { parseStored } from '../redis/parse-stored.ts';
import type { RedisClient } from '../redis/script.ts';

/** A mail as it goes out, the same for each recipient and each attempt. */
export const StoredMail = z.strictObject({
  version: z.literal(1),
  id: z.string().min(1),
  at: z.coerce.date(),
  to: z.array(z.string()).min(1),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
  attachments: z.array(
    z.strictObject({ filename: z.string(), contentType: z.string(), content: z.string() }),
  ),
});
export type StoredMail = z.infer<typeof StoredMail>;

/** What was refused can be looked at for so long. */
const KEEP_SECONDS = 14 * 86_400;

const mailKey = (id: string) => `baton:{mail}:mail:${id}`;
const sentKey = (id: string) => `baton:{mail}:mail:${id}:sent`;

/** Keeps a mail unless one of this id is kept already, and gives the one that is kept. Throws UnreadableError. */
export async function keepMail(redis: RedisClient, mail: StoredMail): Promise<StoredMail> {
  await redis.set(mailKey(mail.id), JSON.stringify(mail), 'EX', KEEP_SECONDS, 'NX');
  return (await findMail(redis, mail.id)) ?? mail;
}

/** Undefined for one that is no longer kept. Throws UnreadableError. */
export async function findMail(redis: RedisClient, id: string): Promise<StoredMail | undefined> {
  const row = await redis.get(mailKey(id));
  return row === null ? undefined : parseStored(StoredMail, mailKey(id), row);
}

export async function isSent(redis: RedisClient, id: string, recipient: string): Promise<boolean> {
  return (await redis.sismember(sentKey(id), recipient)) === 1;
}

/** A second run of the job that sent it sends nothing more. */
export async function noteSent(redis: RedisClient, id: string, recipient: string): Promise<void> {
  await redis.sadd(sentKey(id), recipient);
  await redis.expire(sentKey(id), KEEP_SECONDS);
}
