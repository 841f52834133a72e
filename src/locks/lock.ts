import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ConflictError, UnreadableError } from '../errors.ts';

const instant = z.iso.datetime().transform((text) => new Date(text));

/** A person's claim on an environment. The lease of a running deployment is something else. */
export const Lock = z.object({
  version: z.literal(1),
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
});
export type Lock = z.infer<typeof Lock>;

/** Carries the lock that is in the way, so that the view can name the holder. */
export class LockedError extends ConflictError {
  readonly lock: Lock;

  constructor(lock: Lock) {
    super(`${lock.scope} is locked`, { reason: 'locked' });
    this.lock = lock;
  }
}

/** A stored lock that cannot be read: it blocks its scope until an admin has looked at it. */
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
  return createHash('sha256').update(`${scope}\n${command}`).digest('hex').slice(0, 12);
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

/**
 * True from the first moment at which the lock no longer holds: at its end, or later while a deployment that began
 * before then still runs. `runningSince`: the beginning of the oldest one on the environment.
 */
export function isOver({ until }: Lock, now: Date, runningSince: Date | undefined): boolean {
  if (until === null || until > now) return false;
  return runningSince === undefined || runningSince >= until;
}

/** The lock that keeps this person from deploying the service: the environment's before the service's own. */
export function lockInTheWay(locks: readonly Lock[], service: string, person: string): Lock | undefined {
  const others = locks.filter(({ holder }) => holder !== person);
  return (
    others.find(({ scope }) => !scope.includes('/')) ??
    others.find(({ scope }) => scope.slice(scope.indexOf('/') + 1) === service)
  );
}
