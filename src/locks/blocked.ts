import { rulesFor } from '../config/find.ts';
import type { Context } from '../context.ts';
import { awayFrom } from '../people/away.ts';
import { holdsRole } from '../people/roles.ts';
import { ALL, environmentOf, isOverdue, LockedError } from './lock.ts';

/** The same refusal, with what helps whoever meets the lock: where its holder is, and what their button may do. */
export async function explainBlocked(
  ctx: Context,
  { lock, blocked }: LockedError,
  {
    asker,
    reason,
    lasting,
    wanted,
  }: {
    readonly asker: string;
    readonly reason?: string | undefined;
    readonly lasting?: string | undefined;
    readonly wanted: string;
  },
): Promise<LockedError> {
  const away = await awayFrom(ctx, { person: lock.holder, environment: environmentOf(lock.scope), asker });
  const help = {
    away,
    overdue: isOverdue(lock, ctx.now()),
    mayWait: await mayHave(ctx, asker, wanted),
    needsReason: reason === undefined && rulesFor(ctx.config, environmentOf(wanted))?.lock.require_reason,
    reader: asker,
  };
  return new LockedError(lock, { ...blocked, ...help, reason, lasting, wanted });
}

/** Where Slack does not tell, they may try. */
async function mayHave(ctx: Context, person: string, scope: string): Promise<boolean> {
  const role = scope === ALL ? 'admin' : 'deployer';
  return holdsRole(ctx, { id: person }, role, rulesFor(ctx.config, environmentOf(scope))).catch(() => true);
}
