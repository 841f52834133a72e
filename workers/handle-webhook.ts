import type { Context } from '../src/context.ts';
import { wakeRun } from '../src/deployments/wake-run.ts';
import { type HandledEvent, isHandledEvent } from '../src/github/delivery.ts';
import { findWorked, markWorked } from '../src/github/delivery-store.ts';
import type { GitHubDelivery } from '../src/jobs.ts';
import { type Attempt, defineWorker } from '../src/worker.ts';

/** An event is only a wake-up: what is true is read from GitHub by whoever is woken. Each may run twice, also at once. */
type Handle = (ctx: Context, delivery: GitHubDelivery) => Promise<void>;

/** What is done for each event that the webhook must send. */
const HANDLERS: Readonly<Record<HandledEvent, Handle>> = {
  deployment_status: wakeGitHubDeployment,
  workflow_run: wakeWorkflowRun,
};

/** Works the deliveries of GitHub webhooks. */
export const handleWebhook = defineWorker({
  queue: 'github',
  concurrency: 10,

  async run(ctx, { deliveries }, attempt) {
    const worked = await findWorked(
      ctx.redis,
      deliveries.map(({ delivery }) => delivery),
    );
    for (const delivery of deliveries) {
      if (worked.has(delivery.delivery)) continue;
      await (deliveries.length === 1 ? work(ctx, delivery) : workAside(ctx, delivery, attempt));
    }
    return 'done';
  },
});

async function work(ctx: Context, delivery: GitHubDelivery): Promise<void> {
  // An earlier version may have queued an event that is no longer handled.
  if (isHandledEvent(delivery.event)) await HANDLERS[delivery.event](ctx, delivery);
  await markWorked(ctx.redis, delivery.delivery);
}

/** One that fails is tried again by a job of its own: it must not hold up those that came with it. */
async function workAside(ctx: Context, delivery: GitHubDelivery, { id }: Attempt): Promise<void> {
  try {
    await work(ctx, delivery);
  } catch (error) {
    ctx.log.warn({ err: error, delivery: delivery.delivery }, 'a delivery failed, and is tried again alone');
    await ctx.jobs.add('github', `${id}-${delivery.delivery}`, { version: 1, deliveries: [delivery] });
  }
}

async function wakeWorkflowRun(ctx: Context, { repository, run, delivery }: GitHubDelivery): Promise<void> {
  if (run === null) return;
  const news = { repository, driver: 'github-actions', run: String(run.id), title: run.title };
  await wakeRun(ctx, { ...news, why: `hook-${delivery}` });
}

async function wakeGitHubDeployment(ctx: Context, found: GitHubDelivery): Promise<void> {
  const { repository, githubDeployment, delivery } = found;
  if (githubDeployment === null) return;
  const news = { repository, driver: 'github-deployment', run: String(githubDeployment), title: '' };
  await wakeRun(ctx, { ...news, why: `hook-${delivery}` });
}
