/** What people do to locks, and what happens beside them. Times are milliseconds. */
export interface LockOp {
  readonly do:
    | 'take'
    | 'release'
    | 'force'
    | 'steal'
    | 'offer'
    | 'accept'
    | 'decline'
    | 'wait'
    | 'leave'
    | 'settle'
    | 'deploy'
    | 'end'
    | 'look';
  readonly person: string;
  readonly scope: string;
  readonly now: number;
  readonly command: string;
  readonly until?: number;
  /** Of an offer: to whom. */
  readonly to?: string;
  /** The lock, offer or place that is meant. */
  readonly only?: string;
}

/** In one line: what it came to, and which lock or place it is about. */
export type LockAnswer = string;

export interface Held {
  readonly id: string;
  readonly scope: string;
  readonly holder: string;
  readonly since: number;
  readonly until: number | null;
  readonly turn: boolean;
  readonly offer: { readonly id: string; readonly to: string; readonly until: number } | null;
}

export interface Waits {
  readonly id: string;
  readonly scope: string;
  readonly person: string;
}

interface Runs {
  readonly service: string;
  readonly person: string;
  readonly since: number;
}

export interface LockState {
  readonly held: readonly Held[];
  readonly line: readonly Waits[];
  readonly runs: readonly Runs[];
}

/** It ends at its time, or with the last deployment there that began before. */
export function inForce({ runs }: LockState, { until, scope }: Held, now: number): boolean {
  if (until === null || now < until) return true;
  return runs.some(({ service, since }) => covers(scope, service) && since < until);
}

export function withHeld(state: LockState, before?: Held, after?: Held): LockState {
  const held = [...state.held.filter((one) => one !== before), ...(after === undefined ? [] : [after])];
  return { ...state, held: held.toSorted(byName(({ id }) => id)) };
}

export function outOfLine(state: LockState, person: string, scope: string): LockState {
  return { ...state, line: state.line.filter((one) => one.person !== person || one.scope !== scope) };
}

export function othersOver(state: LockState, { person, scope }: { person: string; scope: string }): Held[] {
  return state.held.filter((one) => one.holder !== person && touch(one.scope, scope));
}

export function ownOn(state: LockState, { person, scope }: LockOp): Held | undefined {
  return state.held.find((one) => one.holder === person && one.scope === scope);
}

export function widestOf(locks: readonly Held[]): readonly Held[] {
  const wide = locks.filter(({ scope }) => !scope.includes('/'));
  return wide.length > 0 ? wide : locks;
}

/** The answer names one of them. */
export function refusedBy(locks: readonly Held[]): { answers: string[] } {
  return { answers: locks.map((lock) => about('refused:', lock)) };
}

export function placed(state: LockState, place: Waits): string {
  const ahead = state.line
    .slice(0, state.line.indexOf(place))
    .filter(({ scope }) => touch(scope, place.scope));
  return `waiting ${place.id} behind ${ahead.length}`;
}

/** How an answer about a lock is written, by the specification and by whoever records what really came. */
export function about(
  outcome: string,
  { id, scope, holder, since, until, turn }: Omit<Held, 'offer'>,
): LockAnswer {
  return `${outcome} ${id} ${scope} ${holder} ${since}-${until ?? ''}${turn ? ' turn' : ''}`;
}

export function touch(one: string, other: string): boolean {
  return one === other || `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
}

export function covers(scope: string, service: string): boolean {
  return !scope.includes('/') || scope.split('/')[1] === service;
}

export function byName<One>(name: (one: One) => string) {
  return (one: One, other: One) => (name(one) < name(other) ? -1 : 1);
}
