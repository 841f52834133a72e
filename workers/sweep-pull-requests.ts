import type { Context } from '../src/context.ts';
import { GitHubUnreadableError } from '../src/errors.ts';
import type { GitHub } from '../src/github/client.ts';
import { listOpenPullRequests } from '../src/github/open-pull-requests.ts';
import type { OpenPullRequest } from '../src/github/pull-requests-of.ts';
import { environmentInLabel } from '../src/pull-requests/deploy-label.ts';
import { lookForDeployLabels, lookForRemote } from '../src/pull-requests/look.ts';
import type { RemoteDeploy } from '../src/remote-deploys/remote-deploy.ts';
import { tellForgotten } from '../src/remote-deploys/forgotten.ts';
import { listRemotes } from '../src/remote-deploys/store.ts';
import { defineWorker } from '../src/worker.ts';

/** What is kept of the hour's requests for people's own commands. */
const KEEP_BACK = 0.1;

/** Finds what no webhook told of: GitHub does not send again what it could not deliver. */
export const sweepPullRequests = defineWorker({
  queue: 'pull-request-sweeps',
  concurrency: 1,

  async run(ctx, { why }) {
    const { github, config } = ctx;
    await tellForgotten(ctx);
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
async function sweepRepository(ctx: Context, github: GitHub, { repository, why }: Sweep): Promise<number> {
  try {
    const { pullRequests, left } = await listOpenPullRequests(github, ctx.redis, repository);
    const remotes = await remotesOf(ctx, repository);
    for (const pullRequest of pullRequests) {
      await lookAt(ctx, pullRequest, { repository, why, remote: remotes.get(pullRequest.number) });
      remotes.delete(pullRequest.number);
    }
    // What is left is open no more.
    for (const { number, state } of remotes.values()) {
      if (state !== 'down' && state !== 'refused') await lookForRemote(ctx, { repository, number, why });
    }
    return left;
  } catch (error) {
    if (!(error instanceof GitHubUnreadableError)) throw error;
    ctx.log.warn({ err: error, repository }, 'the pull requests of a repository cannot be listed');
    return error.retryAfterSeconds === undefined ? 1 : 0;
  }
}

async function remotesOf({ redis }: Context, repository: string): Promise<Map<number, RemoteDeploy>> {
  const here = (await listRemotes(redis)).filter((remote) => remote.repository === repository);
  return new Map(here.map((remote) => [remote.number, remote]));
}

type Seen = Sweep & { readonly remote: RemoteDeploy | undefined };

async function lookAt(
  ctx: Context,
  pullRequest: OpenPullRequest,
  { repository, why, remote }: Seen,
): Promise<void> {
  const { number, labels } = pullRequest;
  const occasion = { repository, number, why };
  if (!isAsItShouldBe(ctx, pullRequest, remote)) await lookForRemote(ctx, occasion);
  const asks = labels.some((label) => environmentInLabel(ctx.config, label) !== undefined);
  if (asks) await lookForDeployLabels(ctx, occasion);
}

/** A look costs requests to GitHub, so it is taken only where something may be left to do. */
function isAsItShouldBe(
  { config: { remote_deploys: rules }, now }: Context,
  { labels, head, isDraft }: OpenPullRequest,
  remote: RemoteDeploy | undefined,
): boolean {
  const isLabelled = rules !== undefined && labels.includes(rules.label);
  if (!isLabelled) return remote === undefined || remote.state === 'down' || remote.state === 'refused';
  const isExpired = remote?.expiresAt != null && remote.expiresAt <= now();
  return remote?.state === 'live' && remote.live?.sha === head && !isDraft && !isExpired;
}
