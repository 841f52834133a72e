import type { Context } from '../context.ts';
import { SWEEP_SECONDS } from '../schedules.ts';
import type { Outcome } from '../worker.ts';
import { secondsSinceAttempt } from './attempt-age.ts';
import type { Deployment } from './deployment.ts';
import { driverOf, laterRequest } from './driver.ts';
import { becomeUnknown } from './end.ts';
import { readableLeases } from './readable-leases.ts';
import { unleasedIds } from './unleased.ts';
import { askGatesAgain, endBeforeStart, intend, leap, recordStart, SETTLE_SECONDS } from './start.ts';
import { listEnvironmentNames, loadDeployment } from './store.ts';
import { watch } from './watch.ts';

/**
 * A deployment's own job is the heart of its lease (docs/adr/0009): BullMQ gives the job of a dead worker to another
 * within 25 s (src/worker.ts). A lease older than this is looked at besides, in case the job itself is lost.
 */
const SUSPECT_SECONDS = 30;

/**
 * One look at a deployment whose start was intended and not recorded: that attempt may still be at work, may have
 * started it, or may have died. Adopts the run, ends what never began, starts again with the same id and fence where
 * the driver can prove that nothing began, or leaves it `unknown` with its lease.
 */
export async function recover(ctx: Context, deployment: Deployment): Promise<Outcome> {
  const [request, seconds] = await Promise.all([
    laterRequest(ctx, deployment),
    secondsSinceAttempt(ctx, deployment),
  ]);
  // The attempt has come back without knowing, and its target has told since: there is nothing to wait for.
  const hasTold = deployment.state === 'unknown' && request.reported !== undefined;
  if (seconds < SETTLE_SECONDS && !hasTold) return { againInSeconds: SETTLE_SECONDS - seconds };

  const found = await driverOf(deployment).lookup(ctx.driverTools, request);
  switch (found.state) {
    case 'found':
      ctx.log.warn({ deployment: deployment.id, run: found.run }, 'adopted a run that was not recorded');
      await recordStart(ctx, deployment, { state: 'started', run: found.run });
      return watch(ctx, await loadDeployment(ctx.redis, deployment.id), found.run);
    case 'later':
      return { againInSeconds: found.againInSeconds };
    case 'unknown':
      return becomeUnknown(ctx, deployment, found.why);
    case 'not_found':
      return deployment.state === 'unknown' ? neverStarted(ctx, deployment) : startAgain(ctx, deployment);
  }
}

/** Through all gates, since hours may have passed; with the same id and fence: the target tells a repetition by them. */
async function startAgain(ctx: Context, deployment: Deployment): Promise<Outcome> {
  const asked = await askGatesAgain(ctx, deployment);
  if ('refused' in asked) return asked.refused;
  const { intended, sinceMs } = await intend(ctx, { ...deployment, decision: asked.decision });
  return leap(ctx, intended, sinceMs, await laterRequest(ctx, intended));
}

async function neverStarted(ctx: Context, deployment: Deployment): Promise<Outcome> {
  return endBeforeStart(ctx, deployment, 'failure', {
    reason: 'driver_failed',
    summary: 'The target has no trace of this deployment, so it was never started. Deploy again.',
  });
}

/**
 * Has each lease that is suspect looked at by a worker, once for each round of the sweep, and each deployment that waits
 * without one: a job that failed too often, in an outage, looks no more.
 */
export async function lookAtSuspects(ctx: Context): Promise<void> {
  const now = ctx.now().getTime();
  const round = Math.floor(now / (SWEEP_SECONDS * 1_000));
  for (const environment of await listEnvironmentNames(ctx.redis)) {
    const unleased = await unleasedIds(ctx.redis, environment);
    const { leases, unreadable } = await readableLeases(ctx.redis, environment);
    if (unreadable.length > 0) {
      ctx.log.error(
        { environment, services: unreadable },
        'a lease cannot be read, so it blocks its service',
      );
    }
    const suspect = leases.filter(({ since }) => now - since.getTime() >= SUSPECT_SECONDS * 1_000);
    for (const deployment of [...suspect.map((lease) => lease.deployment), ...unleased.keys()]) {
      const job = { version: 1 as const, deployment, reference: 'sweep' };
      await ctx.jobs.add('deployments', `${deployment}-sweep-${round}`, job, {
        givesWay: true,
        comesAgain: true,
      });
    }
  }
}
