import type { Context } from '../context.ts';
import { describe, lookBack, nextHandoffs } from './build.ts';
import type { Content, Digest, Item } from './digest.ts';
import { namedHandoffs } from './schedule.ts';

const DAY = 86_400_000;

/** What the digest of the site would say now, of the next handoff that it gives. Undefined for a site that gives none. */
export async function previewOf(ctx: Context, site: string) {
  const at = ctx.now();
  const { gives: due } = nextHandoffs(ctx, site, at);
  if (due === undefined) return undefined;
  const { handoff, from, to } = due;
  // From now, not from when it is due: after a weekend the day before that lies ahead.
  const { since, last } = await lookBack(ctx, { handoff, from, to: to ?? null }, at);
  const assigned = last?.assigned ?? {};
  return { due, assigned, content: await describe(ctx, { since, at, from, to, notesOf: [from] }, due.date) };
}

export interface Current {
  readonly content: Content;
  /** Whose items are by now, as the last digests have it. */
  readonly assigned: Digest['assigned'];
  /** How many open items of others were left out. */
  readonly left: number;
}

/** How things stand for one site: its people's, its services', and what is nobody's. Without a site, everything. */
export async function currentFor(ctx: Context, site: string | undefined): Promise<Current> {
  const at = ctx.now();
  const taking = namedHandoffs(ctx.config).filter(({ rules }) => rules.to === site);
  const giving = namedHandoffs(ctx.config).filter(({ rules }) => rules.from === site);
  const before = await Promise.all(
    [...taking, ...giving].map(({ name, rules: { from, to } }) => {
      return lookBack(ctx, { handoff: name, from, to }, at);
    }),
  );
  const since = (taking.length === 0 ? undefined : before[0]?.since) ?? new Date(at.getTime() - DAY);
  const assigned: Digest['assigned'] = Object.assign({}, ...before.map(({ last }) => last?.assigned));
  const notesOf =
    site === undefined ? Object.keys(ctx.config.sites) : [site, ...taking.map(({ rules }) => rules.from)];
  const content = await describe(ctx, {
    since,
    at,
    from: undefined,
    to: site,
    notesOf: [...new Set(notesOf)],
  });
  if (site === undefined) return { content, assigned, left: 0 };

  const siteOf = new Map(ctx.config.people.map((one) => [one.slack, one.site]));
  const isOurs = (person: string) => siteOf.get(person) === undefined || siteOf.get(person) === site;
  // A service is the site's when its people have deployed it since.
  const ended = content.ended.filter(({ by }) => isOurs(by));
  const services = new Set(ended.map(({ environment, service }) => `${environment}/${service}`));
  const concerns = ({ id, owner, where }: Item) =>
    isOurs(owner) || isOurs(assigned[id]?.to ?? owner) || services.has(where);
  const items = content.items.filter(concerns);
  return { content: { ...content, items, ended }, assigned, left: content.items.length - items.length };
}
