import { appendAudit } from '../audit/store.ts';
import { isRemoteEnvironment } from '../config/remote-name.ts';
import type { Context } from '../context.ts';
import { countDeploymentEnd, observeDriver } from '../metrics.ts';
import { type Deployment, isFinished } from './deployment.ts';

/** GitHub's record can wait: neither the start nor the message waits for it, and quick states are told together. */
const REPORT_AFTER_SECONDS = 0.2;

/**
 * Tells everybody of the deployment's present state: its message, GitHub, and the audit trail when it has ended. Safe
 * to repeat: each is told once for each revision.
 */
export async function tell(ctx: Context, deployment: Deployment): Promise<void> {
  const { id, revision, reference, channel } = deployment;
  const job = { version: 1 as const, deployment: id, reference };
  await Promise.all([
    // A label's answer is on its pull request.
    channel === ''
      ? undefined
      : ctx.jobs.add('messages', `${id}-${revision}`, { ...job, kind: 'deployment' }),
    wakeRemote(ctx, deployment),
    ctx.jobs.add('reports', `${id}-${revision}`, job, { delaySeconds: REPORT_AFTER_SECONDS }),
    isFinished(deployment) ? tellEnd(ctx, deployment) : undefined,
    deployment.lateEnd === null ? undefined : tellLateEnd(ctx, deployment),
  ]);
}

/** Has a worker bring a pull request's labels and comment up to date. */
async function wakeRemote(ctx: Context, deployment: Deployment): Promise<void> {
  const { id, revision, environment, repository, pullRequest: number } = deployment;
  if (number === null || !isRemoteEnvironment(environment)) return;
  const why = `${id}-${revision}`;
  await ctx.jobs.add('remote-deploys', why, { version: 1, repository, number, why });
}

async function tellEnd(ctx: Context, deployment: Deployment): Promise<void> {
  const { id, environment, service, state, reason, sha, ref, fence, endedAt } = deployment;
  await appendAudit(ctx.redis, {
    id: `${id}-ended`,
    at: endedAt ?? deployment.updatedAt,
    actor: 'baton',
    action: 'deployment ended',
    subject: id,
    outcome: state === 'success' ? 'succeeded' : 'failed',
    reason,
    detail: { environment, service, state, sha, ref, fence, summary: deployment.summary },
  });
}

/** The run of a timed-out deployment is over at last; the trail hears how. */
async function tellLateEnd(ctx: Context, deployment: Deployment): Promise<void> {
  const { id, environment, service, sha, ref, fence, updatedAt, lateEnd: run } = deployment;
  await appendAudit(ctx.redis, {
    id: `${id}-run-over`,
    at: updatedAt,
    actor: 'baton',
    action: 'run ended',
    subject: id,
    outcome: run === 'success' ? 'succeeded' : 'failed',
    reason: 'timed_out',
    detail: { environment, service, sha, ref, fence, run },
  });
}

/** One log line and one count for an end; called where the end is saved, so once. */
export function noteEnd(ctx: Context, deployment: Deployment): void {
  const { id, environment, state, reason, driver, startedAt, endedAt } = deployment;
  const seconds =
    startedAt === null || endedAt === null ? null : (endedAt.getTime() - startedAt.getTime()) / 1_000;
  ctx.log.info({ deployment: id, environment, state, reason, seconds }, 'deployment ended');
  countDeploymentEnd(environment, state, reason);
  if (seconds !== null) observeDriver(driver, seconds, state);
}
