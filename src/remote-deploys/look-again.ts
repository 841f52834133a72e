import type { Context } from '../context.ts';
import type { PullRequestName, RemoteDeploy } from './remote-deploy.ts';
import { nameOf } from './store.ts';

/** How long before the end of its time people are asked. */
export const ASK_BEFORE_SECONDS = 4 * 3_600;

/** CI that has not begun by then is taken not to exist. */
export const NO_CHECKS_AFTER_SECONDS = 300;

/** How often what waits for something that sends no event is looked at. */
const WAITING_SECONDS = 60;

/** Has a worker look at a pull request soon, or after a while. The same `why` twice is one look. */
export async function lookSoon(
  ctx: Context,
  { repository, number }: PullRequestName,
  why: string,
  delaySeconds = 0,
): Promise<void> {
  const id = `${nameOf({ repository, number })}-${why}`;
  await ctx.jobs.add('remote-deploys', id, { version: 1, repository, number, why }, { delaySeconds });
}

/** Sets the clock for what is due next. */
export async function lookAgainAt(ctx: Context, remote: RemoteDeploy): Promise<void> {
  const now = ctx.now().getTime();
  const due = dueTimes(remote, now).filter((at) => at > now);
  if (due.length === 0) return;
  const at = Math.min(...due);
  await lookSoon(ctx, remote, `at-${Math.ceil(at / 1_000)}`, (at - now) / 1_000);
}

function dueTimes(remote: RemoteDeploy, now: number): number[] {
  const { state, reason, expiresAt, teardown, inLine, head, headSince, deployedSha } = remote;
  const end = expiresAt?.getTime();
  const isGoing = teardown !== null && teardown.againAt === null && state !== 'failed';
  const waits =
    (state === 'queued' && !inLine) || state === 'deploying' || isGoing || reason === 'driver_unknown';
  return [
    ...(end === undefined ? [] : [end, end - ASK_BEFORE_SECONDS * 1_000]),
    ...(teardown?.againAt == null ? [] : [teardown.againAt.getTime()]),
    ...(head === deployedSha ? [] : [headSince.getTime() + NO_CHECKS_AFTER_SECONDS * 1_000]),
    // Rounded, so that several looks in one minute set one clock.
    ...(waits ? [Math.ceil((now + 1) / 1_000 / WAITING_SECONDS) * WAITING_SECONDS * 1_000] : []),
  ];
}

/** Has its labels and its comment brought up to date, when it has changed. */
export async function toldSoon(ctx: Context, { repository, number, revision }: RemoteDeploy): Promise<void> {
  const id = `${nameOf({ repository, number })}-${revision}`;
  const why = `revision ${revision}`;
  await ctx.jobs.add('remote-notes', id, { version: 1, repository, number, why, revision });
}
