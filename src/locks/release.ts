import { answer, type By, type Change, event, eventBy, type Rule, unchanged } from './change.ts';
import type { LockEvent } from './event.ts';
import {
  BATON,
  type Board,
  isDeployedUnder,
  type Lock,
  LockedError,
  waitingFor,
  type Warning,
  withChanged,
} from './lock.ts';
import { settled } from './settle.ts';

export interface Release extends By {
  readonly scope: string;
  /** Frees whoever's it is. */
  readonly force: boolean;
  readonly reason: string;
  /** The id of the lock that is meant, when no other will do. */
  readonly only?: string | undefined;
  /** They deploy there, so that Baton's own warnings are theirs to take away. */
  readonly deploys?: boolean;
}

/** Gives the lock up, or where there is none one's warning. Throws LockedError when another holds it. */
export function release(wanted: Release): Rule {
  return settled((board, { now }) => {
    const { scope, force, only, person, reason } = wanted;
    const lock = board.locks.find((one) => one.scope === scope);
    if (only !== undefined && lock?.id !== only) {
      return unchanged(board, answer(lock === undefined ? 'over' : 'not_that_one', { lock: lock ?? null }));
    }
    if (lock === undefined) return endWarnings(board, now, wanted);
    if (!force && lock.holder !== person) {
      // Somebody else's lock does not keep a warning of one's own in place.
      const isOwn = (one: Warning) => one.scope === scope && one.by === person;
      if (only === undefined && board.warnings.some(isOwn)) return endWarnings(board, now, wanted);
      throw new LockedError(lock, { waiting: waitingFor(board.line, scope) });
    }
    const kind = lock.holder === person ? 'freed' : 'forced';
    return {
      board: without(board, [lock]),
      events: [eventBy(wanted, { kind, at: now, scope, lock, reason, other: lock.holder })],
      answer: answer('freed', { lock }),
    };
  });
}

/** Gives up all that the person holds on the board: locks and warnings. */
export function releaseAll(by: By): Rule {
  return settled((board, { now }) => {
    const locks = board.locks.filter(({ holder }) => holder === by.person);
    const warnings = board.warnings.filter((warning) => warning.by === by.person);
    if (locks.length + warnings.length === 0) return unchanged(board, answer('free'));
    const { command, person: actor, channel } = by;
    return {
      board: { ...without(board, locks), warnings: board.warnings.filter((one) => !warnings.includes(one)) },
      events: [
        ...locks.map((lock) =>
          event({
            id: `${command}-freed-${lock.id}`,
            kind: 'freed',
            at: now,
            actor,
            scope: lock.scope,
            lock,
            other: actor,
            channel,
          }),
        ),
        ...warnings.map((warning) => endOf(warning, by, now)),
      ],
      answer: answer('freed', { lock: locks[0] ?? null, locks, warnings }),
    };
  });
}

/**
 * A pull request has ended: merged, its locks go, though not under a deployment, which a later look finds over; closed
 * without a merge, their holders are asked, once.
 */
export function pullRequestEnded(ended: {
  readonly repository: string;
  readonly number: number;
  readonly how: 'merged' | 'closed';
}): Rule {
  return settled((board, { now, running }) => {
    const { how, repository, number } = ended;
    const tied = board.locks.filter(
      ({ pullRequest: tie, scope }) =>
        tie !== null &&
        tie.repository === repository &&
        tie.number === number &&
        (how === 'merged' ? !isDeployedUnder(scope, running, now) : !tie.asked),
    );
    if (tied.length === 0) return unchanged(board, answer('settled'));
    const events = tied.map(
      (lock): LockEvent =>
        event({
          // Kept after one was closed, it may be tied to another, or to the same one again.
          id: `${how}-${number}-${lock.id}-${now.getTime()}`,
          kind: how,
          at: now,
          actor: 'baton',
          scope: lock.scope,
          lock,
          other: lock.holder,
        }),
    );
    const asked = (lock: Lock): Lock =>
      tied.includes(lock) && lock.pullRequest !== null
        ? { ...lock, pullRequest: { ...lock.pullRequest, asked: true } }
        : lock;
    const after = how === 'merged' ? without(board, tied) : { ...board, locks: board.locks.map(asked) };
    return { board: after, events, answer: answer('settled') };
  });
}

export interface Keep extends By {
  readonly scope: string;
  readonly only: string;
}

/** The holder still needs it: the reminder's clock begins anew, and a pull request that was closed holds it no longer. */
export function keep({ scope, only, ...by }: Keep): Rule {
  return settled((board, { now, remindAt }) => {
    const lock = board.locks.find((one) => one.id === only);
    if (lock === undefined || lock.holder !== by.person) {
      const present = board.locks.find((one) => one.scope === scope) ?? null;
      return unchanged(board, answer('over', { lock: present }));
    }
    const pullRequest = lock.pullRequest?.asked === true ? null : lock.pullRequest;
    const kept: Lock = { ...lock, remindAt: remindAt(lock.holder, now), pullRequest };
    return {
      board: withChanged(board, lock, kept),
      events: [eventBy(by, { kind: 'kept', at: now, scope, lock: kept })],
      answer: answer('kept', { lock: kept }),
    };
  });
}

/** Without a lock to free, `unlock` takes warnings away: one's own, a deployer's also Baton's, by force all. */
function endWarnings(board: Board, now: Date, { scope, force, deploys = false, ...by }: Release): Change {
  const warnings = board.warnings.filter(
    (warning) =>
      warning.scope === scope && (force || warning.by === by.person || (deploys && warning.by === BATON)),
  );
  if (warnings.length === 0) return unchanged(board, answer('free'));
  return {
    board: { ...board, warnings: board.warnings.filter((warning) => !warnings.includes(warning)) },
    events: warnings.map((warning) => endOf(warning, by, now)),
    answer: answer('freed', { warnings }),
  };
}

/** Somebody took the warning away: their own, Baton's, or by force that of somebody else. */
function endOf(warning: Warning, by: By & { readonly reason?: string }, at: Date): LockEvent {
  const { command, person: actor, channel, reason } = by;
  const { id, scope, by: other } = warning;
  const kind = other === actor || other === BATON ? 'warning_removed' : 'warning_forced';
  return event({ id: `${command}-${kind}-${id}`, kind, at, actor, scope, reason, warning, other, channel });
}

function without(board: Board, locks: readonly Lock[]): Board {
  return { ...board, locks: board.locks.filter((lock) => !locks.includes(lock)) };
}
