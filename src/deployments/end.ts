import type { Context } from '../context.ts';
import type { Detail } from '../drivers/driver.ts';
import type { Outcome } from '../worker.ts';
import { type Deployment, isFinished, type Live, transition } from './deployment.ts';
import { failpoint } from './failpoint.ts';
import { askToKeepLocks } from '../locks/act.ts';
import { findLive, replaceDeployment } from './store.ts';
import { noteEnd, tell } from './tell.ts';

const LOOK_AGAIN_SECONDS = 30;

export type RunEnd = { readonly state: 'success' | 'failure' | 'cancelled' } & Detail;

/** The run is over, the driver says so: saves the end, frees the lease and sets what is live, in one step. */
export async function endRun(ctx: Context, deployment: Deployment, end: RunEnd): Promise<Outcome> {
  failpoint('before-end');
  const now = ctx.now();
  const after = isFinished(deployment)
    ? {
        ...deployment,
        runOver: true,
        lateEnd: end.state,
        updatedAt: now,
        summary: `${deployment.summary} ${LATE_END[end.state]}`,
      }
    : transition(deployment, end.state, now, { ...details(end), reason: REASON[end.state], runOver: true });
  const live = await liveAfter(ctx, deployment, end.state, now);
  const saved = await replaceDeployment(ctx.redis, deployment, after, { freeLease: true, ...live });
  if (!isFinished(deployment)) noteEnd(ctx, saved);
  await askToKeepLocks(ctx, saved.environment, `${saved.id}-ended`);
  failpoint('before-message');
  await tell(ctx, saved);
  return 'done';
}

/** Nobody can tell whether it runs: the environment stays blocked, and it is looked up again from time to time. */
export async function becomeUnknown(ctx: Context, deployment: Deployment, why: string): Promise<Outcome> {
  if (deployment.state !== 'unknown' && !isFinished(deployment)) {
    const change = { reason: 'driver_unknown' as const, summary: why };
    const unknown = transition(deployment, 'unknown', ctx.now(), change);
    const saved = await replaceDeployment(ctx.redis, deployment, unknown);
    ctx.log.error({ deployment: saved.id, why }, 'nobody can tell whether a deployment runs');
    await tell(ctx, saved);
  }
  return { againInSeconds: LOOK_AGAIN_SECONDS };
}

/**
 * The deployment took too long. Its own clock ends here; the environment stays blocked until the run is known to be
 * over.
 */
export async function timeOut(ctx: Context, deployment: Deployment, seconds: number): Promise<void> {
  const change = {
    reason: 'timed_out' as const,
    summary: `No end within ${Math.round(seconds / 60)} min. The environment stays blocked until the run is over.`,
  };
  const saved = await replaceDeployment(
    ctx.redis,
    deployment,
    transition(deployment, 'failure', ctx.now(), change),
  );
  noteEnd(ctx, saved);
  await tell(ctx, saved);
}

const REASON = { success: null, failure: 'driver_failed', cancelled: 'cancelled' } as const;

const LATE_END = {
  success: 'The run has ended since, with success: what it deployed is live.',
  failure: 'The run has ended since, with a failure.',
  cancelled: 'The run has ended since: it was cancelled.',
} as const;

async function liveAfter(
  ctx: Context,
  { id, environment, service, ref, sha, requestedBy, kind }: Deployment,
  state: RunEnd['state'],
  since: Date,
): Promise<{ live?: Live | null }> {
  if (kind === 'down' && state === 'success') return { live: null };
  if (state === 'success') {
    return { live: { deployment: id, ref, sha, since, by: requestedBy, disturbed: false } };
  }
  const before = await findLive(ctx.redis, environment, service);
  return before === undefined ? {} : { live: { ...before, disturbed: true } };
}

/** What a driver told, as far as it told anything. */
export function details({ summary, url, logUrl, tail }: Detail): Detail {
  return {
    ...(summary !== undefined && { summary }),
    ...(url !== undefined && { url }),
    ...(logUrl !== undefined && { logUrl }),
    ...(tail !== undefined && { tail }),
  };
}
