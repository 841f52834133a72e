import { UserError } from '../errors.ts';
import { answer, type By, type Change, eventBy, type Moment, type Rule, unchanged } from './change.ts';
import { type Board, type Lock, LockedError, lockIdFor, overlap, type Place, waitingFor } from './lock.ts';
import { aheadOf, settled } from './settle.ts';
import { isOwnPlace, newLock, take, type Wanted } from './take.ts';

const LONGEST_LINE = 100;

/** Takes the lock when it is free, else a place in the line for it: one place for each person and scope. */
export function wait(wanted: Wanted): Rule {
  return settled((board, moment) => {
    const { scope, person } = wanted;
    const own = board.locks.find((lock) => lock.scope === scope && lock.holder === person);
    if (own !== undefined && !own.turn) return unchanged(board, answer('held', { lock: own }));
    const already = board.line.find((place) => isOwnPlace(place, scope, person));
    if (already !== undefined) return unchanged(board, inLine(board, moment, already));
    if (isFree(board, moment, wanted)) return take(wanted)(board, moment);
    return join(board, moment, { ...wanted, deployment: null, reason: wanted.terms.reason });
  });
}

export interface WaitingDeployment extends By {
  readonly scope: string;
  readonly deployment: string;
  readonly reason: string;
}

/** A place in the line for a deployment, which goes on when its turn comes. */
export function waitToDeploy(wanted: WaitingDeployment): Rule {
  return settled((board, moment) => {
    const already = board.line.find(({ deployment }) => deployment === wanted.deployment);
    if (already !== undefined) return unchanged(board, inLine(board, moment, already));
    return join(board, moment, wanted);
  });
}

/** The deployment waits no longer: it goes on, or has ended. Says nothing to anybody. */
export function stopWaiting(deployment: string): Rule {
  return settled((board) => {
    const line = board.line.filter((place) => place.deployment !== deployment);
    if (line.length === board.line.length) return unchanged(board, answer('not_waiting'));
    return { board: { ...board, line }, events: [], answer: answer('left') };
  });
}

export interface Leave extends By {
  readonly scope: string;
  /** The id of the place, when no other will do. */
  readonly only?: string | undefined;
}

/** Gives up the place in the line, or the turn that has come. */
export function leave({ scope, only, ...by }: Leave): Rule {
  return settled((board, moment) => {
    const at = moment.now;
    const turn = board.locks.find((lock) => lock.turn && lock.scope === scope && lock.holder === by.person);
    if (turn !== undefined && (only === undefined || lockIdFor(scope, only) === turn.id)) {
      return giveUpTurn(board, moment, by, turn);
    }
    const place = board.line.find(
      (one) =>
        one.person === by.person && (only === undefined ? overlap(one.scope, scope) : one.id === only),
    );
    if (place === undefined) return unchanged(board, answer('not_waiting'));
    return {
      board: { ...board, line: board.line.filter((one) => one !== place) },
      events: [eventBy(by, { kind: 'left', at, scope: place.scope, place, other: place.person })],
      answer: answer('left', { place }),
    };
  });
}

export interface OfferTo extends By {
  readonly scope: string;
  readonly to: string;
}

/** Offers the lock: the holder stays its holder until the other accepts. A later offer takes the earlier one's place. */
export function offer({ scope, to, ...by }: OfferTo): Rule {
  return settled((board, { now, offerSeconds }) => {
    const lock = heldBy(board, scope, by.person);
    if (to === by.person) throw new UserError('You hold it yourself; offer it to somebody else.');
    const until = new Date(now.getTime() + offerSeconds * 1_000);
    const offered: Lock = {
      ...lock,
      offer: { id: lockIdFor(scope, `${by.command}-offer`), to, since: now, until },
    };
    return {
      board: replaced(board, lock, offered),
      events: [eventBy(by, { kind: 'offered', at: now, scope, lock: offered, other: to })],
      answer: answer('offered', { lock: offered }),
    };
  });
}

export interface Reply extends By {
  readonly scope: string;
  /** The id of the offer, or of the lock that is kept for whoever's turn has come. */
  readonly only: string;
  /** How long the lock lasts for somebody whose turn has come. */
  readonly untilElse: Date | null;
}

/** Takes what was offered, in one step: never free in between. `over` when it is no longer on offer. */
export function accept(reply: Reply): Rule {
  return settled((board, moment) => {
    const { scope, only, person } = reply;
    const turn = turnWith(board, only);
    if (turn !== undefined) return acceptTurn(board, moment, reply, turn);
    const lock = board.locks.find((one) => one.offer?.id === only);
    if (lock?.offer == null) return over(board, scope);
    refuseUnlessFor(lock.offer.to, person);
    const { now, remindAt } = moment;
    const after: Lock = {
      ...lock,
      id: only,
      holder: person,
      since: now,
      offer: null,
      remindAt: remindAt(person, now),
    };
    const next = replaced(board, lock, after);
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
export function decline({ scope, only, ...by }: Omit<Reply, 'untilElse'>): Rule {
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
      board: replaced(board, lock, after),
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

function join(
  board: Board,
  moment: Moment,
  wanted: By & Pick<Place, 'scope' | 'deployment' | 'reason'>,
): Change {
  const { scope, person, channel, command, deployment, reason } = wanted;
  if (board.line.length >= LONGEST_LINE) {
    throw new UserError(`${LONGEST_LINE} wait for ${scope} already.`, { reason: 'locked' });
  }
  const place: Place = { id: command, scope, person, since: moment.now, reason, channel, deployment };
  const next = { ...board, line: [...board.line, place] };
  const told = inLine(next, moment, place);
  const { lock, ahead } = told;
  return {
    board: next,
    events: [
      eventBy(wanted, { kind: 'waiting', at: moment.now, scope, place, ahead, lock, other: lock?.holder ?? null }),
    ],
    answer: told,
  };
}

function inLine({ line, locks }: Board, { global }: Moment, place: Place) {
  const standing = global === undefined ? locks : [global, ...locks];
  const lock = standing.find((one) => one.holder !== place.person && overlap(one.scope, place.scope)) ?? null;
  return answer('waiting', { place, ahead: aheadOf(line, place), lock });
}

function isFree({ locks, line }: Board, { global }: Moment, { scope, person }: Wanted): boolean {
  const standing = global === undefined ? locks : [global, ...locks];
  const locked = standing.some((lock) => lock.holder !== person && overlap(lock.scope, scope));
  const [first] = waitingFor(line, scope);
  return !locked && (first === undefined || first.person === person);
}

function giveUpTurn(board: Board, { now }: Moment, by: By, lock: Lock): Change {
  const { scope, holder } = lock;
  return {
    board: { ...board, locks: board.locks.filter((one) => one !== lock) },
    events: [eventBy(by, { kind: 'left', at: now, scope, lock, other: holder })],
    answer: answer('left', { lock }),
  };
}

function acceptTurn(board: Board, moment: Moment, reply: Reply, turn: Lock): Change {
  refuseUnlessFor(turn.holder, reply.person);
  const { reason, scope } = turn;
  const wanted: Wanted = { ...reply, scope, terms: { reason, untilElse: reply.untilElse } };
  const lock = { ...newLock(wanted, moment), id: turn.id };
  return {
    board: replaced(board, turn, lock),
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
  if (lock.holder !== person || lock.turn) throw new LockedError(lock, waitingFor(board.line, scope));
  return lock;
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

function replaced(board: Board, before: Lock, after: Lock): Board {
  return { ...board, locks: board.locks.map((one) => (one === before ? after : one)) };
}
