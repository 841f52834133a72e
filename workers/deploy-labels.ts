import { createHash } from 'node:crypto';
import type { Context } from '../src/context.ts';
import { type Deployment, isFinished } from '../src/deployments/deployment.ts';
import { findDeployment } from '../src/deployments/store.ts';
import { GitHubUnreadableError, UnavailableError } from '../src/errors.ts';
import type { GitHub } from '../src/github/client.ts';
import { keepComment } from '../src/github/comments.ts';
import { secondsUntilComment } from '../src/github/write-pace.ts';
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
const TAKEN_SECONDS = 2;

/** Answers labels that ask for a deployment, and keeps the answer on the pull request true until it is the last one. */
export const deployLabels = defineWorker({
  queue: 'deploy-labels',
  concurrency: 5,

  async run(ctx, { repository, number }) {
    const { github } = ctx;
    if (github === undefined) return 'done';
    const id = { repository, number };
    try {
      const wait = await takeDeployLabels(ctx, github, id);
      await orderAsked(ctx, github, id);
      return wait > 0 ? { againInSeconds: wait } : await keepAnswers(ctx, github, id);
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
    asked.flatMap(({ deployment }) => (deployment === null ? [] : [findDeployment(ctx.redis, deployment)])),
  );
  const deployments = found.filter((one) => one !== undefined);
  const body = deployLabelComment(asked, byId(deployments)).markdown;
  const wait = await writeComment(ctx, github, id, body);
  if (wait === 'taken') return { againInSeconds: TAKEN_SECONDS };
  if (wait > 0) return { againInSeconds: wait };
  return deployments.every(isFinished) ? 'done' : { againInSeconds: LOOK_AGAIN_SECONDS };
}

/** Gives the seconds after which it may be written, 0 when it is. */
async function writeComment(
  ctx: Context,
  github: GitHub,
  id: PullRequestId,
  body: string,
): Promise<number | 'taken'> {
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 16);
  return claimComment(ctx.redis, id, async () => {
    const told = await findTold(ctx.redis, id);
    if (told?.digest === digest) return 0;
    const { repository, number } = id;
    const writer = `${repository}#${number}:answers`;
    const wait = await secondsUntilComment(ctx, writer);
    if (wait > 0) return wait;
    const kept = { marker: 'deploy labels', body, id: told?.comment };
    const comment = await keepComment(github, repository, number, kept);
    await saveTold(ctx.redis, id, { comment, digest });
    return 0;
  });
}

function byId(deployments: readonly Deployment[]): ReadonlyMap<string, Deployment> {
  return new Map(deployments.map((deployment) => [deployment.id, deployment]));
}
