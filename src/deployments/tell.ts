import { appendAudit } from '../audit/store.ts';
import { isRemoteEnvironment } from '../config/remote-name.ts';
import type { Context } from '../context.ts';
import { countDeploymentEnd, observeDriver } from '../metrics.ts';
import { auditOf } from './audit.ts';
import type { Deployment } from './deployment.ts';

/** GitHub's record can wait: neither the start nor the message waits for it, and quick states are told together. */
const REPORT_AFTER_SECONDS = 0.2;
/** Nearly every one that is queued starts at once: GitHub hears of the start, and of the wait only where there is one. */
const REPORT_QUEUED_AFTER_SECONDS = 10;

/**
 * Tells everybody of the deployment's present state: its message, GitHub, and the audit trail of its start and end. Safe
 * to repeat: each is told once for each revision.
 */
export async function tell(ctx: Context, deployment: Deployment): Promise<void> {
  const { id, revision, reference, channel, state } = deployment;
  const job = { version: 1 as const, deployment: id, reference };
  const delaySeconds = state === 'queued' ? REPORT_QUEUED_AFTER_SECONDS : REPORT_AFTER_SECONDS;
  await Promise.all([
    // A label's answer is on its pull request.
    channel === ''
      ? undefined
      : ctx.jobs.add('messages', `${id}-${revision}`, { ...job, kind: 'deployment' }),
    wakeRemote(ctx, deployment),
    ctx.jobs.add('reports', `${id}-${revision}`, job, { delaySeconds }),
    ...auditOf(deployment).map((event) => appendAudit(ctx.redis, event)), // one step: they stand in this order
  ]);
}

/** Has a worker bring a pull request's labels and comment up to date. */
async function wakeRemote(ctx: Context, deployment: Deployment): Promise<void> {
  const { id, revision, environment, repository, pullRequest: number } = deployment;
  if (number === null || !isRemoteEnvironment(environment)) return;
  const why = `${id}-${revision}`;
  await ctx.jobs.add('remote-deploys', why, { version: 1, repository, number, why });
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
