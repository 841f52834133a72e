import { HttpError } from './route.ts';

const LIMIT = 50;
/** Whoever asks for more gets as many, and `next`. */
const LONGEST = 200;

/** The parameters of a list, each at most once, none but those. Throws HttpError 400 that shows a right example. */
export function readPage(
  query: URLSearchParams,
  further: readonly string[] = [],
): { readonly limit: number; readonly before: string | undefined } {
  const known = ['limit', 'before', ...further];
  for (const name of query.keys()) {
    if (!known.includes(name))
      throw badParameter(name, `is not known here; known are ${known.join(', ')}`, '?limit=50');
    if (query.getAll(name).length > 1)
      throw badParameter(name, 'may be given once', `?${name}=${exampleOf(name)}`);
  }
  return { limit: readLimit(query.get('limit')), before: query.get('before') ?? undefined };
}

export function badParameter(parameter: string, problem: string, example: string): HttpError {
  return new HttpError(400, `The parameter ${parameter} ${problem}.`, { parameter, example });
}

export interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** One page of a list that is at hand whole; the cursor is the key of the last item that was given. */
export function pageOf<Item>(
  all: readonly Item[],
  keyOf: (item: Item) => string,
  { limit, before }: { readonly limit: number; readonly before: string | undefined },
): PageOf<Item> {
  const last = before === undefined ? -1 : all.findIndex((item) => keyOf(item) === before);
  if (before !== undefined && last === -1) throw badCursor();
  const items = all.slice(last + 1, last + 1 + limit);
  const end = items.at(-1);
  const more = last + 1 + limit < all.length;
  return { items, next: more && end !== undefined ? keyOf(end) : null };
}

/** The cursor that was given is none of ours. */
export function badCursor(): HttpError {
  return badParameter('before', 'is the `next` of an earlier page, as it was given', '?before=NEXT');
}

function readLimit(text: string | null): number {
  if (text === null) return LIMIT;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit >= 1) return Math.min(limit, LONGEST);
  throw badParameter('limit', 'must be a whole number from 1 on', '?limit=50');
}

function exampleOf(name: string): string {
  return name === 'limit' ? '50' : name.toUpperCase();
}
