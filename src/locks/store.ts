import { ConflictError } from '../errors.ts';
import type { RedisClient } from '../redis/script.ts';
import { isOver, type Lock, LockedError } from './lock.ts';
import {
  type Done,
  findDone,
  readAll,
  readIfPossible,
  readLock,
  runningSince,
  type Seen,
  write,
} from './stored.ts';

/** Nobody loses a race so often; it is there so that a bug ends. */
const MOST_TRIES = 100;

export interface Taken {
  /** `held`: the person has it already, and it was left as it is. */
  readonly outcome: 'taken' | 'held';
  readonly lock: Lock;
  readonly expired?: Lock | undefined;
}

export type Released =
  | {
      readonly outcome: 'freed' | 'free';
      /** The lock that was freed; undefined when it could not be read. */
      readonly lock?: Lock | undefined;
      readonly expired?: Lock | undefined;
    }
  /** The lock that was found in place of the one that was meant. */
  | { readonly outcome: 'not_that_one'; readonly lock: Lock; readonly expired?: undefined };

export interface Take {
  readonly command: string;
  readonly lock: Lock;
  /** The environment's services: somebody else's lock on one of them is in the way of the environment's. */
  readonly services: readonly string[];
}

/**
 * Takes the lock, or finds that its holder has it already. The lock of an environment and those of its services
 * exclude each other between people. One command takes it once. Throws LockedError and UnreadableLockError.
 */
export async function takeLock(redis: RedisClient, { command, lock, services }: Take): Promise<Taken> {
  const scopes = [lock.scope, ...scopesTouching(lock.scope, services)];
  let seen: Seen = { leases: '', locks: scopes.map(() => '') };
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const running = runningSince(seen);
    const stored = seen.locks.map((value, index) => readLock(scopes[index] ?? '', value));
    const standing = stored.filter((found) => found !== undefined && !isOver(found, lock.since, running));
    const other = standing.find((found) => found?.holder !== lock.holder);
    const [before] = stored;

    if (other === undefined && !standing.includes(before)) {
      const done: Done = { outcome: 'taken', lock, expired: before };
      const written = await write(redis, { scopes, command, seen, done });
      if ('outcome' in written) {
        return { outcome: 'taken', lock: written.lock ?? lock, expired: written.expired };
      }
      seen = written;
      continue;
    }
    if (other !== undefined) throw new LockedError(other);
    // The same command, run by another worker at the same time, may have been quicker.
    if (before !== undefined) return { outcome: before.id === lock.id ? 'taken' : 'held', lock: before };
  }
  throw tooBusy(lock.scope);
}

export interface Release {
  readonly command: string;
  readonly scope: string;
  readonly now: Date;
  /** Only this person's lock is freed; undefined frees whoever's it is, even one that cannot be read. */
  readonly holder: string | undefined;
  /** The id of the lock that is meant, when no other will do. */
  readonly only?: string | undefined;
}

/** Frees the lock exactly as it was found. Throws LockedError when another holds it, and UnreadableLockError. */
export async function releaseLock(redis: RedisClient, release: Release): Promise<Released> {
  const { command, scope, now, holder, only } = release;
  let seen = await readAll(redis, [scope]);
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const [value = ''] = seen.locks;
    const found = holder === undefined ? readIfPossible(scope, value) : readLock(scope, value);
    const over = found !== undefined && isOver(found, now, runningSince(seen));
    const lock = over ? undefined : found;
    const notThat = only !== undefined && lock !== undefined && lock.id !== only;
    const notTheirs = holder !== undefined && lock !== undefined && lock.holder !== holder;

    if (value === '' || notThat || notTheirs) {
      const before = await findDone(redis, scope, command);
      if (before !== undefined) return asReleased(before);
      if (notThat) return { outcome: 'not_that_one', lock };
      if (notTheirs) throw new LockedError(lock);
      return { outcome: 'free' };
    }
    const done: Done = { outcome: over ? 'free' : 'freed', lock, expired: over ? found : undefined };
    const written = await write(redis, { scopes: [scope], command, seen, done });
    if ('outcome' in written) return asReleased(written);
    seen = written;
  }
  throw tooBusy(scope);
}

/** The locks in force on an environment and its services, in one round trip. Throws UnreadableLockError. */
export async function locksOn(
  redis: RedisClient,
  environment: string,
  services: readonly string[],
  now: Date,
): Promise<Lock[]> {
  const scopes = [environment, ...services.map((service) => `${environment}/${service}`)];
  const seen = await readAll(redis, scopes);
  const running = runningSince(seen);
  return seen.locks.flatMap((value, index) => {
    const lock = readLock(scopes[index] ?? '', value);
    return lock === undefined || isOver(lock, now, running) ? [] : [lock];
  });
}

/** The lock in force on exactly this scope. Throws UnreadableLockError. */
export async function findLock(redis: RedisClient, scope: string, now: Date): Promise<Lock | undefined> {
  const seen = await readAll(redis, [scope]);
  const lock = readLock(scope, seen.locks[0] ?? '');
  return lock === undefined || isOver(lock, now, runningSince(seen)) ? undefined : lock;
}

function scopesTouching(scope: string, services: readonly string[]): string[] {
  const [environment = '', service] = scope.split('/');
  return service === undefined ? services.map((name) => `${environment}/${name}`) : [environment];
}

function asReleased({ outcome, lock, expired }: Done): Released {
  return { outcome: outcome === 'freed' ? 'freed' : 'free', lock, expired };
}

function tooBusy(scope: string): ConflictError {
  return new ConflictError(`${scope} changes hands too quickly just now.`, { hint: 'Please try again.' });
}
