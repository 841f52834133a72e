import * as z from 'zod';
import { GitHubUnreadableError } from '../errors.ts';

const PER_PAGE = 100;

/** GitHub itself tells of no more than a thousand check runs or workflow runs. */
const MOST_PAGES = 10;

export interface Page<Item> {
  readonly total: number;
  /** Each under what tells it from the others: a list that grows while it is read shows some of it twice. */
  readonly items: readonly (readonly [key: number | string, item: Item])[];
}

/**
 * Reads a list that GitHub counts, to its end. Throws GitHubUnreadableError for a list that is longer than a thousand
 * or that ends before GitHub's own count: a part must never pass for the whole.
 */
export async function readAllPages<Item>(
  what: string,
  readPage: (paging: { per_page: number; page: number }) => Promise<Page<Item>>,
): Promise<Item[]> {
  const items = new Map<number | string, Item>();
  let total = 0;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const read = await readPage({ per_page: PER_PAGE, page });
    for (const [key, item] of read.items) items.set(key, item);
    total = Math.max(total, read.total);
    if (items.size >= total) return [...items.values()];
    if (read.items.length === 0) break;
  }
  throw new GitHubUnreadableError(`GitHub did not list all of the ${what}.`);
}

/** What GitHub answered, or GitHubUnreadableError where it has not the shape that GitHub documents. */
export function readAs<Schema extends z.ZodType>(schema: Schema, data: unknown): z.infer<Schema> {
  const read = schema.safeParse(data);
  if (read.success) return read.data;
  throw new GitHubUnreadableError('GitHub gave an answer that Baton does not understand.', {
    cause: new Error(z.prettifyError(read.error)),
  });
}
