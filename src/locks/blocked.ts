import type { Context } from '../context.ts';
import { awayFrom } from '../people/away.ts';
import { environmentOf, isOverdue, LockedError } from './lock.ts';

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
  const overdue = isOverdue(lock, ctx.now());
  return new LockedError(lock, { ...blocked, away, overdue, reason, lasting, wanted, reader: asker });
}
