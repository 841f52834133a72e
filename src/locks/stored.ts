import * as z from 'zod';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { Lease } from '../deployments/lease.ts';
import { Lock, UnreadableLockError } from './lock.ts';

/** What runs on the environment: its leases as lines of JSON. Anything but a hash is a line that nobody can read. */
const LEASES = /* lua */ `
  local function leases(key)
    local kind = redis.call('TYPE', key).ok
    if kind == 'none' then return '' end
    return kind == 'hash' and table.concat(redis.call('HVALS', key), '\\n') or kind
  end
`;

/*
 * Reads several values. Unlike MGET it fails on a key that holds anything but a string.
 *
 *   KEYS[1]  leases   KEYS[2..]  lock keys
 *   Returns  their values in order, '' for none
 */
const READ = defineScript(/* lua */ `
  ${LEASES}
  local found = { leases(KEYS[1]) }
  for index = 2, #KEYS do
    found[index] = redis.call('GET', KEYS[index]) or ''
  end
  return found
`);

/*
 * Writes one lock if all that the caller looked at is still as it was, and remembers what the command did, so that
 * the same command run again does nothing and hears the same.
 *
 *   KEYS[1]    what the command did   KEYS[2]  leases
 *   KEYS[3]    the lock               KEYS[4..]  other locks that were looked at
 *   ARGV[1]    the lock's new value, '' to remove it
 *   ARGV[2]    what to remember       ARGV[3]  for how many seconds
 *   ARGV[4..]  the values that the caller saw, from KEYS[2] on, '' for none
 *
 *   Returns  {'written'}, {'done', what is remembered}, or {'changed', the present values from KEYS[2] on}
 */
const WRITE = defineScript(/* lua */ `
  ${LEASES}
  local done = redis.call('GET', KEYS[1])
  if done then return {'done', done} end
  local same, answer = true, {'changed'}
  for index = 2, #KEYS do
    local value = index == 2 and leases(KEYS[2]) or index > 2 and redis.call('GET', KEYS[index]) or ''
    if value ~= ARGV[index + 2] then same = false end
    answer[index] = value
  end
  if not same then return answer end
  if ARGV[1] == '' then redis.call('DEL', KEYS[3]) else redis.call('SET', KEYS[3], ARGV[1]) end
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
  return {'written'}
`);

/** Longer than any job that is delivered twice. */
const REMEMBER_SECONDS = 86_400;

/** What a command did to a lock, as it is remembered under the command's id. */
export const Done = z.object({
  outcome: z.enum(['taken', 'freed', 'free']),
  lock: Lock.optional(),
  /** A lock whose time was over and that was removed on the way. */
  expired: Lock.optional(),
});
export type Done = z.infer<typeof Done>;

/** What was found at one moment: the leases of the environment, and the locks in the order of their scopes. */
export interface Seen {
  readonly leases: string;
  readonly locks: readonly string[];
}

export interface Writing {
  /** The lock to write first, then the others that were looked at, and what was seen there. */
  readonly scopes: readonly string[];
  readonly seen: Seen;
  readonly command: string;
  readonly done: Done;
}

/** What this command has done, now or in an earlier run, or else the present values. Throws UnreadableLockError. */
export async function write(
  redis: RedisClient,
  { scopes, seen, command, done }: Writing,
): Promise<Done | Seen> {
  const [scope = ''] = scopes;
  const after = done.outcome === 'taken' ? JSON.stringify(done.lock) : '';
  const keys = [doneKey(scope, command), leasesKey(scope), ...scopes.map(lockKey)];
  const args = [after, JSON.stringify(done), REMEMBER_SECONDS, seen.leases, ...seen.locks];
  const [kind, ...values] = (await run(WRITE, redis, { scope, keys, args })).map(String);
  if (kind === 'written') return done;
  return kind === 'done' ? readDone(scope, doneKey(scope, command), values[0] ?? '') : asSeen(values);
}

/** What is stored for scopes of one environment, `''` for none. Throws UnreadableLockError for what is no string. */
export async function readAll(redis: RedisClient, scopes: readonly string[]): Promise<Seen> {
  const [scope = ''] = scopes;
  const keys = [leasesKey(scope), ...scopes.map(lockKey)];
  return asSeen((await run(READ, redis, { scope, keys, args: [] })).map(String));
}

function asSeen([leases = '', ...locks]: readonly string[]): Seen {
  return { leases, locks };
}

/** When the oldest deployment that runs there began. A lease that cannot be read has been there since ever. */
export function runningSince({ leases }: Seen): Date | undefined {
  if (leases === '') return undefined;
  const times = leases.split('\n').map((line) => {
    try {
      return Lease.parse(JSON.parse(line)).since.getTime();
    } catch {
      return 0;
    }
  });
  return new Date(Math.min(...times));
}

interface Run {
  readonly scope: string;
  readonly keys: readonly string[];
  readonly args: readonly (string | number)[];
}

async function run(
  script: ReturnType<typeof defineScript>,
  redis: RedisClient,
  { scope, keys, args }: Run,
): Promise<unknown[]> {
  try {
    const answer = await script(redis, keys, args);
    return Array.isArray(answer) ? answer : [];
  } catch (error) {
    const isOfOtherType = error instanceof Error && error.message.includes('WRONGTYPE');
    throw isOfOtherType ? new UnreadableLockError(scope, lockKey(scope), error) : error;
  }
}

/** Throws UnreadableLockError for anything but a lock on this scope. */
export function readLock(scope: string, json: string): Lock | undefined {
  if (json === '') return undefined;
  try {
    const lock = Lock.parse(JSON.parse(json));
    if (lock.scope === scope) return lock;
    throw new Error(`it is a lock on ${lock.scope}`);
  } catch (error) {
    throw new UnreadableLockError(scope, lockKey(scope), error);
  }
}

/** The lock, or undefined when there is none or it cannot be read. */
export function readIfPossible(scope: string, json: string): Lock | undefined {
  try {
    return readLock(scope, json);
  } catch {
    return undefined;
  }
}

/** What this command has done in an earlier run, if there was one. */
export async function findDone(
  redis: RedisClient,
  scope: string,
  command: string,
): Promise<Done | undefined> {
  const key = doneKey(scope, command);
  const json = await redis.get(key);
  return json === null ? undefined : readDone(scope, key, json);
}

function readDone(scope: string, key: string, json: string): Done {
  try {
    return Done.parse(JSON.parse(json));
  } catch (error) {
    throw new UnreadableLockError(scope, key, error);
  }
}

function lockKey(scope: string): string {
  const [environment = '', service] = scope.split('/');
  return `baton:{${environment}}:lock${service === undefined ? '' : `:${service}`}`;
}

function leasesKey(scope: string): string {
  return `baton:{${scope.split('/')[0]}}:leases`;
}

function doneKey(scope: string, command: string): string {
  return `baton:{${scope.split('/')[0]}}:did:${command}:${scope}`;
}
