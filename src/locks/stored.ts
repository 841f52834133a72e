import * as z from 'zod';
import { Lease } from '../deployments/lease.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import type { Answer, Change } from './change.ts';
import { answerIn, doneKey } from './done.ts';
import { untoldKey } from './history.ts';
import { boardToStore, doneToStore } from './to-store.ts';
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
 * Writes the board if it, and what runs there, is still as the caller saw it, together with what the command did: what
 * happened is to be told, and the same command run again does nothing and hears the same.
 *
 *   KEYS[1]  board     KEYS[2]  leases     KEYS[3]  what the command did
 *   KEYS[4]  ids of commands of which is still to be told
 *   ARGV[1]  board as it was seen     ARGV[2]  leases as they were seen
 *   ARGV[3]  the new board            ARGV[4]  what the command did     ARGV[5]  the command's id
 *
 *   Returns  'written', {'done', what the command did}, or {'changed', board, leases}
 */
const WRITE = defineScript(/* lua */ `
  ${VALUES}
  local done = redis.call('GET', KEYS[3])
  if done then return {'done', done} end
  local board, running = text(KEYS[1]), leases(KEYS[2])
  if board ~= ARGV[1] or running ~= ARGV[2] then return {'changed', board, running} end
  redis.call('MSET', KEYS[1], ARGV[3], KEYS[3], ARGV[4])
  redis.call('RPUSH', KEYS[4], ARGV[5])
  return 'written'
`);

/** What the scripts answer. */
const Texts = z.array(z.string());

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
  const board = JSON.stringify(boardToStore(change.board));
  const keys = [
    boardKey(environment),
    leasesKey(environment),
    doneKey(environment, command),
    untoldKey(environment),
  ];
  const done = JSON.stringify(doneToStore(change));
  const args = [seen.board, seen.leases, board, done, command];
  const answered = await WRITE(redis, keys, args);
  if (answered === 'written') {
    return { answer: change.answer, now: { board, parsed: change.board, leases: seen.leases, fresh: false } };
  }
  const [kind, first = '', second = ''] = Texts.parse(answered);
  if (kind === 'done') return { answer: answerIn(environment, command, first) };
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
  return json === null ? undefined : answerIn(environment, command, json);
}

const boardKey = (environment: string) => `baton:{${environment}}:lock`;
const leasesKey = (environment: string) => `baton:{${environment}}:leases`;
