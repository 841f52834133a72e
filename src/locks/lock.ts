import { hash } from 'node:crypto';
import * as z from 'zod';
import { ConflictError, UnreadableError } from '../errors.ts';

const instant = z.iso.datetime().transform((text) => new Date(text));

/** The scope of the global lock: every environment. */
export const ALL = 'all';

/** The holder has offered the lock to somebody; it moves only when they accept. */
export const Offer = z.object({ id: z.string(), to: z.string(), since: instant, until: instant });
export type Offer = z.infer<typeof Offer>;

/** The pull request that a lock is tied to: it goes when that one is merged. */
export const TiedTo = z.object({
  repository: z.string(),
  number: z.int(),
  /** It was closed without a merge, and the holder has been asked what now. */
  asked: z.boolean().default(false),
});
export type TiedTo = z.infer<typeof TiedTo>;

/** The handoff until which a lock lasts: it goes when that one, or a later one of the site, is taken. */
export const HandoffEnd = z.object({ from: z.string(), at: instant });
export type HandoffEnd = z.infer<typeof HandoffEnd>;

/** How long somebody wants the lock who waits for it: it counts from when they have it. */
export const Asked = z.object({
  /** What was said with `for`. */
  seconds: z.int().optional(),
  until: instant.optional(),
  handoff: HandoffEnd.optional(),
  pullRequest: TiedTo.optional(),
});
export type Asked = z.infer<typeof Asked>;

/** A person's claim on an environment. The lease of a running deployment is something else. */
export const Lock = z.object({
  /** Tells this very lock from a later one on the same scope. */
  id: z.string(),
  /** `all`, `staging` or `staging/api`. */
  scope: z.string(),
  /** Slack id of the holder. */
  holder: z.string(),
  reason: z.string(),
  since: instant,
  /** From this moment on it counts for nothing, unless a deployment is under way (isOver). */
  until: instant.nullable().default(null),
  /** Kept for somebody whose turn has come in the line: theirs once they accept, until then it ends at `until`. */
  turn: z.boolean().default(false),
  /** Of a turn: what it becomes once they accept. */
  asked: Asked.optional(),
  handoff: HandoffEnd.nullable().default(null),
  pullRequest: TiedTo.nullable().default(null),
  /** When the holder is asked whether it is still needed. */
  remindAt: instant.nullable().default(null),
  offer: Offer.nullable().default(null),
  /** Where it was taken: news of it goes there when the environment has no channel. */
  channel: z.string().default(''),
  /** The event of which its news tell: whose turn comes after it is told in their thread. */
  news: z.string().optional(),
});
export type Lock = z.infer<typeof Lock>;

/** Somebody's place in the line: for the lock itself, or for a deployment that goes on when its turn comes. */
export const Place = z.object({
  id: z.string(),
  scope: z.string(),
  person: z.string(),
  since: instant,
  reason: z.string(),
  channel: z.string(),
  asked: Asked.optional(),
  /** The deployment that waits; null for a person who waits for the lock. */
  deployment: z.string().nullable(),
});
export type Place = z.infer<typeof Place>;

/** Who does what time or a deployment does. */
export const BATON = 'baton';

/** Blocks nobody; is shown to everybody who deploys there. */
export const Warning = z.object({
  id: z.string(),
  scope: z.string(),
  by: z.string(),
  reason: z.string(),
  since: instant,
  until: instant.nullable(),
  /** The commits from behind the good one to the bad one: nothing deploys them by itself (src/deployments/held-back.ts). */
  heldBack: z.object({ good: z.string(), bad: z.string() }).optional(),
});
export type Warning = z.infer<typeof Warning>;

/** All that people have claimed of one environment: its locks and those of its services, the line, the warnings. */
export const Board = z.object({
  version: z.literal(2),
  locks: z.array(Lock),
  /** First come, first served. */
  line: z.array(Place),
  warnings: z.array(Warning),
});
export type Board = z.infer<typeof Board>;

export const EMPTY: Board = { version: 2, locks: [], line: [], warnings: [] };

/** What runs just now: the service, empty when it cannot be read, and its lease's owner and beginning. */
export interface Running {
  readonly service: string;
  readonly requestedBy: string;
  readonly since: Date;
}

/** What helps whoever meets a lock. */
export interface Blocked {
  /** Those in the line for it. */
  readonly waiting: readonly Place[];
  /** Where the holder's clock stands and who is at work, when the holder is not. */
  readonly away?: { readonly clock: string; readonly awake: readonly string[] } | undefined;
  /** Its time is over, and a deployment keeps it. */
  readonly overdue?: boolean | undefined;
  /** What the person gave as their own reason. */
  readonly reason?: string | undefined;
  /** For how long they wanted it, as they typed it: `for 2h`. */
  readonly lasting?: string | undefined;
  /** The scope that they wanted, when it is not the lock's. */
  readonly wanted?: string | undefined;
  /** False for whoever may not have it. */
  readonly mayWait?: boolean | undefined;
  /** They gave no reason, and nobody has it without one. */
  readonly needsReason?: boolean | undefined;
  /** Who meets it: their own place in the line is not before them. */
  readonly reader?: string | undefined;
}

/** Carries the lock that is in the way, so that the view can name the holder and every way out. */
export class LockedError extends ConflictError {
  readonly lock: Lock;
  readonly blocked: Blocked;

  constructor(lock: Lock, blocked: Blocked) {
    super(`${lock.scope} is locked`, { reason: 'locked' });
    this.lock = lock;
    this.blocked = blocked;
  }
}

/** Stored locks that cannot be read: they block their environment until an admin has looked at them. */
export class UnreadableLockError extends UnreadableError {
  readonly scope: string;

  constructor(scope: string, key: string, cause: unknown) {
    super(key, cause);
    this.name = 'UnreadableLockError';
    this.scope = scope;
  }
}

/** The id of the lock that one command takes: always the same for the same command. */
export function lockIdFor(scope: string, command: string): string {
  return hash('sha256', `${scope}\n${command}`, 'hex').slice(0, 12);
}

/** `staging` or `staging/api`. */
export function scopeOf({
  environment,
  service,
}: {
  environment: string;
  service?: string | undefined;
}): string {
  return service === undefined ? environment : `${environment}/${service}`;
}

/** `staging` of `staging/api`. */
export function environmentOf(scope: string): string {
  return scope.split('/')[0] ?? '';
}

/** Whether what is claimed by the one is also claimed by the other: `staging` and `staging/api` do overlap. */
export function overlap(one: string, other: string): boolean {
  if (one === ALL || other === ALL || one === other) return true;
  return one.startsWith(`${other}/`) || other.startsWith(`${one}/`);
}

/**
 * True from the first moment at which the lock no longer holds: at its end, or later while a deployment under it that
 * began before then still runs.
 */
export function isOver({ until, scope }: Lock, now: Date, running: readonly Running[]): boolean {
  return until !== null && until <= now && !isDeployedUnder(scope, running, until);
}

/** Its time is over; where it still stands, a deployment keeps it. */
export function isOverdue({ until }: Pick<Lock, 'until'>, now: Date): boolean {
  return until !== null && until <= now;
}

/** Whether a deployment that began before then still runs there: no lock ends by itself under it. */
export function isDeployedUnder(scope: string, running: readonly Running[], before: Date): boolean {
  return running.some(({ service, since }) => concerns(scope, service) && since < before);
}

/** Whether a scope takes in a service of its environment; one whose name cannot be read is taken in by all. */
export function concerns(scope: string, service: string): boolean {
  return service === '' || !scope.includes('/') || scope.endsWith(`/${service}`);
}

/** The lock that keeps this person from deploying the service: the global one, the environment's, the service's own. */
export function lockInTheWay(locks: readonly Lock[], service: string, person: string): Lock | undefined {
  const others = locks.filter(({ holder, scope }) => holder !== person && concerns(scope, service));
  return others.toSorted(byPrecedence)[0];
}

/** The lock by which somebody else claims what the scope claims, or part of it: the widest one. */
export function overlappingLock(locks: readonly Lock[], scope: string, person: string): Lock | undefined {
  const others = locks.filter((lock) => lock.holder !== person && overlap(lock.scope, scope));
  return others.toSorted(byPrecedence)[0];
}

/** All locks that an environment has to respect: the global one, and its own. */
export function withGlobal(global: Lock | undefined, locks: readonly Lock[]): readonly Lock[] {
  return global === undefined ? locks : [global, ...locks];
}

/** The board on which a lock has changed. */
export function withChanged(board: Board, before: Lock, after: Lock): Board {
  return { ...board, locks: board.locks.map((one) => (one === before ? after : one)) };
}

/** The global lock first, then environments', then services'. */
export function byPrecedence(one: { scope: string }, other: { scope: string }): number {
  return rank(one.scope) - rank(other.scope);
}

function rank(scope: string): number {
  if (scope === ALL) return 0;
  return scope.includes('/') ? 2 : 1;
}

/** Those in the line who wait for what this scope claims, in their order. */
export function waitingFor(line: readonly Place[], scope: string): Place[] {
  return line.filter((place) => overlap(place.scope, scope));
}
