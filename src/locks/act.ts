import type { Context } from '../context.ts';
import { rulesFor } from '../config/find.ts';
import { isRemoteEnvironment } from '../config/remote-name.ts';
import { LockRules } from '../config/schema.ts';
import { wake } from '../deployments/result.ts';
import { UserError } from '../errors.ts';
import { afterWorkingTime, isAtWork } from '../sites/calendar.ts';
import { workplaceOf } from '../sites/workplace.ts';
import type { Answer, Rule } from './change.ts';
import { ALL, environmentOf, isOverdue, UnreadableLockError } from './lock.ts';
import { lockPlaces } from './places.ts';
import { deploymentsWhoseTurnItIs, dueAt, settle } from './settle.ts';
import {
  type Changing,
  changeLocks,
  findGlobalLock,
  noteLockedRemote,
  readBoard,
  runningAnywhere,
} from './store.ts';
import { tellLocks, tellUnreadable } from './tell.ts';

export interface Act {
  /** `all`, `staging` or `staging/api`. */
  readonly scope: string;
  readonly command: string;
  readonly rule: Rule;
  /** Who acts, with the zone that Slack knows; undefined for what time does. */
  readonly actor?: { readonly id: string; readonly timezone: string };
}

/**
 * Changes locks by a rule, tells whom it concerns, and sees to it that what comes next happens in time. Safe to repeat
 * with the same command. Throws what the rule throws, and UnreadableLockError, of which admins are told once.
 */
export async function actOnLocks(ctx: Context, { scope, command, rule, actor }: Act): Promise<Answer> {
  const environment = environmentOf(scope);
  try {
    const moment = await readMoment(ctx, environment, actor);
    const answer = await changeLocks(ctx.redis, { environment, command, rule, moment }).catch(
      async (error: unknown) => {
        if (error instanceof UserError) await keepIfDue(ctx, environment, { command, moment });
        throw error;
      },
    );
    await carryOn(ctx, environment, command);
    return answer;
  } catch (error) {
    if (error instanceof UnreadableLockError) await tellUnreadable(ctx, error);
    throw error;
  }
}

/** Nothing is written of what is refused: what time has done by then, which may be why, is written and told by a worker. */
async function keepIfDue(
  ctx: Context,
  environment: string,
  { command, moment }: { readonly command: string; readonly moment: Changing['moment'] },
): Promise<void> {
  const { board, running } = await readBoard(ctx.redis, environment);
  const now = { ...moment, running: [...running, ...(moment.running ?? [])] };
  if (settle(board, now).events.length > 0) await askToKeepLocks(ctx, environment, `${command}-refused`);
}

/** What time does to the locks of an environment. Each run looks anew, also of a job that ran before. */
export async function keepLocks(ctx: Context, environment: string, why: string): Promise<void> {
  const command = `keep-${why}-${ctx.now().getTime()}`;
  await actOnLocks(ctx, { scope: environment, command, rule: settle });
}

/** Has a worker look after the locks of an environment, soon or at a moment. */
export async function askToKeepLocks(
  ctx: Context,
  environment: string,
  why: string,
  at?: Date,
): Promise<void> {
  const delaySeconds = at === undefined ? 0 : Math.max(0, (at.getTime() - ctx.now().getTime()) / 1_000);
  const data = { version: 1 as const, environment, ...(at !== undefined && { due: at.toISOString() }) };
  await ctx.jobs.add('locks', `${environment}-${why}`, data, { delaySeconds });
}

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

const NONE = { lock: undefined, overdue: false };

/** Tells what is untold, wakes deployments whose turn it is, and sets the clock for what is due next. */
async function carryOn(ctx: Context, environment: string, why: string): Promise<void> {
  const [{ board }, global] = await Promise.all([
    readBoard(ctx.redis, environment),
    environment === ALL ? NONE : findGlobalLock(ctx.redis, environment, ctx.now()),
  ]);
  if (isRemoteEnvironment(environment)) await noteLockedRemote(ctx.redis, environment, board);
  const told = await tellLocks(ctx, environment);
  const due = dueAt(board, ctx.now());
  if (due !== undefined) await askToKeepLocks(ctx, environment, `due-${due.getTime()}`, due);
  for (const id of deploymentsWhoseTurnItIs(board, { global: global.lock })) {
    await wake(ctx, { id, reference: 'line' }, `turn-${why}`);
  }
  // What ran here may be what kept the global lock past its end.
  if (global.overdue) await askToKeepLocks(ctx, ALL, why);
  if (environment !== ALL) return;
  if (told > 0) await askEverywhere(ctx, why);
  // Past its end it is over wherever nothing runs, and nothing is told that says so: once for each end.
  const over = board.locks.find((lock) => isOverdue(lock, ctx.now()))?.until;
  if (over != null) await askEverywhere(ctx, `all-over-${over.getTime()}`);
}

async function askEverywhere(ctx: Context, why: string): Promise<void> {
  for (const name of await lockPlaces(ctx)) if (name !== ALL) await askToKeepLocks(ctx, name, why);
}

async function readMoment(
  ctx: Context,
  environment: string,
  actor: Act['actor'],
): Promise<Changing['moment']> {
  const rules = rulesFor(ctx.config, environment)?.lock ?? LockRules.parse({});
  const now = ctx.now();
  const global = environment === ALL ? NONE : await findGlobalLock(ctx.redis, environment, now);
  return {
    now,
    global: global.lock,
    ...(environment === ALL && {
      running: await runningAnywhere(ctx.redis, Object.keys(ctx.config.environments)),
    }),
    rules: {
      defaultSeconds: rules.default_for,
      maxSeconds: rules.max_for,
      requireReason: rules.require_reason,
      offerSeconds: rules.offer_for,
    },
    mayBeReminded: (holder, due) => {
      const { name, site } = workplaceOf(ctx.config, { id: holder, timezone: 'UTC' });
      if (name !== undefined) return isAtWork(site, now);
      // It was due within their hours, whose zone is not known by now; so is the same time of a later week.
      return (now.getTime() - due.getTime()) % WEEK_MS < HOUR_MS;
    },
    remindAt: (holder, since) => {
      const timezone = actor?.id === holder ? actor.timezone : undefined;
      const { name, site } = workplaceOf(ctx.config, { id: holder, timezone: timezone ?? 'UTC' });
      // Nobody is asked at an hour of which it is not known whether it is one of work.
      if (name === undefined && timezone === undefined) return null;
      return afterWorkingTime(site, since, rules.remind_after) ?? null;
    },
  };
}
