import * as z from 'zod';
import { Lease } from '../deployments/lease.ts';
import { ConflictError, UnreadableError } from '../errors.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { Answer, type Change, event, type Moment, type Rule } from './change.ts';
import { LockEvent } from './event.ts';
import { ALL, Board, EMPTY, isOver, type Lock, type Running, UnreadableLockError } from './lock.ts';

/** A string, or '' for none; anything else as a text that nobody can read. The leases as field and value by turns. */
const VALUES = /* lua */ `
  local function text(key)
    local kind = redis.call('TYPE', key).ok
    if kind == 'none' then return '' end
    return kind == 'string' and redis.call('GET', key) or kind
  end
  local function leases(key)
    local kind = redis.call('TYPE', key).ok
    if kind == 'none' then return '' end
    return kind == 'hash' and table.concat(redis.call('HGETALL', key), '\\n') or kind
  end
`;

/*
 * Reads an environment's board and what runs there.
 *
 *   KEYS[1]  board   KEYS[2]  leases
 *   Returns  {board, leases}, '' for none
 */
const READ = defineScript(/* lua */ `
  ${VALUES}
  return { text(KEYS[1]), leases(KEYS[2]) }
`);

/*
 * Writes the board if it, and what runs there, is still as the caller saw it; keeps what happened as history and for
 * telling; and remembers what the command did, so that the same command run again does nothing and hears the same.
 *
 *   KEYS[1]  board     KEYS[2]  leases         KEYS[3]  what the command did
 *   KEYS[4]  history   KEYS[5]  what is still to be told
 *   ARGV[1]  board as it was seen     ARGV[2]  leases as they were seen
 *   ARGV[3]  the new board            ARGV[4]  what to remember       ARGV[5]  for how many seconds
 *   ARGV[6]  events to keep           ARGV[7..]  id and event by turns
 *
 *   Returns  {'written'}, {'done', what is remembered}, or {'changed', board, leases}
 */
const WRITE = defineScript(/* lua */ `
  ${VALUES}
  local done = redis.call('GET', KEYS[3])
  if done then return {'done', done} end
  local board, running = text(KEYS[1]), leases(KEYS[2])
  if board ~= ARGV[1] or running ~= ARGV[2] then return {'changed', board, running} end
  redis.call('SET', KEYS[1], ARGV[3])
  redis.call('SET', KEYS[3], ARGV[4], 'EX', ARGV[5])
  for index = 7, #ARGV, 2 do
    redis.call('LPUSH', KEYS[4], ARGV[index + 1])
    redis.call('HSET', KEYS[5], ARGV[index], ARGV[index + 1])
  end
  if #ARGV > 6 then redis.call('LTRIM', KEYS[4], 0, ARGV[6] - 1) end
  return {'written'}
`);

/** Longer than any job that is delivered twice. */
const REMEMBER_SECONDS = 86_400;
const HISTORY_KEPT = 1_000;
/** Nobody loses a race so often; it is there so that a bug ends. */
const MOST_TRIES = 200;

/** What was found at one moment, as it is stored. */
interface Seen {
  readonly board: string;
  readonly leases: string;
  /** Redis was asked just now; else it is what this process wrote last, which may be out of date. */
  readonly fresh: boolean;
}

/** What this process wrote last, so that a write needs no reading first. A wrong guess costs one round trip more. */
const guesses = new WeakMap<RedisClient, Map<string, Seen>>();

export interface Asked {
  /** `all`, or an environment's name. */
  readonly environment: string;
  /** Remembers what it did: the same command again hears the same. */
  readonly command: string;
  readonly rule: Rule;
  /** What runs is read with the board; `running` is added to it. */
  readonly moment: Omit<Moment, 'running'> & { readonly running?: readonly Running[] };
}

/**
 * Changes the locks of an environment by a rule, in one step against everybody else, once for each command. Throws what
 * the rule throws, and UnreadableLockError, which leaves everything as it is.
 */
export async function changeLocks(redis: RedisClient, asked: Asked): Promise<Answer> {
  const { environment, command, rule, moment } = asked;
  let seen = guesses.get(redis)?.get(environment) ?? (await read(redis, environment));
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const decided = decide(environment, rule, seen, moment);
    if ('change' in decided && decided.change.events.length > 0) {
      const written = await write(redis, environment, { seen, command, change: decided.change });
      if ('outcome' in written) return written;
      seen = written;
    } else if (seen.fresh) {
      const before = await findDone(redis, environment, command);
      if (before !== undefined) return before;
      if ('refused' in decided) throw decided.refused;
      return decided.change.answer;
    } else {
      seen = await read(redis, environment);
    }
  }
  const message = `The locks of ${environment} change too quickly just now.`;
  throw new ConflictError(message, { hint: 'Please try again.' });
}

/** Removes locks that cannot be read, whatever they are. False when they can be read after all, or are gone. */
export async function clearUnreadable(
  redis: RedisClient,
  { environment, command, actor, reason, channel, now }: Clearing,
): Promise<boolean> {
  const seen = await read(redis, environment);
  if (seen.board === '' || isReadable(environment, seen.board)) return false;
  const id = `${command}-forced`;
  const told = event({ id, kind: 'forced', at: now, actor, scope: environment, reason, channel });
  const answer = Answer.parse({ outcome: 'freed' });
  const change: Change = { board: EMPTY, events: [told], answer };
  return 'outcome' in (await write(redis, environment, { seen, command, change }));
}

export interface Clearing {
  readonly environment: string;
  readonly command: string;
  readonly actor: string;
  readonly reason: string;
  readonly channel: string;
  readonly now: Date;
}

/** The board as it stands, what is over included, and what runs there. Throws UnreadableLockError. */
export async function readBoard(
  redis: RedisClient,
  environment: string,
): Promise<{ board: Board; running: Running[] }> {
  const seen = await read(redis, environment);
  return { board: parseBoard(environment, seen.board), running: parseRunning(seen.leases) };
}

/**
 * What is in force on an environment: the global lock first, then its own, then its services', with the line and the
 * warnings. Throws UnreadableLockError, for the global lock too.
 */
export async function locksOn(redis: RedisClient, environment: string, now: Date): Promise<Board> {
  const [own, global] = await Promise.all([
    readBoard(redis, environment),
    environment === ALL ? undefined : readBoard(redis, ALL),
  ]);
  const inForce = ({ board, running }: { board: Board; running: Running[] }): Lock[] =>
    board.locks.filter((lock) => !isOver(lock, now, running));
  const warnings = [...(global?.board.warnings ?? []), ...own.board.warnings];
  return {
    version: 2,
    locks: [...(global === undefined ? [] : inForce(global)), ...inForce(own)],
    line: own.board.line,
    warnings: warnings.filter(({ until }) => until === null || until > now),
  };
}

/** The global lock, if there is one in force. Throws UnreadableLockError. */
export async function findGlobalLock(redis: RedisClient, now: Date): Promise<Lock | undefined> {
  const { locks } = await locksOn(redis, ALL, now);
  return locks[0];
}

/** What happened to the locks of an environment, newest first; what cannot be read is left out. */
export async function lockHistory(
  redis: RedisClient,
  environment: string,
  limit: number,
): Promise<LockEvent[]> {
  const rows = await redis.lrange(historyKey(environment), 0, limit - 1);
  return rows.flatMap((row) => readEvent(row) ?? []);
}

/** What has happened and has not been told yet, oldest first. */
export async function untoldEvents(redis: RedisClient, environment: string): Promise<LockEvent[]> {
  const rows = Object.values(await redis.hgetall(untoldKey(environment)));
  const events = rows.flatMap((row) => readEvent(row) ?? []);
  return events.toSorted((one, other) => Number(one.at) - Number(other.at));
}

export async function forgetTold(
  redis: RedisClient,
  environment: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length > 0) await redis.hdel(untoldKey(environment), ...ids);
}

type Decided = { readonly change: Change } | { readonly refused: unknown };

function decide(environment: string, rule: Rule, { board, leases }: Seen, moment: Asked['moment']): Decided {
  try {
    const running = [...parseRunning(leases), ...(moment.running ?? [])];
    return { change: rule(parseBoard(environment, board), { ...moment, running }) };
  } catch (refused) {
    return { refused };
  }
}

interface Writing {
  readonly seen: Seen;
  readonly command: string;
  readonly change: Change;
}

async function write(
  redis: RedisClient,
  environment: string,
  { seen, command, change }: Writing,
): Promise<Answer | Seen> {
  const board = JSON.stringify(change.board);
  const keys = [
    boardKey(environment),
    leasesKey(environment),
    doneKey(environment, command),
    historyKey(environment),
    untoldKey(environment),
  ];
  const events = change.events.flatMap((told) => [told.id, JSON.stringify(told)]);
  const remembered = JSON.stringify(change.answer);
  const args = [seen.board, seen.leases, board, remembered, REMEMBER_SECONDS, HISTORY_KEPT, ...events];
  const [kind, first = '', second = ''] = z.array(z.string()).parse(await WRITE(redis, keys, args));
  if (kind === 'changed') return { board: first, leases: second, fresh: true };
  if (kind === 'done') return parseDone(environment, command, first);
  remember(redis, environment, { board, leases: seen.leases, fresh: false });
  return change.answer;
}

function remember(redis: RedisClient, environment: string, seen: Seen): void {
  const known = guesses.get(redis) ?? new Map<string, Seen>();
  known.set(environment, seen);
  guesses.set(redis, known);
}

async function read(redis: RedisClient, environment: string): Promise<Seen> {
  const answer = await READ(redis, [boardKey(environment), leasesKey(environment)], []);
  const [board = '', leases = ''] = z.array(z.string()).parse(answer);
  return { board, leases, fresh: true };
}

function parseBoard(environment: string, json: string): Board {
  if (json === '') return EMPTY;
  try {
    const board = Board.parse(JSON.parse(json));
    const strange = board.locks.find(({ scope }) => scope.split('/')[0] !== environment);
    if (strange !== undefined) throw new Error(`it holds a lock on ${strange.scope}`);
    return board;
  } catch (error) {
    throw new UnreadableLockError(environment, boardKey(environment), error);
  }
}

function isReadable(environment: string, json: string): boolean {
  try {
    return parseBoard(environment, json) !== undefined;
  } catch {
    return false;
  }
}

/** A lease that cannot be read has been there since ever, on every service. */
function parseRunning(leases: string): Running[] {
  if (leases === '') return [];
  const lines = leases.split('\n');
  return Array.from({ length: Math.ceil(lines.length / 2) }, (_, index): Running => {
    try {
      const { since, requestedBy } = Lease.parse(JSON.parse(lines[index * 2 + 1] ?? ''));
      return { service: lines[index * 2] ?? '', since, requestedBy };
    } catch {
      return { service: lines[index * 2] ?? '', since: new Date(0), requestedBy: '' };
    }
  });
}

async function findDone(
  redis: RedisClient,
  environment: string,
  command: string,
): Promise<Answer | undefined> {
  const json = await redis.get(doneKey(environment, command));
  return json === null ? undefined : parseDone(environment, command, json);
}

function parseDone(environment: string, command: string, json: string): Answer {
  try {
    return Answer.parse(JSON.parse(json));
  } catch (error) {
    throw new UnreadableError(doneKey(environment, command), error);
  }
}

function readEvent(json: string): LockEvent | undefined {
  try {
    return LockEvent.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}

const boardKey = (environment: string) => `baton:{${environment}}:lock`;
const leasesKey = (environment: string) => `baton:{${environment}}:leases`;
const historyKey = (environment: string) => `baton:{${environment}}:lock:history`;
const untoldKey = (environment: string) => `baton:{${environment}}:lock:untold`;
const doneKey = (environment: string, command: string) => `baton:{${environment}}:did:${command}`;
