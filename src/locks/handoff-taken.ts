import type { Context } from '../context.ts';
import { actOnLocks } from './act.ts';
import { answer, event, type Rule, unchanged } from './change.ts';
import { type Lock, UnreadableLockError } from './lock.ts';
import { lockPlaces } from './places.ts';
import { settled } from './settle.ts';
import { readBoard } from './store.ts';

export interface HandoffTaken {
  /** The site that handed over. */
  readonly from: string;
  readonly dueAt: Date;
  /** Who took it, by which command. */
  readonly person: string;
  readonly command: string;
}

/** Frees the locks that were to last until this handoff, or an earlier one of the site. Safe to repeat. */
export async function endLocksAtHandoff(ctx: Context, taken: HandoffTaken): Promise<void> {
  for (const scope of await lockPlaces(ctx)) {
    if (!(await locksOn(ctx, scope)).some((lock) => wasUntil(lock, taken))) continue;
    await actOnLocks(ctx, { scope, command: `${taken.command}-handoff`, rule: handoffTaken(taken) });
  }
}

export function handoffTaken(taken: HandoffTaken): Rule {
  return settled((board, { now }) => {
    const ended = board.locks.filter((lock) => wasUntil(lock, taken));
    if (ended.length === 0) return unchanged(board, answer('settled'));
    const events = ended.map((lock) => {
      const { id, scope, holder: other } = lock;
      const told = { kind: 'handed_over' as const, at: now, actor: taken.person, scope, lock, other };
      return event({ id: `handed_over-${id}`, ...told });
    });
    const locks = board.locks.filter((lock) => !ended.includes(lock));
    return { board: { ...board, locks }, events, answer: answer('settled') };
  });
}

function wasUntil({ handoff }: Lock, { from, dueAt }: HandoffTaken): boolean {
  return handoff !== null && handoff.from === from && handoff.at <= dueAt;
}

async function locksOn({ redis }: Context, scope: string): Promise<readonly Lock[]> {
  try {
    return (await readBoard(redis, scope)).board.locks;
  } catch (error) {
    if (error instanceof UnreadableLockError) return [];
    throw error;
  }
}
