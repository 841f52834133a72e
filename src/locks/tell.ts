import { createHash } from 'node:crypto';
import type { AuditEvent } from '../audit/entry.ts';
import { appendAudit } from '../audit/store.ts';
import { rulesFor } from '../config/find.ts';
import type { Context } from '../context.ts';
import { tellAdmins } from '../people/tell-admins.ts';
import { lockDirect } from '../views/lock-direct.ts';
import { lockNews } from '../views/lock-news.ts';
import { lockUnreadable } from '../views/lock.ts';
import type { View } from '../views/view.ts';
import type { LockEvent } from './event.ts';
import { listUntold, markTold, untellableKey } from './history.ts';
import { BATON, environmentOf, type Lock, type UnreadableLockError } from './lock.ts';

/**
 * Tells what happened to the locks of an environment: the channel, whom it concerns, the audit trail. Each once. Gives how
 * many changes that were.
 */
export async function tellLocks(ctx: Context, environment: string): Promise<number> {
  const untold = await listUntold(ctx.redis, environment);
  for (const change of untold) {
    for (const { event, row } of change.all) {
      await (event === undefined ? setAside(ctx, environment, row) : tellEvent(ctx, environment, event));
    }
    await markTold(ctx.redis, environment, change);
  }
  return untold.length;
}

/** Tells admins, once for each such value, that stored locks cannot be read. */
export async function tellUnreadable(ctx: Context, { scope, cause }: UnreadableLockError): Promise<void> {
  const view = (reference: string) => lockUnreadable(scope, reference);
  await tellAdmins(ctx, {
    name: `lock-${scope}`,
    environment: scope,
    cause,
    toldKey: unreadableKey(scope),
    view,
  });
}

const unreadableKey = (scope: string) => `baton:{${scope}}:lock:unreadable`;

/** What happened cannot be read: it is kept for whoever looks, and the trail says that something is missing there. */
async function setAside(ctx: Context, environment: string, row: string): Promise<void> {
  const key = untellableKey(environment);
  ctx.log.error({ environment, key }, 'what happened to locks cannot be read, so nobody is told of it');
  await appendAudit(ctx.redis, {
    id: `lock-${environment}-${createHash('sha256').update(row).digest('hex').slice(0, 16)}`,
    at: ctx.now(),
    actor: BATON,
    action: 'lock',
    subject: environment,
    outcome: 'failed',
    reason: 'lock_ambiguous',
    detail: { event: 'unreadable', kept_at: key },
  });
}

async function tellEvent(ctx: Context, environment: string, event: LockEvent): Promise<void> {
  const news = lockNews(event);
  const channel = channelOf(ctx, environment, event);
  if (news !== undefined && channel !== '') {
    const { id, thread, other, actor } = event;
    await tellChannel(ctx, channel, { id, view: news, user: other ?? actor, thread });
  }
  for (const { to, view } of lockDirect(event)) {
    await tellPerson(ctx, to, { id: `${event.id}-${to}`, view });
  }
  await appendAudit(ctx.redis, auditOf(event));
  // Somebody has looked at what could not be read: should it happen again, that is news.
  if (event.kind === 'forced' && event.lock === null) await ctx.redis.del(unreadableKey(environment));
}

/** Whether news of a scope goes to the very channel in which somebody types. */
export function isHeardHere({ config }: Context, scope: string, channel: string): boolean {
  const own = rulesFor(config, environmentOf(scope))?.channel;
  return own === undefined ? channel !== '' && !isDirect(channel) : own === channel;
}

/** A direct message, which nobody else reads. */
function isDirect(channel: string): boolean {
  return channel.startsWith('D');
}

/**
 * The environment's own channel, else where it was typed, else where the lock was taken, else that of releases; a direct
 * message only where there is nothing else.
 */
function channelOf(ctx: Context, environment: string, { channel, lock }: LockEvent): string {
  const { releases = '' } = ctx.config.slack.channels;
  const own = rulesFor(ctx.config, environment)?.channel;
  const places = [own ?? '', channel, lock?.channel ?? '', releases].filter((one) => one !== '');
  return places.find((one) => !isDirect(one)) ?? places[0] ?? '';
}

interface Message {
  readonly id: string;
  readonly view: View;
}

async function tellChannel(
  ctx: Context,
  channel: string,
  { id, view, user, thread }: Message & { readonly user: string; readonly thread?: string | undefined },
): Promise<void> {
  await ctx.jobs.add('messages', `lock-${id}`, {
    version: 1,
    kind: 'notice',
    channel,
    user,
    view,
    reference: 'lock',
    ...(thread !== undefined && { thread: `lock-${thread}` }),
  });
}

async function tellPerson(ctx: Context, user: string, { id, view }: Message): Promise<void> {
  const message = { user, channel: '', responseUrl: '', view, reference: 'lock' };
  await ctx.jobs.add('messages', `lock-${id}`, { version: 1, kind: 'reply', ...message });
}

const AUDITED = {
  taken: ['lock', 'accepted'],
  extended: ['lock', 'accepted'],
  freed: ['unlock', 'accepted'],
  forced: ['unlock', 'forced'],
  expired: ['lock', 'expired'],
  stolen: ['steal', 'forced'],
  offered: ['offer', 'accepted'],
  offer_expired: ['offer', 'expired'],
  accepted: ['accept', 'accepted'],
  taken_over: ['take over', 'accepted'],
  handed_over: ['unlock', 'accepted'],
  declined: ['decline', 'accepted'],
  waiting: ['wait', 'accepted'],
  left: ['leave', 'accepted'],
  turn: ['turn', 'accepted'],
  turn_passed: ['turn', 'expired'],
  warned: ['warn', 'accepted'],
  warning_ended: ['warn', 'expired'],
  warning_removed: ['unlock', 'accepted'],
  warning_forced: ['unlock', 'forced'],
  reminded: ['remind', 'accepted'],
  kept: ['keep', 'accepted'],
  merged: ['unlock', 'accepted'],
  closed: ['ask', 'accepted'],
} as const satisfies Record<LockEvent['kind'], readonly [string, AuditEvent['outcome']]>;

function auditOf({ id, kind, at, actor, scope, reason, other, lock, warning, place }: LockEvent): AuditEvent {
  const [action, outcome] = AUDITED[kind];
  return {
    id,
    at,
    actor,
    action,
    subject: scope,
    outcome,
    reason: reason === '' ? null : reason,
    detail: {
      event: kind,
      ...(other !== null && { concerns: other }),
      ...(lock !== null && detailOf(lock)),
      ...(warning !== null && { warning: warning.reason }),
      ...(place?.deployment != null && { deployment: place.deployment }),
    },
  };
}

function detailOf({ id, holder, reason, since, until, handoff, pullRequest }: Lock): AuditEvent['detail'] {
  return {
    lock: id,
    holder,
    because: reason,
    since: since.toISOString(),
    until: until?.toISOString() ?? null,
    ...(handoff !== null && { handoff: `${handoff.from} ${handoff.at.toISOString()}` }),
    ...(pullRequest !== null && { pull_request: `${pullRequest.repository}#${pullRequest.number}` }),
  };
}
