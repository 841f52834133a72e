import * as z from 'zod';
import type { LockEvent } from './event.ts';
import { type Board, Lock, Place, type Running, Warning } from './lock.ts';

/** What the configuration says of locks on the environment; undefined for no bound. */
export interface LockRules {
  /** How long a lock lasts when nobody says for how long. */
  readonly defaultSeconds: number | undefined;
  /** The longest that it may last, from its beginning. */
  readonly maxSeconds: number | undefined;
  readonly requireReason: boolean;
  /** How long an offer, and a turn in the line, waits for its answer. */
  readonly offerSeconds: number;
}

/** What the rules look at besides the board. */
export interface Moment {
  readonly now: Date;
  readonly running: readonly Running[];
  /** The global lock, for an environment's board. */
  readonly global: Lock | undefined;
  readonly rules: LockRules;
  /** When a holder is asked whether a lock that is kept since then is still needed; null for never. */
  readonly remindAt: (holder: string, since: Date) => Date | null;
  /** Whether the holder may still be asked now what was due then: a reminder that is late must not come at night. */
  readonly mayBeReminded: (holder: string, due: Date) => boolean;
}

/** What a command came to, as it is remembered under the command's id: the same command again hears the same. */
export const Answer = z.object({
  outcome: z.enum([
    'taken',
    'held',
    'extended',
    'freed',
    'free',
    'not_that_one',
    'stolen',
    'waiting',
    'left',
    'not_waiting',
    'offered',
    'accepted',
    'declined',
    'over',
    'warned',
    'kept',
    'settled',
  ]),
  /** The lock that it is about, as it is now or as it was when it went. */
  lock: Lock.nullable().default(null),
  place: Place.nullable().default(null),
  /** How many stand before the place in the line. */
  ahead: z.int().default(0),
  /** All of them, where several went at once. */
  locks: z.array(Lock).default([]),
  warnings: z.array(Warning).default([]),
});
export type Answer = z.infer<typeof Answer>;

export type Outcome = Answer['outcome'];

/** What a rule decides. The same board means that nothing is written. */
export interface Change {
  readonly board: Board;
  readonly events: readonly LockEvent[];
  readonly answer: Answer;
}

/** A rule: pure, from what stands to what shall stand. Throws UserError for what it refuses. */
export type Rule = (board: Board, moment: Moment) => Change;

/** Who does it, by which command. */
export interface By {
  readonly command: string;
  readonly person: string;
  /** Where it was typed. */
  readonly channel: string;
}

export function answer(outcome: Outcome, told: Partial<Answer> = {}): Answer {
  const { lock = null, place = null, ahead = 0, locks = [], warnings = [] } = told;
  return { outcome, lock, place, ahead, locks, warnings };
}

type Told = Pick<LockEvent, 'id' | 'kind' | 'at' | 'actor' | 'scope'> & {
  readonly [Name in keyof LockEvent]?: LockEvent[Name] | undefined;
};

export function event(told: Told): LockEvent {
  const { id, kind, at, actor, scope, reason = '', other = null } = told;
  const {
    lock = null,
    place = null,
    warning = null,
    ahead = 0,
    channel = lock?.channel ?? '',
    turn,
    thread,
  } = told;
  const what = { id, kind, at, actor, scope, reason, other, lock, place, warning, ahead, channel };
  if (turn !== true && thread === undefined) return what; // a spread is slow, and nearly always needless
  return { ...what, ...(turn === true && { turn }), ...(thread !== undefined && { thread }) };
}

/** An event that a command causes; each command causes at most one of a kind. */
export function eventBy(by: By, told: Omit<Told, 'id' | 'actor' | 'channel'>): LockEvent {
  const { person: actor, channel } = by;
  const { kind, at, scope, reason, other, lock, place, warning, ahead, turn, thread } = told;
  const id = eventIdBy(by, kind);
  return event({
    id,
    kind,
    at,
    actor,
    scope,
    reason,
    other,
    lock,
    place,
    warning,
    ahead,
    turn,
    channel,
    thread,
  });
}

export function eventIdBy({ command }: Pick<By, 'command'>, kind: LockEvent['kind']): string {
  return `${command}-${kind}`;
}

/** Nothing is written. */
export function unchanged(board: Board, told: Answer): Change {
  return { board, events: [], answer: told };
}
