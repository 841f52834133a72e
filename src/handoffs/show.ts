import type { Context } from '../context.ts';
import { digestMessageKey, findPosted, holdMessage } from '../slack/message-store.ts';
import { showView } from '../slack/show-view.ts';
import { digestThread } from '../views/digest-thread.ts';
import { digestView } from '../views/digest.ts';
import type { View } from '../views/view.ts';
import type { Outcome } from '../worker.ts';
import { type Digest, isTold } from './digest.ts';
import { notePosted } from './look.ts';
import { findBefore, findDigest, isOver } from './store.ts';

export interface ToShow {
  readonly digest: string;
  /** A part of its thread; undefined for the message itself. */
  readonly part?: number | undefined;
}

/** Posts the one message of a digest, or brings it up to date; then posts its thread, part by part. */
export async function showDigest(ctx: Context, { digest: id, part }: ToShow, job: string): Promise<Outcome> {
  const outcome = await (part === undefined ? showMessage(ctx, id, job) : postPart(ctx, id, part, job));
  return outcome ?? { againInSeconds: 1 };
}

async function showMessage(ctx: Context, id: string, job: string): Promise<Outcome | undefined> {
  const key = digestMessageKey(id);
  return holdMessage(ctx.redis, key, async (held) => {
    const digest = await findDigest(ctx.redis, id);
    if (digest === undefined || !isTold(digest)) return 'done';
    const over = await isOver(ctx.redis, digest);
    if (over && held.message.posted === null) return 'done';
    const post = { channel: digest.channel, user: fallbackFor(ctx, digest), state: 'digest', final: true };
    const view = digestView(digest, over);
    const sent = await showView(ctx, held, { ...post, key, view, job });
    if (sent !== 'done') return sent;
    if (held.message.posted === null) return 'done';
    await askForPart(ctx, digest, { part: 0, over });
    await notePosted(ctx, id);
    if (!over) await closeBefore(ctx, digest);
    const now = await findDigest(ctx.redis, id);
    const isShown = now === undefined || isSameView(digestView(now, over), view);
    return isShown ? 'done' : { againInSeconds: 1 };
  });
}

/** The digest in whose place this one stands: its buttons come off. */
async function closeBefore(ctx: Context, digest: Digest): Promise<void> {
  const before = await findBefore(ctx.redis, digest);
  if (before === undefined) return;
  const data = { version: 1 as const, kind: 'digest' as const, digest: before.id };
  await ctx.jobs.add('messages', `digest-${before.id}-over`, { ...data, reference: 'handoff' });
}

async function postPart(ctx: Context, id: string, part: number, job: string): Promise<Outcome | undefined> {
  return holdMessage(ctx.redis, digestMessageKey(id, part), async (held) => {
    const [digest, main] = await Promise.all([
      findDigest(ctx.redis, id),
      findPosted(ctx.redis, digestMessageKey(id)),
    ]);
    if (digest === undefined || main === undefined) return 'done';
    const over = await isOver(ctx.redis, digest);
    const view = digestThread(digest, over)[part];
    if (view === undefined) return 'done';
    const { channel, ts: thread } = main;
    const key = digestMessageKey(id, part);
    const isWanted = !over || held.message.posted !== null;
    const sent = isWanted
      ? await showView(ctx, held, { ...PART, key, channel, view, job, thread })
      : ('done' as const);
    if (sent !== 'done') return sent;
    await askForPart(ctx, digest, { part: part + 1, over });
    return 'done';
  });
}

const PART = { user: '', state: 'part', final: true };

/** Each revision anew: what has been given to somebody since is shown there too, and that it is over. */
async function askForPart(
  ctx: Context,
  digest: Digest,
  { part, over }: { readonly part: number; readonly over: boolean },
): Promise<void> {
  if (part >= digestThread(digest).length) return;
  const data = { version: 1 as const, kind: 'digest' as const, digest: digest.id, part };
  const stage = `${digest.revision}${over ? '-over' : ''}`;
  await ctx.jobs.add('messages', `digest-${digest.id}-${stage}-part-${part}`, {
    ...data,
    reference: 'handoff',
  });
}

function isSameView(one: View, other: View): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Who gets it where its channel does not take it. */
function fallbackFor({ config }: Context, { from, to }: Digest): string {
  const sites = to === null ? [from] : [to, from];
  const leads = sites.map((site) => config.sites[site]?.lead);
  const people = sites.map((site) => config.people.find((one) => one.site === site)?.slack);
  return [...leads, ...people].find((one) => one !== undefined) ?? '';
}
