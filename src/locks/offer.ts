import { UserError } from '../errors.ts';
import {
  answer,
  type By,
  type Change,
  eventBy,
  eventIdBy,
  type Moment,
  type Rule,
  unchanged,
} from './change.ts';
import { termsAtTurn } from './terms.ts';
import { giveUpTurn } from './line.ts';
import {
  type Board,
  isOverdue,
  type Lock,
  LockedError,
  lockIdFor,
  overlap,
  waitingFor,
  withChanged,
} from './lock.ts';
import { settled } from './settle.ts';
import { isOwnPlace, newLock, type Wanted } from './take.ts';

export interface OfferTo extends By {
  readonly scope: string;
  readonly to: string;
}

/** Offers the lock: the holder stays its holder until the other accepts. A later offer takes the earlier one's place. */
export function offer({ scope, to, ...by }: OfferTo): Rule {
  return settled((board, { now, rules }) => {
    const lock = heldBy(board, scope, by.person);
    if (to === by.person) throw new UserError('You hold it yourself; offer it to somebody else.');
    if (isOverdue(lock, now)) {
      throw new UserError(`The time of your lock on ${scope} is over; only a deployment keeps it.`, {
        hint: `“/lock ${scope} for 2h” gives it a new end, and then you can offer it.`,
      });
    }
    const open = new Date(now.getTime() + rules.offerSeconds * 1_000);
    // Nobody can accept what has ended.
    const until = lock.until !== null && lock.until < open ? lock.until : open;
    const offered: Lock = {
      ...lock,
      offer: { id: lockIdFor(scope, `${by.command}-offer`), to, since: now, until },
    };
    return {
      board: withChanged(board, lock, offered),
      events: [eventBy(by, { kind: 'offered', at: now, scope, lock: offered, other: to })],
      answer: answer('offered', { lock: offered }),
    };
  });
}

export interface Reply extends By {
  readonly scope: string;
  /** The id of the offer, or of the lock that is kept for whoever's turn has come. */
  readonly only: string;
}

/**
 * Takes what was offered, in one step: never free in between. `over` when it is no longer on offer. Throws LockedError
 * while somebody else, the one who offers included, holds a lock that overlaps.
 */
export function accept(reply: Reply): Rule {
  return settled((board, moment) => {
    const { scope, only, person } = reply;
    const turn = turnWith(board, only);
    if (turn !== undefined) return acceptTurn(board, moment, reply, turn);
    const lock = board.locks.find((one) => one.offer?.id === only);
    if (lock?.offer == null) return over(board, scope);
    refuseUnlessFor(lock.offer.to, person);
    refuseIfOthersOverlap(board, lock, person);
    const { now, remindAt } = moment;
    const after: Lock = {
      ...lock,
      id: only,
      holder: person,
      since: now,
      offer: null,
      remindAt: remindAt(person, now),
      news: eventIdBy(reply, 'accepted'),
    };
    const next = withChanged(board, lock, after);
    return {
      board: { ...next, line: next.line.filter((place) => !isOwnPlace(place, lock.scope, person)) },
      events: [
        eventBy(reply, { kind: 'accepted', at: now, scope: lock.scope, lock: after, other: lock.holder }),
      ],
      answer: answer('accepted', { lock: after }),
    };
  });
}

/** Turns down what was offered; the holder keeps it. A turn that is turned down goes to the next in the line. */
export function decline({ scope, only, ...by }: Reply): Rule {
  return settled((board, moment) => {
    const turn = turnWith(board, only);
    if (turn !== undefined) {
      refuseUnlessFor(turn.holder, by.person);
      return giveUpTurn(board, moment, by, turn);
    }
    const lock = board.locks.find((one) => one.offer?.id === only);
    if (lock?.offer == null) return over(board, scope);
    refuseUnlessFor(lock.offer.to, by.person);
    const after: Lock = { ...lock, offer: null };
    return {
      board: withChanged(board, lock, after),
      events: [
        eventBy(by, {
          kind: 'declined',
          at: moment.now,
          scope: lock.scope,
          lock: after,
          other: lock.holder,
        }),
      ],
      answer: answer('declined', { lock: after }),
    };
  });
}

function acceptTurn(board: Board, moment: Moment, reply: Reply, turn: Lock): Change {
  refuseUnlessFor(turn.holder, reply.person);
  const { reason, scope } = turn;
  const terms = termsAtTurn(turn, { reason }, moment.now);
  const wanted: Wanted = { ...reply, scope, terms };
  const lock = { ...newLock(wanted, moment, 'taken'), id: turn.id };
  return {
    board: withChanged(board, turn, lock),
    events: [eventBy(reply, { kind: 'taken', at: moment.now, scope, lock, reason })],
    answer: answer('taken', { lock }),
  };
}

function turnWith(board: Board, id: string): Lock | undefined {
  return board.locks.find((lock) => lock.turn && lock.id === id);
}

function heldBy(board: Board, scope: string, person: string): Lock {
  const lock = board.locks.find((one) => one.scope === scope);
  if (lock === undefined) {
    throw new UserError(`${scope} is not locked, so there is nothing to offer.`, {
      example: `/lock ${scope} because load test`,
    });
  }
  if (lock.holder !== person || lock.turn)
    throw new LockedError(lock, { waiting: waitingFor(board.line, scope) });
  return lock;
}

function refuseIfOthersOverlap(board: Board, offered: Lock, person: string): void {
  const lock = board.locks.find(
    (one) => one !== offered && one.holder !== person && overlap(one.scope, offered.scope),
  );
  if (lock !== undefined) throw new LockedError(lock, { waiting: waitingFor(board.line, lock.scope) });
}

function over(board: Board, scope: string): Change {
  const lock = board.locks.find((one) => one.scope === scope) ?? null;
  return unchanged(board, answer('over', { lock }));
}

function refuseUnlessFor(meant: string, person: string): void {
  if (meant === person) return;
  throw new UserError('That was offered to somebody else, so only they can answer it.', {
    reason: 'not_allowed',
  });
}
