import type { Context } from '../context.ts';
import { secondsSinceAttempt } from './attempt-age.ts';
import { cancelRun } from './driver.ts';
import { type Deployment, holdsNoLease, isFinished, transition } from './deployment.ts';
import { endRun } from './end.ts';
import { endBeforeStart, SETTLE_SECONDS } from './start.ts';
import { loadDeployment, replaceDeployment } from './store.ts';
import { tell } from './tell.ts';
import { endWaiting } from './waiting.ts';
import { withNewest } from './with-newest.ts';

/**
 * What came of it. `ended`: it is over, and the deployment says how; `asked`: its target has the wish, and it goes on
 * until its end is known; `cannot`: nothing is known to have changed; `over`: it had ended before.
 */
export type Cancelling =
  | { readonly kind: 'ended' | 'asked' | 'over'; readonly deployment: Deployment }
  | { readonly kind: 'cannot'; readonly deployment: Deployment; readonly why: string };

/** Ends a deployment: at once before its start, after it by its driver. Frees nothing before the run is over. */
export async function cancel(ctx: Context, id: string, by: string): Promise<Cancelling> {
  return withNewest(ctx.redis, id, (deployment) => attempt(ctx, deployment, by));
}

async function attempt(ctx: Context, deployment: Deployment, by: string): Promise<Cancelling> {
  const { id, state, run, intendedAt } = deployment;
  if (isFinished(deployment) && deployment.runOver) return { kind: 'over', deployment };
  if (holdsNoLease(deployment)) {
    await endWaiting(ctx, deployment, { reason: 'cancelled', summary: NEVER_STARTED, by });
    return { kind: 'ended', deployment: await loadDeployment(ctx.redis, id) };
  }
  if (state === 'queued' && intendedAt === null) {
    const change = { reason: 'cancelled', summary: NEVER_STARTED, cancelledBy: by } as const;
    await endBeforeStart(ctx, deployment, 'cancelled', change);
    return { kind: 'ended', deployment: await loadDeployment(ctx.redis, id) };
  }
  if (run === null && (await isStarting(ctx, deployment)))
    return { kind: 'cannot', deployment, why: STARTING };
  return cancelWhatRuns(ctx, deployment, by);
}

async function cancelWhatRuns(ctx: Context, deployment: Deployment, by: string): Promise<Cancelling> {
  const cancelled = await cancelRun(ctx, deployment);
  switch (cancelled.state) {
    case 'cannot':
      return { kind: 'cannot', deployment, why: cancelled.why };
    case 'over': {
      const wished = {
        ...begun(ctx, deployment),
        cancelledBy: deployment.cancelledBy ?? endedBy(cancelled.end.state, by),
      };
      await endRun(ctx, wished, cancelled.end);
      return { kind: 'ended', deployment: await loadDeployment(ctx.redis, deployment.id) };
    }
    case 'asked': {
      if (deployment.cancelledBy !== null) return { kind: 'asked', deployment };
      const wished = { ...deployment, cancelledBy: by, updatedAt: ctx.now() };
      const saved = await replaceDeployment(ctx.redis, deployment, wished);
      await tell(ctx, saved);
      return { kind: 'asked', deployment: saved };
    }
  }
}

/** What has ended had begun, though nobody recorded it: only what runs may succeed. */
function begun(ctx: Context, deployment: Deployment): Deployment {
  return deployment.state === 'queued'
    ? transition(deployment, 'in_progress', deployment.intendedAt ?? ctx.now())
    : deployment;
}

/** What had failed or succeeded before the wish was not ended by it. */
function endedBy(state: 'success' | 'failure' | 'cancelled', by: string): string | null {
  return state === 'cancelled' ? by : null;
}

/** A start that is under way must find the record as it left it: else what it began could not be recorded. */
async function isStarting(ctx: Context, deployment: Deployment): Promise<boolean> {
  if (deployment.state === 'unknown') return false; // the attempt has come back
  return (await secondsSinceAttempt(ctx, deployment)) < SETTLE_SECONDS;
}

const NEVER_STARTED = 'It was cancelled before its start, so nothing was deployed.';
const STARTING = 'It is being started just now. Try again in half a minute.';
