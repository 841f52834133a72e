import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Answer, By, Change, LockRules, Moment, Rule } from '../../src/locks/change.ts';
import {
  type Board,
  EMPTY,
  environmentOf,
  type Lock,
  type Place,
  type Running,
} from '../../src/locks/lock.ts';
import { changeLocks } from '../../src/locks/store.ts';
import { NOON } from './context.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** So many milliseconds after noon. */
export function after(milliseconds: number): Date {
  return new Date(NOON.getTime() + milliseconds);
}

/** Asha's lock on staging since noon, without an end. */
export function lockOf(given: Partial<Lock> = {}): Lock {
  const { scope = 'staging', holder = 'U0ASHA' } = given;
  return {
    id: `${scope}-of-${holder}`,
    scope,
    holder,
    reason: '',
    since: NOON,
    until: null,
    turn: false,
    handoff: null,
    pullRequest: null,
    remindAt: null,
    offer: null,
    channel: '',
    ...given,
  };
}

/** Ben's place in the line for staging since noon. */
export function placeOf(given: Partial<Place> = {}): Place {
  const { scope = 'staging', person = 'U0BEN' } = given;
  return {
    id: `${person}-waits`,
    scope,
    person,
    since: NOON,
    reason: '',
    channel: '',
    deployment: null,
    ...given,
  };
}

export function boardOf(given: Partial<Board> = {}): Board {
  return { ...EMPTY, ...given };
}

const RULES: LockRules = {
  defaultSeconds: undefined,
  maxSeconds: undefined,
  requireReason: false,
  offerSeconds: 600,
};

/** Noon: nothing runs, no global lock, no bounds, nobody is reminded. */
export function momentOf({
  rules,
  ...given
}: Partial<Omit<Moment, 'rules'>> & { readonly rules?: Partial<LockRules> } = {}): Moment {
  return {
    now: NOON,
    running: [],
    global: undefined,
    remindAt: () => null,
    mayBeReminded: () => true,
    ...given,
    rules: { ...RULES, ...rules },
  };
}

/** A deployment of Asha's to api that began at noon. */
export function runningOf(given: Partial<Running> = {}): Running {
  return { service: 'api', requestedBy: 'U0ASHA', since: NOON, ...given };
}

/** A new command of Asha's, about staging. */
export function byOf(given: Partial<By & { scope: string }> = {}): By & { scope: string } {
  return { command: `c-${randomUUID()}`, person: 'U0ASHA', channel: 'C0TYPED', scope: 'staging', ...given };
}

/** What a rule came to, in a few words: the answer, the events, who holds what, and who waits. */
export function outcomeOf(rule: Rule, board: Board, moment: Moment = momentOf()) {
  const change = rule(board, moment);
  return {
    ...summaryOf(change),
    change,
    unchanged: change.board === board && change.events.length === 0,
  };
}

function summaryOf({ answer, events, board }: Change) {
  return {
    outcome: answer.outcome,
    events: events.map(({ kind }) => kind),
    holders: Object.fromEntries(board.locks.map(({ scope, holder }) => [scope, holder])),
    line: board.line.map(({ person, scope }) => `${person} ${scope}`),
  };
}

/** Applies a rule to what is stored, at noon unless said otherwise. */
export function applyTo(
  redis: Redis,
  rule: Rule,
  {
    scope = 'staging',
    command = `c-${randomUUID()}`,
    now = NOON,
  }: { readonly scope?: string; readonly command?: string; readonly now?: Date | undefined } = {},
): Promise<Answer> {
  // What runs is read from the store.
  const { running: _none, ...moment } = momentOf({ now });
  return changeLocks(redis, { environment: environmentOf(scope), command, rule, moment });
}
