import { createHash } from 'node:crypto';
import type { Context } from '../src/context.ts';
import { type Deployment, isFinished } from '../src/deployments/deployment.ts';
import { findDeployment } from '../src/deployments/store.ts';
import { GitHubUnreadableError, UnavailableError } from '../src/errors.ts';
import type { GitHub } from '../src/github/client.ts';
import { keepComment } from '../src/github/comments.ts';
import { orderAsked, takeDeployLabels } from '../src/pull-requests/deploy-by-label.ts';
import {
  claimComment,
  findTold,
  listAsked,
  type PullRequestId,
  saveTold,
} from '../src/pull-requests/store.ts';
import { deployLabelComment } from '../src/views/deploy-label.ts';
import { defineWorker, type Outcome } from '../src/worker.ts';

const LOOK_AGAIN_SECONDS = 10;
const PATIENCE_SECONDS = 30;

/** Answers labels that ask for a deployment, and keeps the answer on the pull request true until it is the last one. */
export const deployLabels = defineWorker({
  queue: 'deploy-labels',
  concurrency: 5,

  async run(ctx, { repository, number }) {
    const { github } = ctx;
    if (github === undefined) return 'done';
    const id = { repository, number };
    try {
      await takeDeployLabels(ctx, github, id);
      await orderAsked(ctx, github, id);
      return await keepAnswers(ctx, github, id);
    } catch (error) {
      // An outage ends, however long it takes: what was asked must be answered.
      if (!(error instanceof UnavailableError)) throw error;
      ctx.log.warn({ err: error, repository, number }, 'labels that ask for a deployment have to wait');
      const wanted = error instanceof GitHubUnreadableError ? error.retryAfterSeconds : undefined;
      return { againInSeconds: wanted ?? PATIENCE_SECONDS };
    }
  },
});

async function keepAnswers(ctx: Context, github: GitHub, id: PullRequestId): Promise<Outcome> {
  const asked = await listAsked(ctx.redis, id);
  if (asked.length === 0) return 'done';
  const found = await Promise.all(
    asked.map(({ deployment }) => (deployment === null ? undefined : findDeployment(ctx.redis, deployment))),
  );
  const deployments = found.filter((one) => one !== undefined);
  const body = deployLabelComment(asked, byId(deployments)).markdown;
  const written = await writeComment(ctx, github, id, body);
  const isLast = written !== 'taken' && deployments.every(isFinished);
  return isLast ? 'done' : { againInSeconds: LOOK_AGAIN_SECONDS };
}

async function writeComment(ctx: Context, github: GitHub, id: PullRequestId, body: string) {
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 16);
  return claimComment(ctx.redis, id, async () => {
    const told = await findTold(ctx.redis, id);
    if (told?.digest === digest) return;
    const { repository, number } = id;
    const kept = { marker: 'deploy labels', body, id: told?.comment };
    const comment = await keepComment(github, repository, number, kept);
    await saveTold(ctx.redis, id, { comment, digest });
  });
}

function byId(deployments: readonly Deployment[]): ReadonlyMap<string, Deployment> {
  return new Map(deployments.map((deployment) => [deployment.id, deployment]));
}
