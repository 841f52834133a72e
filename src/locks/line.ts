import { UserError } from '../errors.ts';
import { answer, type By, type Change, eventBy, type Moment, type Rule, unchanged } from './change.ts';
import {
  type Board,
  type Lock,
  lockIdFor,
  overlap,
  overlappingLock,
  type Place,
  waitingFor,
  withGlobal,
} from './lock.ts';
import { askedIn } from './terms.ts';
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
    // Whoever's turn it is has waited already, whoever stands behind them.
    if (own !== undefined || isFree(board, moment, wanted)) return take(wanted)(board, moment);
    newLock(wanted, moment, 'taken'); // throws for terms that will not do when the turn comes
    const { terms } = wanted;
    return join(board, moment, { ...wanted, deployment: null, reason: terms.reason, asked: askedIn(terms) });
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

type Leaving = Pick<Leave, 'person' | 'scope' | 'only'>;

/** The person's turn that `leave` gives up, before any place. */
function turnToLeave({ locks }: Board, { person, scope, only }: Leaving): Lock | undefined {
  return locks.find(
    (lock) =>
      lock.turn &&
      lock.scope === scope &&
      lock.holder === person &&
      (only === undefined || lockIdFor(scope, only) === lock.id),
  );
}

/** The place that `leave` gives up; none where it is a turn that it gives up. */
export function placeToLeave(board: Board, leaving: Leaving): Place | undefined {
  if (turnToLeave(board, leaving) !== undefined) return undefined;
  const { line } = board;
  const { person, scope, only } = leaving;
  return line.find(
    (one) => one.person === person && (only === undefined ? overlap(one.scope, scope) : one.id === only),
  );
}

/** Gives up the place in the line, or the turn that has come. */
export function leave({ scope, only, ...by }: Leave): Rule {
  return settled((board, moment) => {
    const at = moment.now;
    const leaving = { person: by.person, scope, only };
    const turn = turnToLeave(board, leaving);
    if (turn !== undefined) return giveUpTurn(board, moment, by, turn);
    const place = placeToLeave(board, leaving);
    if (place === undefined) return unchanged(board, answer('not_waiting'));
    return {
      board: { ...board, line: board.line.filter((one) => one !== place) },
      events: [eventBy(by, { kind: 'left', at, scope: place.scope, place, other: place.person })],
      answer: answer('left', { place }),
    };
  });
}

function join(
  board: Board,
  moment: Moment,
  wanted: By & Pick<Place, 'scope' | 'deployment' | 'reason' | 'asked'>,
): Change {
  const { scope, person, channel, command, deployment, reason, asked } = wanted;
  if (board.line.length >= LONGEST_LINE) {
    throw new UserError(`${LONGEST_LINE} wait for ${scope} already.`, { reason: 'locked' });
  }
  const place: Place = { id: command, scope, person, since: moment.now, reason, channel, asked, deployment };
  const next = { ...board, line: [...board.line, place] };
  const told = inLine(next, moment, place);
  const { lock, ahead } = told;
  return {
    board: next,
    events: [
      eventBy(wanted, {
        kind: 'waiting',
        at: moment.now,
        scope,
        place,
        ahead,
        lock,
        other: lock?.holder ?? null,
      }),
    ],
    answer: told,
  };
}

function inLine({ line, locks }: Board, { global }: Moment, place: Place) {
  const lock = overlappingLock(withGlobal(global, locks), place.scope, place.person) ?? null;
  return answer('waiting', { place, ahead: aheadOf(line, place), lock });
}

function isFree({ locks, line }: Board, { global }: Moment, { scope, person }: Wanted): boolean {
  const [first] = waitingFor(line, scope);
  const isLocked = overlappingLock(withGlobal(global, locks), scope, person) !== undefined;
  return !isLocked && (first === undefined || first.person === person);
}

/** The turn goes to the next in the line. */
export function giveUpTurn(board: Board, { now }: Moment, by: By, lock: Lock): Change {
  const { scope, holder } = lock;
  return {
    board: { ...board, locks: board.locks.filter((one) => one !== lock) },
    events: [eventBy(by, { kind: 'left', at: now, scope, lock, other: holder, thread: lock.news })],
    answer: answer('left', { lock }),
  };
}
