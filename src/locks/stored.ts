import * as z from 'zod';
import { Lease } from '../deployments/lease.ts';
import { parseStored } from '../redis/parse-stored.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { Answer, type Change } from './change.ts';
import { untoldKey } from './history.ts';
import { answerToStore, eventToStore, lockToStore } from './to-store.ts';
import { Board, EMPTY, environmentOf, type Running, UnreadableLockError } from './lock.ts';

/**
 * A string, or '' for none; anything else, an empty string too, as a text that nobody can read. The leases as field and
 * value by turns.
 */
const VALUES = /* lua */ `
  local function kindOf(key)
    return redis.call('TYPE', key).ok
  end
  local function text(key)
    local value = redis.pcall('GET', key)
    if not value then return '' end
    if value == '' then return 'nothing' end
    return type(value) == 'string' and value or kindOf(key)
  end
  local function leases(key)
    local found = redis.pcall('HGETALL', key)
    return found.err and kindOf(key) or table.concat(found, '\\n')
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
 * Writes the board if it, and what runs there, is still as the caller saw it; keeps what happened for telling; and
 * remembers what the command did, so that the same command run again does nothing and hears the same.
 *
 *   KEYS[1]  board     KEYS[2]  leases     KEYS[3]  what the command did     KEYS[4]  what is still to be told
 *   ARGV[1]  board as it was seen     ARGV[2]  leases as they were seen
 *   ARGV[3]  the new board            ARGV[4]  what to remember       ARGV[5]  for how many seconds
 *   ARGV[6..]  events as JSON
 *
 *   Returns  'written', {'done', what is remembered}, or {'changed', board, leases}
 */
const WRITE = defineScript(/* lua */ `
  ${VALUES}
  local board, running = text(KEYS[1]), leases(KEYS[2])
  local fits = board == ARGV[1] and running == ARGV[2]
  if not (fits and redis.call('SET', KEYS[3], ARGV[4], 'EX', ARGV[5], 'NX')) then
    local done = redis.call('GET', KEYS[3])
    return done and {'done', done} or {'changed', board, running}
  end
  redis.call('SET', KEYS[1], ARGV[3])
  for index = 6, #ARGV do redis.call('RPUSH', KEYS[4], ARGV[index]) end
  return 'written'
`);

/** What the scripts answer. */
const Texts = z.array(z.string());

/** Longer than any job that is delivered twice. */
const REMEMBER_SECONDS = 86_400;
/** What was found at one moment, as it is stored. */
export interface Seen {
  readonly board: string;
  /** What the board says, where this process knows it from writing it. */
  readonly parsed?: Board;
  readonly leases: string;
  /** Redis was asked just now; else it is what this process wrote last, which may be out of date. */
  readonly fresh: boolean;
}

/** `now` is what stands there since; an answer without it comes from an earlier run of the same command. */
export type Written = { readonly answer: Answer; readonly now?: Seen } | { readonly changed: Seen };

export interface Writing {
  readonly seen: Seen;
  readonly command: string;
  readonly change: Change;
}

export async function write(
  redis: RedisClient,
  environment: string,
  { seen, command, change }: Writing,
): Promise<Written> {
  const board = JSON.stringify({ ...change.board, locks: change.board.locks.map(lockToStore) });
  const keys = [
    boardKey(environment),
    leasesKey(environment),
    doneKey(environment, command),
    untoldKey(environment),
  ];
  const events = change.events.map((told) => JSON.stringify(eventToStore(told)));
  const remembered = JSON.stringify(answerToStore(change.answer));
  const args = [seen.board, seen.leases, board, remembered, REMEMBER_SECONDS, ...events];
  const answered = await WRITE(redis, keys, args);
  if (answered === 'written') {
    return { answer: change.answer, now: { board, parsed: change.board, leases: seen.leases, fresh: false } };
  }
  const [kind, first = '', second = ''] = Texts.parse(answered);
  if (kind === 'done') return { answer: parseDone(environment, command, first) };
  return { changed: { board: first, leases: second, fresh: true } };
}

export async function read(redis: RedisClient, environment: string): Promise<Seen> {
  const answer = await READ(redis, [boardKey(environment), leasesKey(environment)], []);
  const [board = '', leases = ''] = Texts.parse(answer);
  return { board, leases, fresh: true };
}

/** What the board says. Throws UnreadableLockError. */
export function boardIn(environment: string, { board, parsed }: Seen): Board {
  return parsed ?? parseBoard(environment, board);
}

function parseBoard(environment: string, json: string): Board {
  if (json === '') return EMPTY;
  try {
    const board = Board.parse(JSON.parse(json));
    const strange = board.locks.find(({ scope }) => environmentOf(scope) !== environment);
    if (strange !== undefined) throw new Error(`it holds a lock on ${strange.scope}`);
    return board;
  } catch (error) {
    throw new UnreadableLockError(environment, boardKey(environment), error);
  }
}

export function isReadable(environment: string, json: string): boolean {
  try {
    return parseBoard(environment, json) !== undefined;
  } catch {
    return false;
  }
}

/** A lease that cannot be read has been there since ever, on every service. */
export function parseRunning(leases: string): Running[] {
  if (leases === '') return [];
  const lines = leases.split('\n');
  return Array.from({ length: Math.ceil(lines.length / 2) }, (_, index): Running => {
    try {
      const { since, requestedBy } = Lease.parse(JSON.parse(lines[index * 2 + 1] ?? ''));
      return { service: lines[index * 2] ?? '', since, requestedBy };
    } catch {
      return { service: '', since: new Date(0), requestedBy: '' };
    }
  });
}

export async function findDone(
  redis: RedisClient,
  environment: string,
  command: string,
): Promise<Answer | undefined> {
  const json = await redis.get(doneKey(environment, command));
  return json === null ? undefined : parseDone(environment, command, json);
}

function parseDone(environment: string, command: string, json: string): Answer {
  return parseStored(Answer, doneKey(environment, command), json);
}

const boardKey = (environment: string) => `baton:{${environment}}:lock`;
const leasesKey = (environment: string) => `baton:{${environment}}:leases`;
const doneKey = (environment: string, command: string) => `baton:{${environment}}:did:${command}`;
