import * as z from 'zod';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { Lock, UnreadableLockError } from './lock.ts';

/*
 * Reads several values. Unlike MGET it fails on a key that holds anything but a string.
 *
 *   KEYS     lock keys
 *   Returns  their values in order, '' for none
 */
const READ = defineScript(/* lua */ `
  local found = {}
  for index, key in ipairs(KEYS) do
    found[index] = redis.call('GET', key) or ''
  end
  return found
`);

/*
 * Writes one lock if all that the caller looked at is still as it was, and remembers what the command did, so that
 * the same command run again does nothing and hears the same.
 *
 *   KEYS[1]    what the command did   KEYS[2]  the lock   KEYS[3..]  other locks that were looked at
 *   ARGV[1]    the lock's new value, '' to remove it
 *   ARGV[2]    what to remember       ARGV[3]  for how many seconds
 *   ARGV[4..]  the values that the caller saw, from KEYS[2] on, '' for none
 *
 *   Returns  {'written'}, {'done', what is remembered}, or {'changed', the present values from KEYS[2] on}
 */
const WRITE = defineScript(/* lua */ `
  local done = redis.call('GET', KEYS[1])
  if done then return {'done', done} end
  local same, answer = true, {'changed'}
  for index = 2, #KEYS do
    local value = redis.call('GET', KEYS[index]) or ''
    if value ~= ARGV[index + 2] then same = false end
    answer[index] = value
  end
  if not same then return answer end
  if ARGV[1] == '' then redis.call('DEL', KEYS[2]) else redis.call('SET', KEYS[2], ARGV[1]) end
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

export interface Writing {
  /** The lock to write first, then the others that were looked at, and the values that were seen there. */
  readonly scopes: readonly string[];
  readonly seen: readonly string[];
  readonly command: string;
  readonly done: Done;
}

/** What this command has done, now or in an earlier run, or else the present values. Throws UnreadableLockError. */
export async function write(
  redis: RedisClient,
  { scopes, seen, command, done }: Writing,
): Promise<Done | string[]> {
  const [scope = ''] = scopes;
  const after = done.outcome === 'taken' ? JSON.stringify(done.lock) : '';
  const keys = [doneKey(scope, command), ...scopes.map(lockKey)];
  const args = [after, JSON.stringify(done), REMEMBER_SECONDS, ...seen];
  const [kind, ...values] = (await run(WRITE, redis, { scope, keys, args })).map(String);
  if (kind === 'written') return done;
  return kind === 'done' ? readDone(scope, doneKey(scope, command), values[0] ?? '') : values;
}

/** The values stored for the scopes, `''` for none. Throws UnreadableLockError for what is no string. */
export async function readAll(redis: RedisClient, scopes: readonly string[]): Promise<string[]> {
  const [scope = ''] = scopes;
  return (await run(READ, redis, { scope, keys: scopes.map(lockKey), args: [] })).map(String);
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

function doneKey(scope: string, command: string): string {
  return `baton:{${scope.split('/')[0]}}:did:${command}:${scope}`;
}
