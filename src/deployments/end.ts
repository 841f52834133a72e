import type { Context } from '../context.ts';
import type { Detail } from '../drivers/driver.ts';
import type { Outcome } from '../worker.ts';
import { type Deployment, isFinished, type Live, transition } from './deployment.ts';
import { failpoint } from './failpoint.ts';
import { followEnd } from './follow-end.ts';
import { findLive, replaceDeployment } from './store.ts';
import { askPeople } from './ask-people.ts';
import { noteEnd, tell } from './tell.ts';
import { durationWords } from '../locks/duration.ts';

const LOOK_AGAIN_SECONDS = 30;

export type RunEnd = { readonly state: 'success' | 'failure' | 'cancelled' } & Detail;

export interface Ending {
  /** False when it is known that the run never touched the target: what was live there is as it was. */
  readonly began?: boolean;
  /** What people said of the run, when their word is the evidence. */
  readonly verdicts?: Deployment['verdicts'];
}

/**
 * The run is over, by the word of the driver or of people: saves the end, frees the lease and sets what is live, in one
 * step. A run that failed after somebody had asked the target to end it was cancelled.
 */
export async function endRun(
  ctx: Context,
  deployment: Deployment,
  end: RunEnd,
  { began = true, verdicts = deployment.verdicts }: Ending = {},
): Promise<Outcome> {
  failpoint('before-end');
  const now = ctx.now();
  const state = end.state === 'failure' && deployment.cancelledBy !== null ? 'cancelled' : end.state;
  const after = isFinished(deployment)
    ? {
        ...deployment,
        verdicts,
        runOver: true,
        lateEnd: state,
        updatedAt: now,
        summary: `${deployment.summary} ${LATE_END[state]}`,
      }
    : transition(deployment, state, now, { ...details(end), reason: REASON[state], runOver: true, verdicts });
  const live = began ? await liveAfter(ctx, deployment, state, now) : {};
  const saved = await replaceDeployment(ctx.redis, deployment, after, { freeLease: true, ...live });
  if (!isFinished(deployment)) noteEnd(ctx, saved);
  failpoint('after-end');
  await followEnd(ctx, saved);
  failpoint('before-message');
  await tell(ctx, saved);
  return 'done';
}

/** Nobody can tell whether it runs: the service stays blocked there, and it is looked up again from time to time. */
export async function becomeUnknown(ctx: Context, deployment: Deployment, why: string): Promise<Outcome> {
  if (deployment.state !== 'unknown' && !isFinished(deployment)) {
    const change = { reason: 'driver_unknown' as const, summary: why };
    const unknown = transition(deployment, 'unknown', ctx.now(), change);
    const saved = await replaceDeployment(ctx.redis, deployment, unknown);
    ctx.log.error({ deployment: saved.id, why }, 'nobody can tell whether a deployment runs');
    await Promise.all([tell(ctx, saved), askPeople(ctx, saved)]);
  }
  return { againInSeconds: LOOK_AGAIN_SECONDS };
}

/**
 * The deployment took too long. Its own clock ends here; the service stays blocked there until the run is known to be
 * over.
 */
export async function timeOut(ctx: Context, deployment: Deployment, seconds: number): Promise<void> {
  const change = {
    reason: 'timed_out' as const,
    summary: `No end within ${durationWords(seconds)}.`,
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
  return before === undefined ? {} : { live: { ...before, disturbed: true, disturbedBy: id } };
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
