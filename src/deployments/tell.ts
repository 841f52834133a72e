import { appendAudit } from '../audit/store.ts';
import type { Context } from '../context.ts';
import { countDeploymentEnd, observeDriver } from '../metrics.ts';
import { auditOf } from './audit.ts';
import type { Deployment } from './deployment.ts';

/** GitHub's record can wait: neither the start nor the message waits for it, and quick states are told together. */
const REPORT_AFTER_SECONDS = 0.2;
/** Most deployments start within it: then their message begins with the start, and Slack is asked once less. */
const QUEUED_SHOWN_AFTER_SECONDS = 1;

/**
 * Tells everybody of the deployment's present state: its message, GitHub, and the audit trail of its start and end. Safe
 * to repeat: each is told once for each revision.
 */
export async function tell(ctx: Context, deployment: Deployment): Promise<void> {
  const { id, revision, reference } = deployment;
  const job = { version: 1 as const, deployment: id, reference };
  const shownAfter = { delaySeconds: deployment.state === 'queued' ? QUEUED_SHOWN_AFTER_SECONDS : 0 };
  await Promise.all([
    ctx.jobs.add('messages', `${id}-${revision}`, { ...job, kind: 'deployment' }, shownAfter),
    ctx.jobs.add('reports', `${id}-${revision}`, job, { delaySeconds: REPORT_AFTER_SECONDS }),
    ...auditOf(deployment).map((event) => appendAudit(ctx.redis, event)), // one step: they stand in this order
  ]);
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
