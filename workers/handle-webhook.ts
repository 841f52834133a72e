import type { Context } from '../src/context.ts';
import { wakeRun } from '../src/deployments/wake-run.ts';
import { type HandledEvent, isHandledEvent } from '../src/github/delivery.ts';
import { findWorked, markWorked } from '../src/github/delivery-store.ts';
import { openPullRequestsOf } from '../src/github/pull-requests-of.ts';
import type { GitHubDelivery } from '../src/jobs.ts';
import { lookAtLocksTiedTo } from '../src/locks/tied.ts';
import {
  isWatched,
  lookForDeployLabels,
  lookForRemote,
  mayHaveRemote,
  repositoryNamed,
} from '../src/pull-requests/look.ts';
import { noteToldLabel } from '../src/pull-requests/who-labelled.ts';
import { type Attempt, defineWorker } from '../src/worker.ts';

/** An event is only a wake-up: what is true is read from GitHub by whoever is woken. Each may run twice, also at once. */
type Handle = (ctx: Context, delivery: GitHubDelivery) => Promise<void>;

/** What is done for each event that the webhook must send. */
const HANDLERS: Readonly<Record<HandledEvent, Handle>> = {
  check_suite: lookAtCommit,
  deployment_status: wakeGitHubDeployment,
  pull_request: lookAtPullRequest,
  status: lookAtCommit,
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

async function wakeWorkflowRun(ctx: Context, found: GitHubDelivery): Promise<void> {
  const { repository, run, delivery, action } = found;
  if (run === null) return;
  const news = { repository, driver: 'github-actions', run: String(run.id), title: run.title };
  const deployment = await wakeRun(ctx, { ...news, why: `hook-${delivery}` });
  // The end of a deployment's run is no end of CI.
  if (action === 'completed' && deployment === undefined) await lookAtCommit(ctx, found);
}

async function wakeGitHubDeployment(ctx: Context, found: GitHubDelivery): Promise<void> {
  const { repository, githubDeployment, delivery } = found;
  if (githubDeployment === null) return;
  const news = { repository, driver: 'github-deployment', run: String(githubDeployment), title: '' };
  await wakeRun(ctx, { ...news, why: `hook-${delivery}` });
}

/** Something about it has changed; a label that is none of ours, or one of Baton's own that tell a state, is nothing. */
async function lookAtPullRequest(ctx: Context, found: GitHubDelivery): Promise<void> {
  const { pullRequest: number, action, label, delivery } = found;
  const repository = repositoryNamed(ctx.config, found.repository);
  if (repository === undefined || number === null) return;
  const occasion = { repository, number, why: `hook-${delivery}` };
  const isLabel = action === 'labeled' || action === 'unlabeled';
  if (isLabel && label !== null && isWatched(ctx.config, label)) {
    const { sender } = found;
    await noteToldLabel(ctx, { repository, number, action, label, sender, delivery });
  }
  if (!isLabel || label === ctx.config.remote_deploys?.label) await lookForRemote(ctx, occasion);
  else if (action === 'labeled' && isWatched(ctx.config, label ?? ''))
    await lookForDeployLabels(ctx, occasion);
  if (action === 'closed') await lookAtLocksTiedTo(ctx, occasion);
}

/** CI may have ended: which pull requests the commit belongs to, and how they are labelled, is looked up only now. */
async function lookAtCommit(
  ctx: Context,
  { repository: named, sha, delivery }: GitHubDelivery,
): Promise<void> {
  const { github, config } = ctx;
  const repository = repositoryNamed(config, named);
  const label = config.remote_deploys?.label;
  if (repository === undefined || label === undefined || sha === null || github === undefined) return;
  if (!mayHaveRemote(config, repository)) return;
  for (const { number, labels } of await openPullRequestsOf(github, repository, sha)) {
    if (labels.includes(label)) await lookForRemote(ctx, { repository, number, why: `hook-${delivery}` });
  }
}
