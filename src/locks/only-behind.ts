import { answer, type Rule, unchanged } from './change.ts';
import { overlap, withGlobal } from './lock.ts';
import { settled } from './settle.ts';

/** The rule, for as long as that very lock is there: a button must not act on whatever came after it. */
export function onlyBehind(id: string, scope: string, rule: Rule): Rule {
  return settled((board, moment) => {
    const standing = withGlobal(moment.global, board.locks);
    if (standing.some((lock) => lock.id === id)) return rule(board, moment);
    const now = standing.find((lock) => overlap(lock.scope, scope)) ?? null;
    return unchanged(board, answer('over', { lock: now }));
  });
}
