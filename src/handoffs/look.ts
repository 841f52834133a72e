import { appendAudit } from '../audit/store.ts';
import type { Context } from '../context.ts';
import { ConflictError } from '../errors.ts';
import { nextWorkingTime } from '../sites/calendar.ts';
import { workplaceOf } from '../sites/workplace.ts';
import { leadTold } from '../views/digest.ts';
import { buildDigest } from './build.ts';
import { type Digest, digestIdFor, digestIn } from './digest.ts';
import { mailDigest } from './mail.ts';
import { type DueHandoff, handoffsBetween, namedHandoffs } from './schedule.ts';
import {
  closeDigest,
  createDigest,
  findDigest,
  isOver,
  lookedUntil,
  noteLooked,
  openDigests,
  replaceDigest,
} from './store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** After that a digest that is due is not built any more: the next one makes it good. */
const MISSED_MS = 6 * HOUR;
/** After that a digest that Slack did not take is given up. */
const GIVEN_UP_MS = 24 * HOUR;
/** Of an outage that was longer than this, the older handoffs are not even recorded. */
const LONGEST_OUTAGE_MS = 14 * 24 * HOUR;

/**
 * Records each digest that has fallen due since the last look, however long ago that is, and has each open one taken a
 * step further. A clock that was set back, or a second look at the same time, finds nothing new.
 */
export async function lookForDigests(ctx: Context): Promise<void> {
  const now = ctx.now();
  const looked = (await lookedUntil(ctx.redis)) ?? new Date(now.getTime() - MINUTE);
  const from = new Date(Math.max(looked.getTime(), now.getTime() - LONGEST_OUTAGE_MS));
  const until = new Date(now.getTime() + 1);
  if (from < until) {
    for (const due of handoffsBetween(ctx.config, { from, until })) {
      await createDigest(ctx.redis, newDigest(ctx, due));
    }
    await noteLooked(ctx.redis, until);
  }
  const minute = Math.floor(now.getTime() / MINUTE);
  for (const digest of await openDigests(ctx.redis)) {
    await ctx.jobs.add('handoffs', `${digest}-${minute}`, { version: 1, digest });
  }
}

/** Takes a digest one step further: builds it, has it shown, tells the lead. Safe to repeat, by any worker. */
export async function stepDigest(ctx: Context, id: string): Promise<void> {
  const digest = await findDigest(ctx.redis, id);
  if (digest === undefined) return closeDigest(ctx.redis, id);
  const age = ctx.now().getTime() - digest.dueAt.getTime();
  switch (digest.state) {
    case 'due':
      if (age > MISSED_MS) return miss(ctx, digest);
      return send(ctx, await buildDigest(ctx, digest));
    case 'built':
      return age > GIVEN_UP_MS ? miss(ctx, digest) : send(ctx, digest);
    case 'posted':
      await mailDigest(ctx, digest);
      return tellLead(ctx, digest);
    case 'taken':
      await mailDigest(ctx, digest);
      return closeDigest(ctx.redis, id);
    case 'missed':
      await auditMissed(ctx, digest);
      return closeDigest(ctx.redis, id);
  }
}

/** To the channel and by mail; whichever a death leaves out is made good with the next step. */
async function send(ctx: Context, digest: Digest): Promise<void> {
  await askToShow(ctx, digest);
  await mailDigest(ctx, digest);
}

/** Has the digest's message brought up to date. Anew each hour, in case the job of the last hour has failed for good. */
export async function askToShow(ctx: Context, { id, revision }: Digest): Promise<void> {
  const hour = Math.floor(ctx.now().getTime() / HOUR);
  const data = { version: 1 as const, kind: 'digest' as const, digest: id, reference: 'handoff' };
  await ctx.jobs.add('messages', `digest-${id}-${revision}-${hour}`, data);
}

/** The digest stands in Slack; whoever took it in the same moment was quicker, which is as good. */
export async function notePosted(ctx: Context, id: string): Promise<void> {
  for (;;) {
    const digest = await findDigest(ctx.redis, id);
    if (digest === undefined || digest.postedAt !== null) return;
    const posted = { postedAt: ctx.now() };
    const after = digest.state === 'built' ? digestIn(digest, 'posted', posted) : { ...digest, ...posted };
    try {
      await replaceDigest(ctx.redis, digest, after);
      return;
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
}

function newDigest({ config }: Context, { handoff, from, to, date, at }: DueHandoff): Digest {
  const rules = namedHandoffs(config).find(({ name }) => name === handoff)?.rules;
  return {
    version: 1,
    id: digestIdFor({ handoff, date }),
    revision: 1,
    state: 'due',
    handoff,
    from,
    to: to ?? null,
    date,
    dueAt: at,
    channel: rules?.channel ?? '',
    late: false,
    folded: [],
    content: null,
    postedAt: null,
    taken: null,
    assigned: {},
    leadToldAt: null,
  };
}

async function miss(ctx: Context, digest: Digest): Promise<void> {
  const missed = await replaceDigest(ctx.redis, digest, digestIn(digest, 'missed'));
  ctx.log.error({ digest: digest.id }, 'a digest was missed; the next one tells what it would have told');
  await auditMissed(ctx, missed);
  await closeDigest(ctx.redis, digest.id);
}

async function auditMissed(ctx: Context, { id, dueAt }: Digest): Promise<void> {
  await appendAudit(ctx.redis, {
    id: `${id}-missed`,
    at: ctx.now(),
    actor: 'baton',
    action: 'handoff',
    subject: id,
    outcome: 'expired',
    reason: 'missed',
    detail: { due: dueAt.toISOString() },
  });
}

/** Nobody has said that they have it: the lead of the site is told, once, when they are at work. */
async function tellLead(ctx: Context, digest: Digest): Promise<void> {
  const { id, handoff, to, postedAt, leadToldAt } = digest;
  const rules = namedHandoffs(ctx.config).find(({ name }) => name === handoff)?.rules;
  const site = to === null ? undefined : ctx.config.sites[to];
  const { acknowledge_within: seconds } = rules ?? {};
  if (await isOver(ctx.redis, digest)) return closeDigest(ctx.redis, id);
  if (seconds === undefined || site?.lead === undefined || postedAt === null || leadToldAt !== null) {
    return closeDigest(ctx.redis, id);
  }
  const { name, site: own } = workplaceOf(ctx.config, { id: site.lead, timezone: site.timezone });
  const deadline = new Date(postedAt.getTime() + seconds * 1_000);
  // After an outage it may be overdue and yet night.
  const from = new Date(Math.max(deadline.getTime(), ctx.now().getTime()));
  const at = nextWorkingTime(name === undefined ? site : own, from);
  if (at === undefined || ctx.now() < at) return;
  await ctx.jobs.add('messages', `digest-${id}-lead`, {
    version: 1,
    kind: 'reply',
    user: site.lead,
    channel: '',
    responseUrl: '',
    view: leadTold(digest),
    reference: 'handoff',
  });
  await replaceDigest(ctx.redis, digest, { ...digest, leadToldAt: ctx.now() });
  await closeDigest(ctx.redis, id);
}
