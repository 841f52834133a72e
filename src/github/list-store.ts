import * as z from 'zod';
import type { RedisClient } from '../redis/script.ts';

const KEEP_SECONDS = 86_400;

const Listed = z.array(
  z.object({
    number: z.int(),
    head: z.string(),
    isOwn: z.boolean(),
    isDraft: z.boolean(),
    labels: z.array(z.string()),
  }),
);

const Page = z.object({ etag: z.string(), pullRequests: Listed });

/** A page of open pull requests as GitHub listed it last, with its word for that state. */
export type ListedPage = z.infer<typeof Page>;

/** Undefined for one that was not read lately. It saves a request only, so one that cannot be read is as good as none. */
export async function findPage(redis: RedisClient, key: string): Promise<ListedPage | undefined> {
  const json = await redis.get(keyOf(key));
  if (json === null) return undefined;
  try {
    return Page.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}

export async function savePage(redis: RedisClient, key: string, page: ListedPage): Promise<void> {
  await redis.set(keyOf(key), JSON.stringify(page), 'EX', KEEP_SECONDS);
}

const keyOf = (key: string) => `baton:{github}:listed:${key}`;
