import type { AuditEvent } from '../audit/entry.ts';
import { appendAudit } from '../audit/store.ts';
import type { Call } from '../command.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import type { SetFreeze } from './set-freeze.ts';
import { endExpired, UnreadableFreezeError } from './store.ts';

/** What the audit trail hears of a command about a freeze; the rest is the command's. */
export interface Told {
  readonly action: 'freeze' | 'thaw';
  readonly environment: string;
  readonly outcome: 'accepted' | 'forced' | 'refused';
  readonly reason: string | null;
  readonly freeze?: SetFreeze | undefined;
  /** The one that was in force until then. */
  readonly replaced?: SetFreeze | undefined;
}

/** Tells the audit trail, once however often the command runs. */
export async function tellAudit(ctx: Context, call: Call, told: Told): Promise<void> {
  const { environment: subject, freeze, replaced, ...event } = told;
  const detail = {
    reference: call.reference,
    ...(freeze && detailOf(freeze)),
    ...(replaced && { replaced: detailOf(replaced) }),
  };
  await appendAudit(ctx.redis, {
    id: call.id,
    at: ctx.now(),
    actor: call.actor.id,
    subject,
    ...event,
    detail,
  });
}

/** Tells that the time of a freeze was over; whoever meets it first says so, at the latest the sweep. */
export async function tellExpired(
  ctx: Context,
  environment: string,
  freeze: SetFreeze | undefined,
): Promise<void> {
  if (freeze === undefined) return;
  await appendAudit(ctx.redis, {
    id: `expired-${freeze.id}`,
    at: ctx.now(),
    actor: 'baton',
    action: 'freeze',
    subject: environment,
    outcome: 'expired',
    reason: null,
    detail: detailOf(freeze),
  });
}

/** Another worker's clock may be behind: for that one it must not be gone before its time. */
const CLOCKS_DIFFER_MS = 60_000;

/** Tells of each freeze whose time is over and that nobody has met since. One that cannot be read stays, and blocks. */
export async function tellAllExpired(ctx: Context): Promise<void> {
  const now = new Date(ctx.now().getTime() - CLOCKS_DIFFER_MS);
  for (const environment of Object.keys(ctx.config.environments)) {
    const tell = (expired: SetFreeze) => tellExpired(ctx, environment, expired);
    try {
      await endExpired(ctx.redis, { environment, now }, tell);
    } catch (error) {
      if (!(error instanceof UnreadableFreezeError)) throw error;
    }
  }
}

/** Does the work; a refusal is told to the audit trail before it is passed on, in words that people understand. */
export async function tellRefusal<Result>(
  ctx: Context,
  call: Call,
  told: Pick<Told, 'action' | 'environment'>,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const shown = error instanceof UnreadableFreezeError ? unreadable(told.environment, error) : error;
    if (shown instanceof UserError)
      await tellAudit(ctx, call, { ...told, outcome: 'refused', reason: shown.reason });
    throw shown;
  }
}

function unreadable(environment: string, cause: UnreadableFreezeError): UserError {
  return new UserError(
    `What is stored about a freeze of ${environment} cannot be read, so it stays frozen and was left as it is.`,
    {
      reason: 'frozen',
      hint: `An admin looks at “${cause.key}” in Redis, then removes it with “/thaw ${environment} --force because …”.`,
      cause,
    },
  );
}

function detailOf({ id, by, reason, since, until }: SetFreeze): AuditEvent['detail'] {
  return { freeze: id, by, because: reason, since: since.toISOString(), until: until.toISOString() };
}
