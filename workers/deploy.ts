import type { Context } from '../src/context.ts';
import { type Deployment, isFinished } from '../src/deployments/deployment.ts';
import { askPeople } from '../src/deployments/ask-people.ts';
import { followEnd } from '../src/deployments/follow-end.ts';
import { goOn, goOnWhenApproved } from '../src/deployments/go-on.ts';
import { recover } from '../src/deployments/recover.ts';
import { begin } from '../src/deployments/start.ts';
import { loadDeployment } from '../src/deployments/store.ts';
import { tell } from '../src/deployments/tell.ts';
import { blockUnreadable } from '../src/deployments/unreadable.ts';
import { leaveIfInLine, LOOK_AGAIN_SECONDS } from '../src/deployments/waiting.ts';
import { watch } from '../src/deployments/watch.ts';
import { UnreadableError } from '../src/errors.ts';
import { type Attempt, defineWorker, type Outcome } from '../src/worker.ts';

/** Takes a deployment one step further: start, watch, end. Waiting is done by the queue. */
export const deploy = defineWorker({
  queue: 'deployments',
  concurrency: 50,
  comesBackBehind: true,

  async run(ctx, { deployment: id }, job) {
    try {
      return await look(ctx, id, job);
    } catch (error) {
      if (!(error instanceof UnreadableError) || !isAbout(error, id)) throw error;
      const outcome = await blockUnreadable(ctx, id, error);
      return job.id === id ? outcome : 'done';
    }
  },
});

/** Whether what cannot be read keeps this very deployment, and not what only follows from its end. */
function isAbout({ key }: UnreadableError, id: string): boolean {
  return [`:deployment:${id}`, `:result:${id}`, ':live'].some((end) => key.endsWith(end));
}

async function look(ctx: Context, id: string, job: Attempt): Promise<Outcome> {
  const deployment = await loadDeployment(ctx.redis, id);

  // An earlier attempt may have died, or lost its connection, between saving and telling.
  const over = isFinished(deployment) && deployment.runOver;
  if (job.again || over) await tell(ctx, deployment);
  if (job.again && deployment.state === 'unknown') await askPeople(ctx, deployment);
  if (job.again && deployment.waits && hasStarted(deployment)) await leaveIfInLine(ctx, deployment);
  if (over) {
    await followEnd(ctx, deployment);
    return 'done';
  }

  const outcome = await step(ctx, deployment);

  // The job that the request made keeps watching; one that an event or the sweep made has looked once.
  return job.id === id || (await isBridging(ctx, job.id, deployment)) ? outcome : 'done';
}

/** While it is queued it may be asked for at the gates once more, and keeps its place. */
function hasStarted({ state }: Deployment): boolean {
  return state === 'in_progress' || state === 'unknown';
}

/** The job that let a deployment go on watches it until the request's own job, which may still sleep, looks again. */
async function isBridging(ctx: Context, jobId: string, { id, state }: Deployment): Promise<boolean> {
  if (!jobId.startsWith(`${id}-wake-turn-`)) return false;
  const { startedAt, ...after } = await loadDeployment(ctx.redis, id);
  if (state !== 'waiting' && startedAt === null) return false;
  if (after.state === 'waiting' || after.runOver) return false;
  return startedAt === null || ctx.now().getTime() - startedAt.getTime() < LOOK_AGAIN_SECONDS * 1_000;
}

async function step(ctx: Context, deployment: Deployment): Promise<Outcome> {
  if (deployment.state === 'waiting') return goOn(ctx, deployment);
  if (deployment.state === 'awaiting_approval') return goOnWhenApproved(ctx, deployment);
  if (deployment.run !== null) return watch(ctx, deployment, deployment.run);
  return deployment.intendedAt === null ? begin(ctx, deployment) : recover(ctx, deployment);
}
