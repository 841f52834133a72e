import type { Octokit } from 'octokit';
import type { Context } from '../src/context.ts';
import { GitHubUnreadableError } from '../src/errors.ts';
import { listOpenPullRequests } from '../src/github/open-pull-requests.ts';
import type { OpenPullRequest } from '../src/github/pull-requests-of.ts';
import { environmentInLabel } from '../src/pull-requests/deploy-label.ts';
import { lookForDeployLabels, lookForRemote, mayHaveRemote } from '../src/pull-requests/look.ts';
import { defineWorker } from '../src/worker.ts';

/** What is kept of the hour's requests for people's own commands. */
const KEEP_BACK = 0.1;

/** Finds what no webhook told of: GitHub does not send again what it could not deliver. */
export const sweepPullRequests = defineWorker({
  queue: 'pull-request-sweeps',
  concurrency: 1,

  async run(ctx, { why }) {
    const { github, config } = ctx;
    if (github === undefined) return 'done';
    for (const repository of new Set(Object.values(config.services).map((service) => service.repository))) {
      const left = await sweepRepository(ctx, github, { repository, why });
      if (left >= KEEP_BACK) continue;
      ctx.log.warn({ left }, 'GitHub’s rate limit is nearly used up: the rest is looked at next time');
      return 'done';
    }
    return 'done';
  },
});

interface Sweep {
  readonly repository: string;
  readonly why: string;
}

/** Gives the part of GitHub's rate limit that is left. */
async function sweepRepository(ctx: Context, github: Octokit, { repository, why }: Sweep): Promise<number> {
  try {
    const { pullRequests, left } = await listOpenPullRequests(github, ctx.redis, repository);
    for (const pullRequest of pullRequests) await lookAt(ctx, pullRequest, { repository, why });
    return left;
  } catch (error) {
    if (!(error instanceof GitHubUnreadableError)) throw error;
    ctx.log.warn({ err: error, repository }, 'the pull requests of a repository cannot be listed');
    return error.retryAfterSeconds === undefined ? 1 : 0;
  }
}

async function lookAt(ctx: Context, { number, labels }: OpenPullRequest, { repository, why }: Sweep) {
  const { config } = ctx;
  const occasion = { repository, number, why };
  const label = config.remote_deploys?.label;
  if (label !== undefined && labels.includes(label) && mayHaveRemote(config, repository)) {
    await lookForRemote(ctx, occasion);
  }
  if (labels.some((one) => environmentInLabel(config, one) !== undefined))
    await lookForDeployLabels(ctx, occasion);
}
