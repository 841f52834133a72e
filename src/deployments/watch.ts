import { rulesFor } from '../config/find.ts';
import type { Context } from '../context.ts';
import type { Progress } from '../drivers/driver.ts';
import type { Outcome } from '../worker.ts';
import { askRequester } from './ask-people.ts';
import { type Deployment, isFinished, transition } from './deployment.ts';
import { driverOf, laterRequest } from './driver.ts';
import { becomeUnknown, details, endRun, timeOut } from './end.ts';
import { loadDeployment, replaceDeployment } from './store.ts';
import { tell } from './tell.ts';

type InProgress = Extract<Progress, { state: 'in_progress' }>;

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
      const noted = await noteProgress(ctx, timedOut, progress);
      const shown = await noteOutput(ctx, noted, progress.tail);
      const seconds = await askIfSilent(ctx, shown);
      const left = isFinished(shown) ? Infinity : secondsLeft(ctx, shown);
      return { againInSeconds: Math.min(progress.checkAgainInSeconds, seconds, left) };
    }
  }
}

async function endIfTooLong(ctx: Context, deployment: Deployment): Promise<Deployment> {
  if (isFinished(deployment) || secondsLeft(ctx, deployment) > 0) return deployment;
  await timeOut(ctx, deployment, timeoutOf(ctx, deployment));
  return loadDeployment(ctx.redis, deployment.id);
}

function timeoutOf({ config }: Context, { environment }: Deployment): number {
  return rulesFor(config, environment)?.timeout ?? 3_600;
}

/** Until its time is over. */
function secondsLeft(ctx: Context, deployment: Deployment): number {
  const startedAt = deployment.startedAt ?? deployment.intendedAt ?? deployment.createdAt;
  return timeoutOf(ctx, deployment) - (ctx.now().getTime() - startedAt.getTime()) / 1_000;
}

/**
 * Saves that the target has been heard, and tells only what people can see: the address, the log, what it says of the
 * run, that a lost run has been found again, and that a silent one has not been silent for ever.
 */
async function noteProgress(ctx: Context, deployment: Deployment, progress: InProgress): Promise<Deployment> {
  const { url, logUrl, summary, state, silentAt } = deployment;
  const heard = progress.heard === true;
  const found = state === 'unknown' && heard;
  const heardAt = deployment.heardAt ?? (heard ? ctx.now() : null);
  const { heard: _heard, ...detail } = progress;
  const said = heard ? (progress.summary ?? '') : summary; // what it no longer says is no longer so
  const news = { ...details(detail), summary: said, tail: deployment.tail, heardAt };
  const shows = said !== summary || (news.url ?? url) !== url || (news.logUrl ?? logUrl) !== logUrl;
  const speaks = heardAt !== deployment.heardAt;
  if (isFinished(deployment) || (state === 'unknown' && !found)) return deployment;
  if (!found && !shows && !speaks) return deployment;

  const after = found
    ? transition(deployment, 'in_progress', ctx.now(), news)
    : { ...deployment, ...news, updatedAt: ctx.now() };
  const saved = await replaceDeployment(ctx.redis, deployment, {
    ...after,
    silentAt: speaks ? null : silentAt,
  });
  if (found || shows || silentAt !== null) await tell(ctx, saved);
  return saved;
}

/** Asks about a start that nobody has reported in time, once. Gives the seconds until it is time to. */
async function askIfSilent(ctx: Context, deployment: Deployment): Promise<number> {
  const { state, heardAt, silentAt, startedAt, environment } = deployment;
  const seconds = ctx.config.environments[environment]?.start_within;
  if (seconds === undefined || startedAt === null) return Infinity;
  if (state !== 'in_progress' || heardAt !== null || silentAt !== null) return Infinity;
  const left = seconds - (ctx.now().getTime() - startedAt.getTime()) / 1_000;
  if (left > 0) return left;

  await askRequester(ctx, deployment);
  const silent = { ...deployment, silentAt: ctx.now(), updatedAt: ctx.now() };
  const saved = await replaceDeployment(ctx.redis, deployment, silent);
  ctx.log.warn({ deployment: saved.id }, 'nothing has been heard of a start');
  await tell(ctx, saved);
  return Infinity;
}

/** Output is shown at a slow pace: Slack takes 50 edits a minute from all of Baton, and a short run needs none. */
const OUTPUT_EVERY_SECONDS = 15;

/** Saves what the run has written so far, if it has written more, and has it shown in the thread. */
async function noteOutput(ctx: Context, deployment: Deployment, tail = ''): Promise<Deployment> {
  const { id, reference, state, startedAt, tailAt } = deployment;
  if (state !== 'in_progress' || startedAt === null || tail === '' || tail === deployment.tail)
    return deployment;
  const seconds = (ctx.now().getTime() - (tailAt ?? startedAt).getTime()) / 1_000;
  if (seconds < OUTPUT_EVERY_SECONDS) return deployment;
  const saved = await replaceDeployment(ctx.redis, deployment, { ...deployment, tail, tailAt: ctx.now() });
  const job = { version: 1 as const, kind: 'deployment' as const, deployment: id, reference };
  await ctx.jobs.add('messages', `${id}-${saved.revision}`, job); // GitHub and the trail need not hear of it
  return saved;
}
