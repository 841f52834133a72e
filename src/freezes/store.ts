import * as z from 'zod';
import { ConflictError, UnreadableError } from '../errors.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { SetFreeze } from './set-freeze.ts';

/*
 * Writes the freeze if it is still as the caller saw it, and remembers what the command did, so that the same command
 * run again does nothing and hears the same.
 *
 *   KEYS[1]  what the command did    KEYS[2]  the freeze
 *   ARGV[1]  the value that the caller saw, '' for none    ARGV[2]  the new value, '' to remove it
 *   ARGV[3]  what to remember        ARGV[4]  for how many seconds
 *
 *   Returns  {'written'}, {'done', what is remembered}, or {'changed', the present value}
 */
const WRITE = defineScript(/* lua */ `
  local done = redis.call('GET', KEYS[1])
  if done then return {'done', done} end
  local value = redis.call('GET', KEYS[2]) or ''
  if value ~= ARGV[1] then return {'changed', value} end
  if ARGV[2] == '' then redis.call('DEL', KEYS[2]) else redis.call('SET', KEYS[2], ARGV[2]) end
  redis.call('SET', KEYS[1], ARGV[3], 'EX', ARGV[4])
  return {'written'}
`);

/** Longer than any job that is delivered twice. */
const REMEMBER_SECONDS = 86_400;

/** Nobody loses a race so often; it is there so that a bug ends. */
const MOST_TRIES = 100;

/** What a command did to the freeze of an environment, as it is remembered under the command's id. */
const Done = z.object({
  outcome: z.enum(['set', 'lifted', 'none']),
  freeze: SetFreeze.optional(),
  replaced: SetFreeze.optional(),
  expired: SetFreeze.optional(),
});
type Done = z.infer<typeof Done>;

export interface Where {
  readonly environment: string;
  /** The command's id. */
  readonly command: string;
}

/** A stored freeze that cannot be read: the environment is frozen until somebody has looked at it. */
export class UnreadableFreezeError extends UnreadableError {}

export interface NewlySet {
  readonly freeze: SetFreeze;
  /** What stood there until then and was in force. */
  readonly replaced?: SetFreeze | undefined;
  /** What stood there until then, and whose time was over. */
  readonly expired?: SetFreeze | undefined;
}

/**
 * Sets a freeze in place of what stood there. One command sets it once: `make` is called only where no earlier run has
 * done it, and may throw. Throws UnreadableFreezeError.
 */
export async function setFreeze(
  redis: RedisClient,
  { environment, command }: Where,
  make: () => SetFreeze,
): Promise<NewlySet> {
  const done = await change(redis, { environment, command }, (value) => {
    const freeze = make();
    return { outcome: 'set', freeze, ...sorted(readFreeze(environment, value), freeze.since) };
  });
  const { freeze, replaced, expired } = done;
  if (freeze === undefined) throw new Error(`The command ${command} has done something else already.`);
  return { freeze, replaced, expired };
}

export interface Lift extends Where {
  readonly now: Date;
  /** Removes also what cannot be read. */
  readonly force: boolean;
}

export interface Lifted {
  /** `none`: there was no freeze to lift. */
  readonly outcome: 'lifted' | 'none';
  /** The one that was lifted; undefined when it could not be read. */
  readonly freeze?: SetFreeze | undefined;
  /** What stood there, and whose time was over. */
  readonly expired?: SetFreeze | undefined;
}

/** Removes the freeze that a person has set, whoever it was. Throws UnreadableFreezeError, unless by force. */
export async function liftFreeze(redis: RedisClient, { now, force, ...where }: Lift): Promise<Lifted> {
  const { environment } = where;
  const done = await change(redis, where, (value) => {
    if (value === '') return { outcome: 'none' };
    const found = force ? readIfPossible(environment, value) : readFreeze(environment, value);
    const { replaced, expired } = sorted(found, now);
    return { outcome: expired === undefined ? 'lifted' : 'none', freeze: replaced, expired };
  });
  return {
    outcome: done.outcome === 'lifted' ? 'lifted' : 'none',
    freeze: done.freeze,
    expired: done.expired,
  };
}

/** The freeze that a person has set, while it is in force. Throws UnreadableFreezeError. */
export async function findFreeze(
  redis: RedisClient,
  environment: string,
  now: Date,
): Promise<SetFreeze | undefined> {
  return sorted(readFreeze(environment, await stored(redis, environment)), now).replaced;
}

/*
 * Forgets a freeze, if it is still as it was read.
 *
 *   KEYS[1]  the freeze     ARGV[1]  the value that was read
 */
const FORGET = defineScript(/* lua */ `
  if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
`);

/** The freeze whose time is over, handed to `tell` and then forgotten. Safe to repeat. Throws UnreadableFreezeError. */
export async function endExpired(
  redis: RedisClient,
  { environment, now }: { readonly environment: string; readonly now: Date },
  tell: (expired: SetFreeze) => Promise<void>,
): Promise<void> {
  const value = await stored(redis, environment);
  const { expired } = sorted(readFreeze(environment, value), now);
  if (expired === undefined) return;
  await tell(expired);
  await FORGET(redis, [freezeKey(environment)], [value]);
}

function sorted(found: SetFreeze | undefined, now: Date): Pick<Done, 'replaced' | 'expired'> {
  if (found === undefined) return {};
  return found.until > now ? { replaced: found } : { expired: found };
}

async function change(
  redis: RedisClient,
  { environment, command }: Where,
  decide: (value: string) => Done,
): Promise<Done> {
  const doneKey = `baton:{${environment}}:did:${command}:freeze`;
  const before = await redis.get(doneKey);
  if (before !== null) return read(doneKey, before, Done);

  let value = await stored(redis, environment);
  for (let attempt = 0; attempt < MOST_TRIES; attempt++) {
    const done = decide(value);
    const after = done.outcome === 'set' ? JSON.stringify(done.freeze) : '';
    const args = [value, after, JSON.stringify(done), REMEMBER_SECONDS];
    const answer = await WRITE(redis, [doneKey, freezeKey(environment)], args);
    const [kind, found = ''] = Array.isArray(answer) ? answer.map(String) : [];
    if (kind === 'written') return done;
    if (kind === 'done') return read(doneKey, found, Done);
    value = found;
  }
  throw new ConflictError(`The freeze of ${environment} changes too quickly just now.`, {
    hint: 'Please try again.',
  });
}

async function stored(redis: RedisClient, environment: string): Promise<string> {
  const key = freezeKey(environment);
  try {
    return (await redis.get(key)) ?? '';
  } catch (error) {
    const isOfOtherType = error instanceof Error && error.message.includes('WRONGTYPE');
    throw isOfOtherType ? new UnreadableFreezeError(key, error) : error;
  }
}

function readFreeze(environment: string, json: string): SetFreeze | undefined {
  return json === '' ? undefined : read(freezeKey(environment), json, SetFreeze);
}

function readIfPossible(environment: string, json: string): SetFreeze | undefined {
  try {
    return readFreeze(environment, json);
  } catch {
    return undefined;
  }
}

function read<Value>(key: string, json: string, schema: z.ZodType<Value>): Value {
  try {
    return schema.parse(JSON.parse(json));
  } catch (error) {
    throw new UnreadableFreezeError(key, error);
  }
}

function freezeKey(environment: string): string {
  return `baton:{${environment}}:freeze`;
}
