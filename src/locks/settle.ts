import { answer, event, type Change, type Moment, type Rule } from './change.ts';
import type { LockEvent } from './event.ts';
import {
  type Board,
  isOver,
  type Lock,
  lockIdFor,
  overlap,
  overlappingLock,
  type Place,
  type Warning,
  withGlobal,
} from './lock.ts';

/** What time does by itself: ends locks, offers, turns and warnings, reminds holders, and gives the next their turn. */
export const settle: Rule = (board, moment) => settleAfter(board, moment, board);

/** `past` is what stood before it all: news of a turn go to the thread of the lock that was in its way. */
function settleAfter(board: Board, moment: Moment, past: Board): Change {
  const events: LockEvent[] = [];
  let next = endLocks(board, moment, events);
  next = endOffers(next, moment, events);
  next = endWarnings(next, moment, events);
  next = remind(next, moment, events);
  next = giveTurns(next, moment, { events, past });
  return { board: events.length === 0 ? board : next, events, answer: answer('settled') };
}

/** The rule on a board from which what is over has gone; whoever is next then gets their turn in the same step. */
export function settled(rule: Rule): Rule {
  return (board, moment) => {
    const before = settle(board, moment);
    const change = rule(before.board, moment);
    if (change.board === before.board) return { ...change, board: before.board, events: before.events };
    const after = settleAfter(change.board, moment, board);
    return {
      board: after.board,
      events: [...before.events, ...change.events, ...after.events],
      answer: change.answer,
    };
  };
}

/** The next moment at which `settle` has something to do, a lock kept by a deployment aside. */
export function dueAt(board: Board, now: Date): Date | undefined {
  const times = [
    ...board.locks.flatMap(({ until, remindAt, offer }) => [until, remindAt, offer?.until ?? null]),
    ...board.warnings.map(({ until }) => until),
  ].filter((time) => time !== null && time > now);
  return times.toSorted((one, other) => Number(one) - Number(other))[0] ?? undefined;
}

/** The deployments in the line that have nobody before them and no lock in their way. */
export function deploymentsWhoseTurnItIs(
  { locks, line }: Board,
  { global }: Pick<Moment, 'global'>,
): string[] {
  return line.flatMap((place, index) => {
    if (place.deployment === null || hasSomebodyBefore(line, index)) return [];
    return isBlocked(place, locks, global) ? [] : [place.deployment];
  });
}

function endLocks(board: Board, { now, running }: Moment, events: LockEvent[]): Board {
  const over = board.locks.filter((lock) => isOver(lock, now, running));
  for (const lock of over) {
    const { id, scope, holder } = lock;
    const kind = lock.turn ? 'turn_passed' : 'expired';
    const told = { id: `${kind}-${id}`, kind, at: now, actor: 'baton', scope, lock, other: holder } as const;
    events.push(event({ ...told, ...(lock.turn && { thread: lock.news }) }));
  }
  return over.length === 0 ? board : { ...board, locks: board.locks.filter((lock) => !over.includes(lock)) };
}

function endOffers(board: Board, { now }: Moment, events: LockEvent[]): Board {
  const told = events.length;
  const locks = board.locks.map((lock): Lock => {
    const { offer, scope } = lock;
    if (offer === null || offer.until > now) return lock;
    const kind = 'offer_expired';
    events.push(
      event({ id: `${kind}-${offer.id}`, kind, at: now, actor: 'baton', scope, lock, other: offer.to }),
    );
    return { ...lock, offer: null };
  });
  return events.length === told ? board : { ...board, locks };
}

function endWarnings(board: Board, { now }: Moment, events: LockEvent[]): Board {
  const isEnded = ({ until }: Warning) => until !== null && until <= now;
  const ended = board.warnings.filter(isEnded);
  for (const warning of ended) {
    const { id, scope, by } = warning;
    const kind = 'warning_ended';
    events.push(event({ id: `${kind}-${id}`, kind, at: now, actor: 'baton', scope, warning, other: by }));
  }
  if (ended.length === 0) return board;
  return { ...board, warnings: board.warnings.filter((warning) => !isEnded(warning)) };
}

function remind(board: Board, { now, remindAt, mayBeReminded }: Moment, events: LockEvent[]): Board {
  const told = events.length;
  const locks = board.locks.map((lock): Lock => {
    const { id, scope, holder } = lock;
    if (lock.remindAt === null || lock.remindAt > now || !mayBeReminded(holder, lock.remindAt)) return lock;
    const at = lock.remindAt.getTime();
    const kind = 'reminded';
    events.push(
      event({ id: `${kind}-${id}-${at}`, kind, at: now, actor: 'baton', scope, lock, other: holder }),
    );
    return { ...lock, remindAt: remindAt(holder, now) };
  });
  return events.length === told ? board : { ...board, locks };
}

function giveTurns(
  board: Board,
  moment: Moment,
  { events, past }: { readonly events: LockEvent[]; readonly past: Board },
): Board {
  let { locks, line } = board;
  if (line.length === 0) return board;
  for (;;) {
    const index = line.findIndex(
      (place, at) =>
        place.deployment === null && !hasSomebodyBefore(line, at) && !isBlocked(place, locks, moment.global),
    );
    const place = line[index];
    if (place === undefined) return { ...board, locks, line };
    line = line.filter((other) => other !== place);
    // Whoever has it by now needs no turn.
    if (locks.some(({ scope, holder }) => scope === place.scope && holder === place.person)) continue;
    const thread = past.locks.find(
      ({ id, scope }) => overlap(scope, place.scope) && !locks.some((lock) => lock.id === id),
    )?.news;
    const lock = { ...turnOf(place, moment), ...(thread !== undefined && { news: thread }) };
    locks = [...locks, lock];
    const { scope, person } = place;
    events.push(
      event({
        id: `turn-${lock.id}`,
        kind: 'turn',
        at: moment.now,
        actor: 'baton',
        scope,
        lock,
        place,
        other: person,
        ...(thread !== undefined && { thread }),
      }),
    );
  }
}

function turnOf({ id, scope, person, reason, asked, channel }: Place, { now, rules }: Moment): Lock {
  return {
    id: lockIdFor(scope, id),
    scope,
    holder: person,
    reason,
    since: now,
    until: new Date(now.getTime() + rules.offerSeconds * 1_000),
    turn: true,
    ...(asked !== undefined && { asked }),
    handoff: null,
    pullRequest: null,
    remindAt: null,
    offer: null,
    channel,
  };
}

function hasSomebodyBefore(line: readonly Place[], index: number): boolean {
  const place = line[index];
  return place !== undefined && line.slice(0, index).some(({ scope }) => overlap(scope, place.scope));
}

function isBlocked({ scope, person }: Place, locks: readonly Lock[], global: Lock | undefined): boolean {
  return overlappingLock(withGlobal(global, locks), scope, person) !== undefined;
}

/** How many in the line stand before the place and wait for what it waits for, or for part of that. */
export function aheadOf(line: readonly Place[], place: Place): number {
  const index = line.indexOf(place);
  return line.slice(0, index).filter(({ scope }) => overlap(scope, place.scope)).length;
}
