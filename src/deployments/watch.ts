import type { Context } from '../context.ts';
import type { Detail } from '../drivers/driver.ts';
import type { Outcome } from '../worker.ts';
import { type Deployment, isFinished, transition } from './deployment.ts';
import { driverOf, laterRequest } from './driver.ts';
import { becomeUnknown, details, endRun, timeOut } from './end.ts';
import { loadDeployment, replaceDeployment } from './store.ts';
import { tell } from './tell.ts';

/** Asks the driver how far the run is, once. The job goes back to the queue until the run is over. */
export async function watch(ctx: Context, deployment: Deployment, run: string): Promise<Outcome> {
  const progress = await driverOf(deployment).check(
    ctx.driverTools,
    await laterRequest(ctx, deployment),
    run,
  );
  switch (progress.state) {
    case 'success':
    case 'failure':
    case 'cancelled':
      return endRun(ctx, deployment, progress);
    case 'unknown': {
      const timedOut = await endIfTooLong(ctx, deployment);
      return becomeUnknown(ctx, timedOut, progress.why);
    }
    case 'in_progress': {
      const timedOut = await endIfTooLong(ctx, deployment);
      await noteOutput(ctx, await noteProgress(ctx, timedOut, progress), progress.tail);
      return { againInSeconds: progress.checkAgainInSeconds };
    }
  }
}

async function endIfTooLong(ctx: Context, deployment: Deployment): Promise<Deployment> {
  const timeoutSeconds = ctx.config.environments[deployment.environment]?.timeout ?? 3_600;
  const startedAt = deployment.startedAt ?? deployment.intendedAt ?? deployment.createdAt;
  const seconds = (ctx.now().getTime() - startedAt.getTime()) / 1_000;
  if (isFinished(deployment) || seconds < timeoutSeconds) return deployment;
  await timeOut(ctx, deployment, timeoutSeconds);
  return loadDeployment(ctx.redis, deployment.id);
}

/** Saves and tells only what people can see: the address, the log, and that a lost run has been found again. */
async function noteProgress(ctx: Context, deployment: Deployment, progress: Detail): Promise<Deployment> {
  const { url, logUrl, state } = deployment;
  const news = { ...details(progress), tail: deployment.tail };
  const changed = (news.url ?? url) !== url || (news.logUrl ?? logUrl) !== logUrl;
  if (state !== 'unknown' && !changed) return deployment;
  if (isFinished(deployment)) return deployment;

  const after =
    state === 'unknown'
      ? transition(deployment, 'in_progress', ctx.now(), { summary: '', ...news })
      : { ...deployment, ...news, updatedAt: ctx.now() };
  const saved = await replaceDeployment(ctx.redis, deployment, after);
  await tell(ctx, saved);
  return saved;
}

/** Output is shown at a slow pace: Slack takes 50 edits a minute from all of Baton, and a short run needs none. */
const OUTPUT_EVERY_SECONDS = 15;

/** Saves what the run has written so far, if it has written more, and has it shown in the thread. */
async function noteOutput(ctx: Context, deployment: Deployment, tail = ''): Promise<void> {
  const { id, reference, state, startedAt, tailAt } = deployment;
  if (state !== 'in_progress' || startedAt === null || tail === '' || tail === deployment.tail) return;
  const seconds = (ctx.now().getTime() - (tailAt ?? startedAt).getTime()) / 1_000;
  if (seconds < OUTPUT_EVERY_SECONDS) return;
  const saved = await replaceDeployment(ctx.redis, deployment, { ...deployment, tail, tailAt: ctx.now() });
  const job = { version: 1 as const, kind: 'deployment' as const, deployment: id, reference };
  await ctx.jobs.add('messages', `${id}-${saved.revision}`, job); // GitHub and the trail need not hear of it
}
