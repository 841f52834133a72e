import { appendAudit } from '../audit/store.ts';
import type { Context } from '../context.ts';
import { ConflictError, NotFoundError, UserError } from '../errors.ts';
import { type Digest, digestIn, isTold, type Item } from './digest.ts';
import { askToShow } from './look.ts';
import { findDigest, isOver, listDigests, replaceDigest } from './store.ts';

/** The digests in which an item is looked for. */
const LOOKED_THROUGH = 14;

/** Throws NotFoundError for a digest that is not there or was never told. */
export async function loadTold(ctx: Context, id: string): Promise<Digest> {
  const digest = await findDigest(ctx.redis, id);
  if (digest !== undefined && isTold(digest)) return digest;
  throw new NotFoundError(`There is no digest ${id} to take.`, {
    hint: '“/handoff history” lists the last ones.',
  });
}

/** Throws UserError for somebody of the site that gives: a handoff is taken by the others. */
export function requireReceiver(
  { config }: Context,
  { from, to }: Digest,
  person: string,
  what: string,
): void {
  const site = config.people.find(({ slack }) => slack === person)?.site;
  if (site !== from) return;
  throw new UserError(`You are of “${from}”, which hands over: ${what} by the others.`, {
    reason: 'not_allowed',
    hint: to === null ? undefined : `It goes to “${to}”.`,
  });
}

/** Throws UserError once a later digest stands in Slack: what is said of this one nobody would see. */
export async function requireLatest(ctx: Context, digest: Digest): Promise<void> {
  if (!(await isOver(ctx.redis, digest))) return;
  throw new UserError('That digest is over: a later one has taken its place.', {
    hint: '“/handoff” shows what is open now.',
  });
}

/** By the next digest, told or not, the holder of a lock has had a day of work in between. Throws UserError then. */
export async function requireNewest(
  ctx: Context,
  { id, handoff, dueAt }: Digest,
  scope: string,
): Promise<void> {
  const [newest] = await listDigests(ctx.redis, { handoff, limit: 1 });
  if (newest === undefined || newest.id === id || newest.dueAt <= dueAt) return;
  throw new UserError('That digest is over: there has been a later one.', {
    hint: `“/lock ${scope}” shows who has it now, and every way out.`,
  });
}

export interface By {
  readonly command: string;
  readonly person: string;
}

/** Records who has it: the first to say so. The digest as it then is. */
export async function takeDigest(ctx: Context, id: string, { command, person }: By): Promise<Digest> {
  const digest = await change(ctx, id, (before) => {
    if (before.taken !== null) return before;
    return digestIn(before, 'taken', { taken: { by: person, at: ctx.now() } });
  });
  await askToShow(ctx, digest);
  if (digest.taken?.by !== person) return digest;
  await appendAudit(ctx.redis, {
    id: command,
    at: ctx.now(),
    actor: person,
    action: 'handoff take',
    subject: id,
    outcome: 'accepted',
    reason: null,
    detail: { from: digest.from, to: digest.to },
  });
  return digest;
}

/** Finds an open item among the digests that were told last. Throws NotFoundError. */
export async function loadItem(ctx: Context, id: string): Promise<{ digest: Digest; item: Item }> {
  const digests = await listDigests(ctx.redis, { limit: LOOKED_THROUGH });
  for (const digest of digests.filter(isTold)) {
    const item = digest.content?.items.find((one) => one.id === id.toLowerCase());
    if (item !== undefined) return { digest, item };
  }
  throw new NotFoundError(`None of the last digests has an item “${id}”.`, {
    hint: 'Each line of a digest ends with the five letters of its item.',
    example: '/handoff assign k3f9a @ben',
  });
}

/** Says whose an item is from now on; the digest shows it. */
export async function assignItem(
  ctx: Context,
  { digest: id, item, to }: { readonly digest: string; readonly item: string; readonly to: string },
  { command, person }: By,
): Promise<void> {
  const digest = await change(ctx, id, (before) => {
    if (before.assigned[item]?.to === to) return before;
    const assigned = { ...before.assigned, [item]: { to, by: person, at: ctx.now() } };
    return { ...before, assigned };
  });
  await askToShow(ctx, digest);
  await appendAudit(ctx.redis, {
    id: `${command}-assigned`,
    at: ctx.now(),
    actor: person,
    action: 'handoff assign',
    subject: id,
    outcome: 'accepted',
    reason: null,
    detail: { item, to },
  });
}

/** Nobody loses a race so often; it is there so that a bug ends. */
const MOST_TRIES = 100;

async function change(ctx: Context, id: string, rule: (before: Digest) => Digest): Promise<Digest> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const before = await loadTold(ctx, id);
    const after = rule(before);
    if (after === before) return before;
    try {
      return await replaceDigest(ctx.redis, before, after);
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  throw new ConflictError('The digest changes too quickly just now.', { hint: 'Please try again.' });
}
