import { appendAudit } from '../audit/store.ts';
import type { AuditEvent } from '../audit/entry.ts';
import type { Call } from '../command.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { type Lock, UnreadableLockError } from './lock.ts';

/** What the audit trail hears of a command about a lock; the rest is the command's. */
export interface Told {
  readonly action: 'lock' | 'unlock';
  /** The scope. */
  readonly subject: string;
  readonly outcome: 'accepted' | 'forced' | 'refused';
  readonly reason: string | null;
  readonly lock?: Lock | undefined;
}

/** Tells the audit trail, once however often the command runs. */
export async function tellAudit(ctx: Context, call: Call, told: Told): Promise<void> {
  const { lock, ...event } = told;
  const detail = { reference: call.reference, ...(lock && detailOf(lock)) };
  await appendAudit(ctx.redis, { id: call.id, at: ctx.now(), actor: call.actor.id, ...event, detail });
}

/** Tells that a lock's time was over; whoever meets it first says so. */
export async function tellExpired(ctx: Context, lock: Lock | undefined): Promise<void> {
  if (lock === undefined) return;
  await appendAudit(ctx.redis, {
    id: `expired-${lock.id}`,
    at: ctx.now(),
    actor: 'baton',
    action: 'lock',
    subject: lock.scope,
    outcome: 'expired',
    reason: null,
    detail: detailOf(lock),
  });
}

/** Does the work; a refusal is told to the audit trail before it is passed on. */
export async function tellRefusal<Result>(
  ctx: Context,
  call: Call,
  told: Pick<Told, 'action' | 'subject'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const reason = reasonOf(error);
    if (reason !== undefined) await tellAudit(ctx, call, { ...told, outcome: 'refused', reason });
    throw error;
  }
}

function reasonOf(error: unknown): string | undefined {
  if (error instanceof UnreadableLockError) return 'lock_ambiguous';
  return error instanceof UserError ? error.reason : undefined;
}

function detailOf({ id, holder, reason, since, until }: Lock): AuditEvent['detail'] {
  return {
    lock: id,
    holder,
    because: reason,
    since: since.toISOString(),
    until: until?.toISOString() ?? null,
  };
}
