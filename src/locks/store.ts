import { ConflictError } from '../errors.ts';
import type { RedisClient } from '../redis/script.ts';
import { Answer, type Change, event, type Moment, type Rule } from './change.ts';
import { ALL, type Board, byPrecedence, EMPTY, isOver, isOverdue, type Lock, type Running } from './lock.ts';
import { boardIn, findDone, isReadable, parseRunning, read, type Seen, write } from './stored.ts';

/** Nobody loses a race so often; it is there so that a bug ends. */
const MOST_TRIES = 200;

/** What this process wrote last, so that a write needs no reading first. A wrong guess costs one round trip more. */
const guesses = new WeakMap<RedisClient, Map<string, Seen>>();

export interface Changing {
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
export async function changeLocks(redis: RedisClient, changing: Changing): Promise<Answer> {
  const { environment, command, rule, moment } = changing;
  let seen = guesses.get(redis)?.get(environment) ?? (await read(redis, environment));
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const decided = decide(environment, rule, seen, moment);
    if ('change' in decided && decided.change.board !== decided.before) {
      const written = await write(redis, environment, { seen, command, change: decided.change });
      if ('answer' in written) {
        if (written.now !== undefined) remember(redis, environment, written.now);
        return written.answer;
      }
      seen = written.changed;
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

const LOCKED_REMOTES = 'baton:locked-remotes';

/** Notes whether anybody has a claim on a pull request's own environment: it stands in no configuration. */
export async function noteLockedRemote(redis: RedisClient, environment: string, board: Board): Promise<void> {
  const { locks, line, warnings } = board;
  const isClaimed = locks.length + line.length + warnings.length > 0;
  await (isClaimed ? redis.sadd(LOCKED_REMOTES, environment) : redis.srem(LOCKED_REMOTES, environment));
}

export async function listLockedRemotes(redis: RedisClient): Promise<string[]> {
  return (await redis.smembers(LOCKED_REMOTES)).toSorted();
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
  return 'answer' in (await write(redis, environment, { seen, command, change }));
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
  return { board: boardIn(environment, seen), running: parseRunning(seen.leases) };
}

/** What runs on any of these environments, read one beside the other. */
export async function runningAnywhere(
  redis: RedisClient,
  environments: readonly string[],
): Promise<Running[]> {
  const seen = await Promise.all(environments.map((environment) => read(redis, environment)));
  return seen.flatMap(({ leases }) => parseRunning(leases));
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
  const { locks, line, warnings } = inForce(own, now);
  // A global lock, too, stays in force for as long as what began before its end runs here.
  const everywhere = inForce({ board: global?.board ?? EMPTY, running: own.running }, now);
  return {
    version: 2,
    locks: [...everywhere.locks, ...locks],
    line,
    warnings: [...everywhere.warnings, ...warnings],
  };
}

/**
 * What is in force of one board alone: for lists, which tell of the global lock once. What runs on any of `everywhere`
 * keeps that one. Throws UnreadableLockError.
 */
export async function ownLocksOn(
  redis: RedisClient,
  environment: string,
  { now, everywhere }: { readonly now: Date; readonly everywhere: readonly string[] },
): Promise<Board> {
  const { board, running } = await readBoard(redis, environment);
  const elsewhere = environment === ALL ? await runningAnywhere(redis, everywhere) : [];
  return inForce({ board, running: [...running, ...elsewhere] }, now);
}

function inForce(
  { board, running }: { readonly board: Board; readonly running: readonly Running[] },
  now: Date,
): Board {
  return {
    ...board,
    locks: board.locks.filter((lock) => !isOver(lock, now, running)).toSorted(byPrecedence),
    warnings: board.warnings.filter(({ until }) => until === null || until > now),
  };
}

/**
 * The global lock that an environment has to respect: past its end, too, while what began before runs there. `overdue`
 * says that one is past its end. Throws UnreadableLockError.
 */
export async function findGlobalLock(
  redis: RedisClient,
  environment: string,
  now: Date,
): Promise<{ readonly lock: Lock | undefined; readonly overdue: boolean }> {
  const { board } = await readBoard(redis, ALL);
  const overdue = board.locks.some((lock) => isOverdue(lock, now));
  const running = overdue ? parseRunning((await read(redis, environment)).leases) : [];
  return { lock: board.locks.find((lock) => !isOver(lock, now, running)), overdue };
}

type Decided = { readonly before: Board; readonly change: Change } | { readonly refused: unknown };

function decide(environment: string, rule: Rule, seen: Seen, moment: Changing['moment']): Decided {
  try {
    const { now, global, rules, remindAt, mayBeReminded, running: elsewhere = [] } = moment;
    const running = [...parseRunning(seen.leases), ...elsewhere];
    const before = boardIn(environment, seen);
    return { before, change: rule(before, { now, running, global, rules, remindAt, mayBeReminded }) };
  } catch (refused) {
    return { refused };
  }
}

function remember(redis: RedisClient, environment: string, seen: Seen): void {
  const known = guesses.get(redis) ?? new Map<string, Seen>();
  known.set(environment, seen);
  guesses.set(redis, known);
}
