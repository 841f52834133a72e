import { appendAudit } from '../audit/store.ts';
import type { Context } from '../context.ts';
import { countDeploymentEnd, observeDriver } from '../metrics.ts';
import { type Deployment, isFinished } from './deployment.ts';

/** GitHub's record can wait: neither the start nor the message waits for it, and quick states are told together. */
const REPORT_AFTER_SECONDS = 0.2;
/** Most deployments start within it: then their message begins with the start, and Slack is asked once less. */
const QUEUED_SHOWN_AFTER_SECONDS = 1;

/**
 * Tells everybody of the deployment's present state: its message, GitHub, and the audit trail when it has ended. Safe
 * to repeat: each is told once for each revision.
 */
export async function tell(ctx: Context, deployment: Deployment): Promise<void> {
  const { id, revision, reference } = deployment;
  const job = { version: 1 as const, deployment: id, reference };
  const shownAfter = { delaySeconds: deployment.state === 'queued' ? QUEUED_SHOWN_AFTER_SECONDS : 0 };
  await Promise.all([
    ctx.jobs.add('messages', `${id}-${revision}`, { ...job, kind: 'deployment' }, shownAfter),
    ctx.jobs.add('reports', `${id}-${revision}`, job, { delaySeconds: REPORT_AFTER_SECONDS }),
    isFinished(deployment) ? tellEnd(ctx, deployment) : undefined,
    deployment.lateEnd === null ? undefined : tellLateEnd(ctx, deployment),
  ]);
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
