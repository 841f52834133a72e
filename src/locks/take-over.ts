import { answer, type By, eventBy, type Rule, unchanged } from './change.ts';
import { endElse } from './end.ts';
import { type Lock, lockIdFor, withChanged } from './lock.ts';
import { settled } from './settle.ts';
import { isOwnPlace } from './take.ts';

export interface TakeOver extends By {
  readonly scope: string;
  /** The id of the very lock that the digest names. */
  readonly only: string;
}

/**
 * Takes the lock of somebody who goes off shift: the offer of that very lock and its acceptance in one step, so that it
 * is never free and never two people's. `over` when it is another lock by now, or is on offer to somebody else.
 */
export function takeOver({ scope, only, ...by }: TakeOver): Rule {
  return settled((board, moment) => {
    const { now, remindAt } = moment;
    const lock = board.locks.find(({ id, turn }) => id === only && !turn);
    if (lock === undefined || (lock.offer !== null && lock.offer.to !== by.person)) {
      const standing = lock ?? board.locks.find((one) => one.scope === scope) ?? null;
      return unchanged(board, answer('over', { lock: standing }));
    }
    if (lock.holder === by.person) return unchanged(board, answer('held', { lock }));
    const after: Lock = {
      ...lock,
      id: lockIdFor(lock.scope, `${by.command}-offer`),
      holder: by.person,
      since: now,
      // The handoff until which it was to last has come.
      ...(lock.handoff !== null && { handoff: null, until: endElse(now, moment) }),
      offer: null,
      remindAt: remindAt(by.person, now),
    };
    return {
      board: {
        ...withChanged(board, lock, after),
        line: board.line.filter((place) => !isOwnPlace(place, lock.scope, by.person)),
      },
      events: [
        eventBy(by, { kind: 'taken_over', at: now, scope: lock.scope, lock: after, other: lock.holder }),
      ],
      answer: answer('accepted', { lock: after }),
    };
  });
}
