import { Temporal } from 'temporal-polyfill';
import type { Context } from '../context.ts';
import { type Content, type Digest, type DigestChange, digestIn, isTold } from './digest.ts';
import { collectFacts, type Wanted } from './facts.ts';
import { contentOf } from './items.ts';
import { pairingDay, pairsOfWeek } from './pairs.ts';
import { handoffsBetween, namedHandoffs, nextHandoffFrom } from './schedule.ts';
import { listDigests, replaceDigest } from './store.ts';

const DAY = 86_400_000;
/** From then on it is said that it comes late. */
const LATE_MS = 5 * 60_000;
/** So many earlier ones are looked at for the last that was told: three weeks of misses. */
const LOOKED_BACK = 15;

/** The handoff that a digest is about. */
export type Giving = Pick<Digest, 'handoff' | 'from' | 'to'>;

export interface Before {
  /** What the next digest tells begins here. */
  readonly since: Date;
  /** The ids of those in between that did not reach the site. */
  readonly folded: readonly string[];
  readonly last: Digest | undefined;
}

/**
 * What came before a digest: the last one that the same site was told. One that was missed, or that another site took
 * in its place, is made good; only the site that stands in takes up where the last one ended, whoever had it.
 */
export async function lookBack(ctx: Context, giving: Giving, at: Date): Promise<Before> {
  const usual = namedHandoffs(ctx.config).find(({ name }) => name === giving.handoff)?.rules.to;
  const listed = await listDigests(ctx.redis, { handoff: giving.handoff, limit: LOOKED_BACK });
  const earlier = listed.filter(({ dueAt }) => dueAt < at);
  const index = earlier.findIndex((one) => wasHeard(one) && (giving.to !== usual || one.to === giving.to));
  const last = earlier[index];
  const between = index === -1 ? earlier : earlier.slice(0, index);
  const oldest = between.at(-1)?.dueAt ?? at;
  const since = last?.content?.at ?? new Date(oldest.getTime() - DAY);
  return { since, folded: between.map(({ id }) => id).toReversed(), last };
}

/** What the digest would say at this moment. */
export async function describe(
  ctx: Context,
  wanted: Omit<Wanted, 'span'> & { readonly since: Date; readonly at: Date },
  date?: string,
): Promise<Content> {
  const { since, at, from } = wanted;
  const next = from === undefined ? undefined : nextHandoffFrom(ctx.config, from, at);
  const until = next ?? new Date(at.getTime() + DAY);
  const content = contentOf(await collectFacts(ctx, { ...wanted, span: { since, at, until } }));
  return date === undefined ? content : { ...content, pairs: pairsOn(ctx, date) };
}

/** The pairs of the week, on the day of the week on which they are suggested. */
function pairsOn({ config }: Context, date: string): string[][] {
  const day = Temporal.PlainDate.from(date);
  if (!pairingDay(config, day).equals(day)) return [];
  return pairsOfWeek(config, day).map((pair) => [...pair]);
}

/** Builds a digest that is due and saves it. Throws ConflictError when another worker has. */
export async function buildDigest(ctx: Context, due: Digest): Promise<Digest> {
  const at = ctx.now();
  const { since, folded, last } = await lookBack(ctx, due, due.dueAt);
  const { from, to } = due;
  const content = await describe(ctx, { since, at, from, to: to ?? undefined, notesOf: [from] }, due.date);
  const there = new Set(content.items.map(({ id }) => id));
  const assigned = Object.entries(last?.assigned ?? {}).filter(([item]) => there.has(item));
  const change: DigestChange = {
    content,
    folded: [...folded],
    late: at.getTime() - due.dueAt.getTime() > LATE_MS,
    assigned: Object.fromEntries(assigned),
  };
  return replaceDigest(ctx.redis, due, digestIn(due, 'built', change));
}

/** The next handoff that the site gives, and the next that it takes, within a week. */
export function nextHandoffs({ config }: Pick<Context, 'config'>, site: string, now: Date) {
  const until = new Date(now.getTime() + 7 * DAY);
  const coming = handoffsBetween(config, { from: now, until });
  return {
    gives: coming.find(({ from }) => from === site),
    takes: coming.find(({ to }) => to === site),
  };
}

function wasHeard(digest: Digest): boolean {
  return isTold(digest) && (digest.postedAt !== null || digest.taken !== null);
}
