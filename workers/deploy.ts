import type { Context } from '../src/context.ts';
import { type Deployment, isFinished } from '../src/deployments/deployment.ts';
import { goOn } from '../src/deployments/go-on.ts';
import { begin } from '../src/deployments/start.ts';
import { loadDeployment } from '../src/deployments/store.ts';
import { tell } from '../src/deployments/tell.ts';
import { afterEnd } from '../src/deployments/waiting.ts';
import { watch } from '../src/deployments/watch.ts';
import { askToKeepLocks } from '../src/locks/act.ts';
import { defineWorker, type Outcome } from '../src/worker.ts';

/** Takes a deployment one step further: start, watch, end. Waiting is done by the queue. */
export const deploy = defineWorker({
  queue: 'deployments',
  concurrency: 50,

  async run(ctx, { deployment: id }, job) {
    const deployment = await loadDeployment(ctx.redis, id);

    // An earlier attempt may have died, or lost its connection, between saving and telling.
    const over = isFinished(deployment) && deployment.runOver;
    if (job.again || over) await tell(ctx, deployment);
    if (over) {
      await afterEnd(ctx, deployment);
      await askToKeepLocks(ctx, deployment.environment, `${id}-ended`);
      return 'done';
    }

    const outcome = await step(ctx, deployment);

    // The job that the request made keeps watching; one that an event or the sweep made has looked once.
    return job.id === id ? outcome : 'done';
  },
});

async function step(ctx: Context, deployment: Deployment): Promise<Outcome> {
  if (deployment.state === 'waiting') return goOn(ctx, deployment);
  return deployment.run === null ? begin(ctx, deployment) : watch(ctx, deployment, deployment.run);
}
