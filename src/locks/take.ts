import { ConflictError, UserError } from '../errors.ts';
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
import {
  type Board,
  concerns,
  environmentOf,
  type Lock,
  LockedError,
  lockIdFor,
  overlap,
  overlappingLock,
  type Place,
  waitingFor,
  type Warning,
  withChanged,
  withGlobal,
} from './lock.ts';
import { type Terms, termsAtTurn } from './terms.ts';
import { endOf } from './end.ts';
import { settled } from './settle.ts';

export interface Wanted extends By {
  readonly scope: string;
  readonly terms: Terms;
}

/**
 * Takes the lock, or finds that its holder has it already; new terms change it, and its beginning stays. Locks of
 * different people exclude each other where they overlap. Throws LockedError, and ConflictError when others are before
 * the person in the line.
 */
export function take(wanted: Wanted): Rule {
  return settled((board, moment) => {
    const { scope, person } = wanted;
    const own = board.locks.find((lock) => lock.scope === scope && lock.holder === person);
    if (own !== undefined && !own.turn) return again(board, moment, { own, wanted });
    const terms = own === undefined ? wanted.terms : termsAtTurn(own, wanted.terms, moment.now);
    endOf(moment.now, terms, moment); // throws for an end that it could not have in its turn either
    refuseIfLocked(board, moment, wanted);
    if (own === undefined) refuseIfOthersWait(board, wanted);
    return put(board, moment, { wanted: { ...wanted, terms }, kind: 'taken' });
  });
}

export interface Steal extends Wanted {
  /** The id of the lock that is meant, when no other will do. */
  readonly only?: string | undefined;
}

/**
 * Takes the lock from its holder; a free one is simply taken. Throws ConflictError while a deployment of the holder, or
 * one whose lease cannot be read, runs there, and LockedError when a lock on another scope is in the way too.
 */
export function steal(wanted: Steal): Rule {
  return settled((board, moment) => {
    const { scope, person, only } = wanted;
    const others = board.locks.filter((lock) => lock.holder !== person && overlap(lock.scope, scope));
    const before = others.find((lock) => lock.scope === scope);
    if (only !== undefined && before?.id !== only) {
      return unchanged(board, answer('not_that_one', { lock: before ?? others[0] ?? null }));
    }
    endOf(moment.now, wanted.terms, moment); // as above
    const { global } = moment;
    const elsewhere =
      global !== undefined && global.holder !== person ? global : others.find((lock) => lock !== before);
    if (elsewhere !== undefined)
      throw new LockedError(elsewhere, { waiting: waitingFor(board.line, elsewhere.scope) });
    if (before === undefined) {
      const own = board.locks.find((lock) => lock.scope === scope && lock.holder === person);
      if (own !== undefined && !own.turn) return unchanged(board, answer('held', { lock: own }));
      return take(wanted)(board, moment);
    }
    refuseIfHolderDeploys(before, moment);
    const locks = board.locks.filter((lock) => lock !== before);
    return put({ ...board, locks }, moment, { wanted, kind: 'stolen', before });
  });
}

export interface Warn extends By {
  readonly scope: string;
  readonly reason: string;
  readonly until: Date | null;
}

const MOST_WARNINGS = 10;

/** Leaves a warning, in place of the person's earlier one on the same scope. Throws ConflictError when there are many. */
export function warn({ scope, reason, until, ...by }: Warn): Rule {
  return settled((board, { now }) => {
    const warning: Warning = {
      id: lockIdFor(scope, by.command),
      scope,
      by: by.person,
      reason,
      since: now,
      until,
    };
    const others = board.warnings.filter((other) => other.scope !== scope || other.by !== by.person);
    if (others.length >= MOST_WARNINGS) {
      throw new ConflictError(
        `There are ${others.length} warnings on ${scope} already; more would not be read.`,
      );
    }
    return {
      board: { ...board, warnings: [...others, warning] },
      events: [eventBy(by, { kind: 'warned', at: now, scope, warning, reason })],
      answer: answer('warned', { warnings: [warning] }),
    };
  });
}

function again(
  board: Board,
  moment: Moment,
  { own, wanted }: { readonly own: Lock; readonly wanted: Wanted },
): Change {
  const { until, handoff, reason, pullRequest } = wanted.terms;
  const newReason = reason !== '' && reason !== own.reason;
  const newEnd = until !== undefined || handoff !== undefined || pullRequest !== undefined;
  if (!newEnd && !newReason) return unchanged(board, answer('held', { lock: own }));

  const lock: Lock = {
    ...own,
    ...(newEnd && endOf(own.since, wanted.terms, moment)),
    reason: newReason ? reason : own.reason,
    pullRequest: pullRequest ?? own.pullRequest,
  };
  return {
    board: withChanged(board, own, lock),
    events: [eventBy(wanted, { kind: 'extended', at: moment.now, scope: own.scope, lock, reason })],
    answer: answer('extended', { lock }),
  };
}

interface Put {
  readonly wanted: Wanted;
  readonly kind: 'taken' | 'stolen';
  readonly before?: Lock;
}

/** The person has it now, so their turn in the line, or the place there, is used up. */
function put(board: Board, moment: Moment, { wanted, kind, before }: Put): Change {
  const lock = newLock(wanted, moment, kind);
  const { scope, person, terms } = wanted;
  const { version, warnings } = board;
  const locks = board.locks.filter((other) => other.scope !== scope || other.holder !== person);
  const line = board.line.filter((place) => !isOwnPlace(place, scope, person));
  const other = before?.holder ?? null;
  const told = { kind, at: moment.now, scope, lock, reason: terms.reason, other, turn: before?.turn };
  return {
    board: { version, locks: [...locks, lock], line, warnings },
    events: [eventBy(wanted, told)],
    answer: answer(kind, { lock }),
  };
}

export function isOwnPlace(place: Place, scope: string, person: string): boolean {
  return place.person === person && place.scope === scope && place.deployment === null;
}

/** Its news are told by the command's event of the kind. Throws UserError for terms that the configuration does not allow. */
export function newLock(wanted: Wanted, moment: Moment, kind: Put['kind']): Lock {
  const { scope, person, command, channel, terms } = wanted;
  const { now, remindAt } = moment;
  requireReason(moment, scope, terms.reason);
  const { until, handoff } = endOf(now, terms, moment);
  return {
    id: lockIdFor(scope, command),
    scope,
    holder: person,
    reason: terms.reason,
    since: now,
    until,
    turn: false,
    handoff,
    pullRequest: terms.pullRequest ?? null,
    remindAt: remindAt(person, now),
    offer: null,
    channel,
    news: eventIdBy(wanted, kind),
  };
}

function requireReason({ rules }: Moment, scope: string, reason: string): void {
  if (!rules.requireReason || reason !== '') return;
  throw new UserError(`A lock on ${scope} needs a reason.`, { example: `/lock ${scope} because load test` });
}

/** Throws LockedError when somebody else holds a lock that overlaps: the widest one is named. */
function refuseIfLocked(
  { locks, line }: Board,
  { global }: Moment,
  { scope, person }: Pick<Wanted, 'scope' | 'person'>,
): void {
  const lock = overlappingLock(withGlobal(global, locks), scope, person);
  if (lock !== undefined) throw new LockedError(lock, { waiting: waitingFor(line, lock.scope) });
}

/** Nothing is locked, and yet others come first: they wait for more than this scope, or for a deployment to end. */
function refuseIfOthersWait({ line }: Board, { scope, person }: Wanted): void {
  const first = line.find((place) => overlap(place.scope, scope));
  if (first === undefined || first.person === person) return;
  throw new ConflictError(`Others wait in the line for ${scope}, and they come first.`, {
    reason: 'locked',
    hint: `“/lock ${scope} --wait” puts you behind them.`,
  });
}

function refuseIfHolderDeploys(lock: Lock, { running }: Moment): void {
  const busy = running.some(
    ({ service, requestedBy }) =>
      (requestedBy === lock.holder || requestedBy === '') && concerns(lock.scope, service),
  );
  if (!busy) return;
  throw new ConflictError(
    `A deployment of the holder runs on ${lock.scope}, so the lock cannot be stolen now.`,
    {
      reason: 'deployment_running',
      hint: `“/deploy status ${environmentOf(lock.scope)}” shows how far it is. Steal it when it is over.`,
    },
  );
}
