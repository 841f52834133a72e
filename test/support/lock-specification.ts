import type { Specification } from './linearizable.ts';
import {
  byName,
  covers,
  inForce,
  type LockAnswer,
  type LockOp,
  type LockState,
  type Held,
  othersOver,
  outOfLine,
  ownOn,
  placed,
  refusedBy,
  touch,
  type Waits,
  widestOf,
  withHeld,
  about,
} from './lock-state.ts';

type Step = ReturnType<Specification<LockState, LockOp, LockAnswer>['step']>;

export const OFFER_FOR = 30_000;

/**
 * What locks promise, written without a look at how they are made: one thing after the other. `nameFor` tells how a
 * command's lock on a scope is called.
 */
export function lockSpecification(
  nameFor: (scope: string, command: string) => string,
): Specification<LockState, LockOp, LockAnswer> {
  return {
    initial: { held: [], line: [], runs: [] },
    step(state, op) {
      if (op.do === 'look') return { state, answers: [lookAt(state, op.now)] };
      if (op.do === 'deploy' || op.do === 'end') return runOrEnd(state, op);
      const settled = pass(state, op.now, nameFor);
      const { next, answers } = ACTS[op.do](settled, op, nameFor);
      // Who is refused has changed nothing, not even what time would have changed.
      if (next === undefined) return { state, answers };
      return { state: pass(next, op.now, nameFor), answers };
    },
  };
}

type Name = (scope: string, command: string) => string;
type Act = (
  state: LockState,
  op: LockOp,
  name: Name,
) => { readonly next?: LockState; readonly answers: string[] };

const ACTS: Record<Exclude<LockOp['do'], 'look' | 'deploy' | 'end'>, Act> = {
  settle: (state) => ({ next: state, answers: ['settled'] }),

  take(state, op, name) {
    const others = othersOver(state, op);
    if (others.length > 0) return refusedBy(widestOf(others));
    const own = ownOn(state, op);
    if (own !== undefined && !own.turn) {
      if (op.until === undefined) return { next: state, answers: [about('held', own)] };
      const longer = { ...own, until: op.until };
      return { next: withHeld(state, own, longer), answers: [about('extended', longer)] };
    }
    const first = state.line.find(({ scope }) => touch(scope, op.scope));
    if (own === undefined && first !== undefined && first.person !== op.person)
      return { answers: ['refused: the line'] };
    return grant(state, op, name, 'taken');
  },

  steal(state, op, name) {
    const others = othersOver(state, op);
    const target = others.find(({ scope }) => scope === op.scope);
    if (op.only !== undefined && op.only !== target?.id) {
      const shown = target === undefined ? others : [target];
      return {
        next: state,
        answers: shown.length === 0 ? ['not_that_one'] : shown.map((one) => about('not_that_one', one)),
      };
    }
    const rest = others.filter((one) => one !== target);
    if (rest.length > 0) return refusedBy(rest);
    if (target === undefined) {
      const own = ownOn(state, op);
      return own !== undefined && !own.turn
        ? { next: state, answers: [about('held', own)] }
        : ACTS.take(state, op, name);
    }
    if (state.runs.some(({ person, service }) => person === target.holder && covers(target.scope, service)))
      return { answers: ['refused: deploying'] };
    return grant(withHeld(state, target), op, name, 'stolen');
  },

  release(state, op) {
    const present = state.held.find(({ scope }) => scope === op.scope);
    if (op.only !== undefined && present?.id !== op.only)
      return { next: state, answers: [present === undefined ? 'over' : about('not_that_one', present)] };
    if (present === undefined) return { next: state, answers: ['free'] };
    if (present.holder !== op.person) return refusedBy([present]);
    return { next: withHeld(state, present), answers: [about('freed', present)] };
  },

  force(state, op) {
    const present = state.held.find(({ scope }) => scope === op.scope);
    if (present === undefined) return { next: state, answers: ['free'] };
    return { next: withHeld(state, present), answers: [about('freed', present)] };
  },

  offer(state, op, name) {
    const present = state.held.find(({ scope }) => scope === op.scope);
    const { to = '' } = op;
    if (present === undefined) return { answers: ['refused: nothing to offer'] };
    if (present.holder !== op.person || present.turn) return refusedBy([present]);
    if (to === op.person) return { answers: ['refused: to oneself'] };
    const ends = present.until ?? Infinity;
    if (ends <= op.now) return { answers: ['refused: overdue'] };
    const until = Math.min(op.now + OFFER_FOR, ends);
    const offer = { id: name(op.scope, `${op.command}-offer`), to, until };
    const offered = { ...present, offer };
    return { next: withHeld(state, present, offered), answers: [`${about('offered', offered)} ${offer.id}`] };
  },

  accept(state, op) {
    const turn = state.held.find(({ turn: is, id }) => is && id === op.only);
    if (turn !== undefined) {
      if (turn.holder !== op.person) return { answers: ['refused: not theirs'] };
      const mine = { ...turn, turn: false, since: op.now, until: wantedOf(turn, op.now), wants: undefined };
      return { next: withHeld(state, turn, mine), answers: [about('taken', mine)] };
    }
    const lock = state.held.find(({ offer }) => offer?.id === op.only);
    if (lock?.offer == null) return isOver(state, op);
    if (lock.offer.to !== op.person) return { answers: ['refused: not theirs'] };
    const between = othersOver(state, { ...op, scope: lock.scope }).filter((one) => one !== lock);
    if (between.length > 0) return refusedBy(between);
    const mine = { ...lock, id: lock.offer.id, holder: op.person, since: op.now, offer: null };
    const next = outOfLine(withHeld(state, lock, mine), op.person, lock.scope);
    return { next, answers: [about('accepted', mine)] };
  },

  decline(state, op) {
    const turn = state.held.find(({ turn: is, id }) => is && id === op.only);
    if (turn !== undefined) {
      if (turn.holder !== op.person) return { answers: ['refused: not theirs'] };
      return { next: withHeld(state, turn), answers: [about('left', turn)] };
    }
    const lock = state.held.find(({ offer }) => offer?.id === op.only);
    if (lock?.offer == null) return isOver(state, op);
    if (lock.offer.to !== op.person) return { answers: ['refused: not theirs'] };
    const kept = { ...lock, offer: null };
    return { next: withHeld(state, lock, kept), answers: [about('declined', kept)] };
  },

  wait(state, op, name) {
    const own = ownOn(state, op);
    if (own !== undefined && !own.turn) return { next: state, answers: [about('held', own)] };
    const place = state.line.find(({ scope, person }) => scope === op.scope && person === op.person);
    if (place !== undefined) return { next: state, answers: [placed(state, place)] };
    const first = state.line.find(({ scope }) => touch(scope, op.scope));
    const free = othersOver(state, op).length === 0 && (first === undefined || first.person === op.person);
    if (own !== undefined || free) return ACTS.take(state, op, name);
    const mine = { id: op.command, scope: op.scope, person: op.person, wants: op.until };
    const next = { ...state, line: [...state.line, mine] };
    return { next, answers: [placed(next, mine)] };
  },

  leave(state, op, name) {
    const turn = state.held.find((one) => one.turn && one.scope === op.scope && one.holder === op.person);
    if (turn !== undefined && (op.only === undefined || name(op.scope, op.only) === turn.id))
      return { next: withHeld(state, turn), answers: [about('left', turn)] };
    const isMeant = ({ id, scope }: Waits) =>
      op.only === undefined ? touch(scope, op.scope) : id === op.only;
    const place = state.line.find((one) => one.person === op.person && isMeant(one));
    if (place === undefined) return { next: state, answers: ['not_waiting'] };
    const line = state.line.filter((one) => one !== place);
    return { next: { ...state, line }, answers: [`left ${place.id}`] };
  },
};

/** What time does: locks and offers end, and whoever is next has their turn. */
function pass(state: LockState, now: number, name: Name): LockState {
  const held = state.held
    .filter((one) => inForce(state, one, now))
    .map((one) => (one.offer !== null && one.offer.until <= now ? { ...one, offer: null } : one));
  let next: LockState = { ...state, held };
  for (const place of state.line) {
    const ahead = next.line.slice(0, next.line.indexOf(place));
    const isBlocked =
      ahead.some(({ scope }) => touch(scope, place.scope)) || othersOver(next, place).length > 0;
    if (isBlocked) continue;
    const turn: Held = {
      id: name(place.scope, place.id),
      scope: place.scope,
      holder: place.person,
      since: now,
      until: now + OFFER_FOR,
      turn: true,
      wants: place.wants,
      offer: null,
    };
    next = withHeld({ ...next, line: next.line.filter((one) => one !== place) }, undefined, turn);
  }
  return next;
}

function runOrEnd(state: LockState, { do: what, scope, person, now }: LockOp): Step {
  const service = scope.split('/')[1] ?? '';
  const runs = state.runs.some((one) => one.service === service);
  if (what === 'end') {
    const left = state.runs.filter((one) => one.service !== service);
    return { state: { ...state, runs: left }, answers: [runs ? 'ended' : 'idle'] };
  }
  if (runs) return { state, answers: ['busy'] };
  const more = [...state.runs, { service, person, since: now }];
  return { state: { ...state, runs: more.toSorted(byName(({ service: of }) => of)) }, answers: ['began'] };
}

function lookAt(state: LockState, now: number): string {
  const held = state.held.filter((one) => inForce(state, one, now)).map((one) => about('lock', one));
  return [...held.toSorted(), ...state.line.map(({ id }) => `waits ${id}`)].join('; ');
}

function grant(state: LockState, op: LockOp, name: Name, outcome: string): ReturnType<Act> {
  const { scope, person: holder, now, command } = op;
  const before = state.held.find((one) => one.scope === scope && one.holder === holder);
  const until = op.until ?? wantedOf(before, now);
  const mine = { id: name(scope, command), scope, holder, since: now, until, turn: false, offer: null };
  return { next: outOfLine(withHeld(state, before, mine), holder, scope), answers: [about(outcome, mine)] };
}

/** What was asked for in the line counts still, unless it has passed. */
function wantedOf(turn: Held | undefined, now: number): number | null {
  return turn?.wants === undefined || turn.wants <= now ? null : turn.wants;
}

function isOver(state: LockState, { scope }: LockOp): ReturnType<Act> {
  const present = state.held.find((one) => one.scope === scope);
  return { next: state, answers: [present === undefined ? 'over' : about('over', present)] };
}
