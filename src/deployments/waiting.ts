import type { Context } from '../context.ts';
import { ConflictError } from '../errors.ts';
import { actOnLocks, askToKeepLocks } from '../locks/act.ts';
import { stopWaiting, waitToDeploy } from '../locks/line.ts';
import { type Place, UnreadableLockError } from '../locks/lock.ts';
import { aheadOf } from '../locks/settle.ts';
import { locksOn, readBoard } from '../locks/store.ts';
import type { ReasonCode } from '../reason-codes.ts';
import { deploymentEndedFor } from '../views/deployment.ts';
import type { Outcome } from '../worker.ts';
import { admitDeployment } from './admission.ts';
import { type Deployment, isFinished, transition } from './deployment.ts';
import { failpoint } from './failpoint.ts';
import { findDeployment, replaceDeployment } from './store.ts';
import { noteEnd, tell } from './tell.ts';

/** How often a deployment that waits looks by itself; whoever frees something wakes it at once. */
export const LOOK_AGAIN_SECONDS = 10;

const OPEN_LATER: ReadonlySet<ReasonCode> = new Set(['locked', 'deployment_running', 'driver_unknown']);

/** Whether time, or somebody else, may open what is closed, so that waiting makes sense. */
export function isWorthWaiting(refusals: readonly { readonly reason: ReasonCode }[]): boolean {
  return refusals.length > 0 && refusals.every(({ reason }) => OPEN_LATER.has(reason));
}

/** Puts the deployment in the line of its service. Safe to repeat. */
export async function standInLine(ctx: Context, deployment: Deployment): Promise<void> {
  const { id, environment, service, requestedBy: person, channel, ref, sha } = deployment;
  const scope = `${environment}/${service}`;
  const reason = `to deploy ${ref === sha ? sha.slice(0, 12) : ref}`;
  const rule = waitToDeploy({ command: id, person, channel, scope, deployment: id, reason });
  await actOnLocks(ctx, { scope, command: `${id}-wait`, rule });
}

/** How many stand before it in the line, `left` when it has no place there, `unreadable` when nobody can tell. */
export async function whereInLine(
  ctx: Context,
  { id, environment }: Deployment,
): Promise<{ ahead: number } | 'left' | 'unreadable'> {
  const board = await locksOn(ctx.redis, environment, ctx.now()).catch((error: unknown) => {
    if (error instanceof UnreadableLockError) return undefined;
    throw error;
  });
  if (board === undefined) return 'unreadable';
  const { line } = board;
  const place = line.find(({ deployment }) => deployment === id);
  return place === undefined ? 'left' : { ahead: aheadOf(line, place) };
}

/** Says at which number it stands, when that has changed. */
export async function waitOn(ctx: Context, deployment: Deployment, ahead: number): Promise<Outcome> {
  return waitWith(
    ctx,
    deployment,
    `Number ${ahead + 1} in the line. It goes on by itself when its turn comes.`,
  );
}

/** Says why it waits, when that has changed, and looks again later. */
export async function waitWith(ctx: Context, deployment: Deployment, summary: string): Promise<Outcome> {
  if (deployment.summary !== summary) {
    await tell(
      ctx,
      await replaceDeployment(ctx.redis, deployment, { ...deployment, summary, updatedAt: ctx.now() }),
    );
  }
  return { againInSeconds: LOOK_AGAIN_SECONDS };
}

/**
 * Takes the lease for a deployment that waited, and whose gates have just been found open, and saves it as queued;
 * undefined when another is running after all. Its place is its own until it has started: before that, whoever comes next
 * would have their turn, and be in its way.
 */
export async function admit(ctx: Context, deployment: Deployment): Promise<Deployment | undefined> {
  const now = ctx.now();
  const queued = transition(deployment, 'queued', now, { summary: '', judgedAt: now });
  const admitted = await admitDeployment(ctx.redis, deployment, queued);
  if (admitted.kind === 'leased') return undefined;
  await tell(ctx, admitted.deployment);
  return admitted.deployment;
}

export interface WaitingEnd {
  readonly reason: ReasonCode;
  readonly summary: string;
  /** Who ended it; whoever asked for the deployment needs no word about what they did themselves. */
  readonly by?: string;
  /** Left out, it was cancelled. */
  readonly state?: 'cancelled' | 'superseded';
}

/** Ends a deployment that never took a lease; who asked for it is told why by direct message. Safe to repeat. */
export async function endWaiting(
  ctx: Context,
  deployment: Deployment,
  { reason, summary, by, state = 'cancelled' }: WaitingEnd,
): Promise<void> {
  const cancelledBy = reason === 'cancelled' ? (by ?? null) : null;
  const ended = transition(deployment, state, ctx.now(), { reason, summary, runOver: true, cancelledBy });
  const saved = await replaceDeployment(ctx.redis, deployment, ended);
  failpoint('after-end');
  noteEnd(ctx, saved);
  await afterEnd(ctx, saved);
  await tell(ctx, saved);
  if (by !== saved.requestedBy) await tellWhy(ctx, saved);
}

/**
 * What must be true of a deployment that has ended, whatever died on the way: it has no place in the line, and who waited
 * has been told why it was not started.
 */
export async function afterEnd(ctx: Context, deployment: Deployment): Promise<void> {
  await leaveIfInLine(ctx, deployment);
  // Whoever left the line themselves knows why.
  const hasWaited = deployment.fence === 0 || deployment.waits;
  if (hasWaited && deployment.intendedAt === null && deployment.reason !== 'cancelled')
    await tellWhy(ctx, deployment);
}

async function tellWhy(ctx: Context, deployment: Deployment): Promise<void> {
  const { id, requestedBy: user, reference } = deployment;
  const message = { user, channel: '', responseUrl: '', view: deploymentEndedFor(deployment) };
  await ctx.jobs.add('messages', `${id}-why`, { version: 1, kind: 'reply', ...message, reference });
}

/** Somebody gave up the place of a deployment: it waits no longer and has ended. Throws ConflictError for one that starts. */
export async function leaveWithDeployment(ctx: Context, place: Place | null): Promise<void> {
  const deployment =
    place?.deployment == null ? undefined : await findDeployment(ctx.redis, place.deployment);
  if (deployment === undefined || isFinished(deployment)) return;
  if (deployment.state !== 'waiting') throw turnHasCome(deployment);
  const summary = 'It was taken out of the line.';
  await endWaiting(ctx, deployment, { reason: 'cancelled', summary, by: place?.person ?? '' });
}

/** What somebody hears who gives up the place of a deployment that keeps it only until it has started. */
export function turnHasCome({ id }: Pick<Deployment, 'id'>): ConflictError {
  return new ConflictError(`The turn of ${id} has come, so it waits no longer.`, {
    hint: `“/deploy cancel ${id}” ends it.`,
  });
}

/** Gives up its place, if it still has one; nobody has a place in what cannot be read. */
export async function leaveIfInLine(ctx: Context, deployment: Deployment): Promise<void> {
  try {
    const { board } = await readBoard(ctx.redis, deployment.environment);
    if (board.line.some((place) => place.deployment === deployment.id)) await leaveLine(ctx, deployment);
  } catch (error) {
    if (!(error instanceof UnreadableLockError)) throw error;
  }
}

/** Its place in the line, if it has one, is the next one's. Safe to repeat. */
export async function leaveLine(ctx: Context, { id, environment, service }: Deployment): Promise<void> {
  const scope = `${environment}/${service}`;
  await actOnLocks(ctx, { scope, command: `${id}-unwait`, rule: stopWaiting(id) });
  await askToKeepLocks(ctx, environment, `${id}-unwait`);
}
