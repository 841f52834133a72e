import { type Board, EMPTY, environmentOf, type Lock } from '../../src/locks/lock.ts';
import { NOON } from './context.ts';

/** Asha's lock on staging, without an end. */
export function lock(overrides: Partial<Lock> = {}): Lock {
  return {
    id: 'l1',
    scope: 'staging',
    holder: 'U0ASHA',
    reason: 'load test',
    since: NOON,
    until: null,
    turn: false,
    handoff: null,
    pullRequest: null,
    remindAt: null,
    offer: null,
    channel: '',
    ...overrides,
  };
}

/** Puts locks where Redis keeps them, as if their command had run long ago. */
export async function storeLocks(
  redis: { set(key: string, value: string): Promise<unknown> },
  locks: readonly Lock[],
  rest: Partial<Board> = {},
): Promise<void> {
  for (const environment of new Set(locks.map(({ scope }) => environmentOf(scope)))) {
    const own = locks.filter(({ scope }) => environmentOf(scope) === environment);
    const board: Board = { ...EMPTY, ...rest, locks: own };
    await redis.set(`baton:{${environment}}:lock`, JSON.stringify(board));
  }
}
