import { addChecks, addCommit, addPullRequest, type NewPullRequest } from '../../playground/github/seed.ts';
import type { PlayedGitHub } from '../../playground/github/server.ts';
import type { PullRequest, Repository } from '../../playground/github/state.ts';
import { testConfig } from './config.ts';
import { type TestContext, testContext } from './context.ts';
import { testGitHub } from './github.ts';

export interface PullRequestWorld {
  readonly ctx: TestContext;
  readonly played: PlayedGitHub;
  readonly repository: Repository;
  /** Number 12, with green checks. */
  readonly pullRequest: PullRequest;
  /** Another one, each with a number of its own. */
  readonly add: (given?: Partial<NewPullRequest>) => PullRequest;
  /** What was put on a queue, `acme/api#12` for each. */
  readonly looks: (queue: 'remote-deploys' | 'deploy-labels') => string[];
}

/** A repository with a pull request, and a Baton that has remote deploys for it. */
export async function pullRequestWorld(given: Partial<NewPullRequest> = {}): Promise<PullRequestWorld> {
  const { played, github } = await testGitHub();
  const repository = played.addRepository('acme/api');
  repository.collaborators.set('asha-k', 'write').set('ben-w', 'admin').set('tia', 'triage');
  const config = testConfig({
    remote_deploys: { services: ['api'], driver: { type: 'command', argv: ['true'] } },
  });
  const ctx = { ...testContext({ github }), config };
  const add = (more: Partial<NewPullRequest> = {}) => {
    const number = more.number ?? 12 + repository.pullRequests.size;
    const branch = `feature-${number}`;
    const head = addCommit(repository, { message: `Feature ${number}`, branch });
    addChecks(repository, head, { build: 'success' });
    return addPullRequest(repository, { number, branch, head, ...more });
  };
  const pullRequest = add(given);
  return {
    ctx,
    played,
    repository,
    pullRequest,
    add,
    looks: (queue) =>
      ctx.queued
        .filter((job) => job.queue === queue)
        .map(({ data }) => data as { repository: string; number: number })
        .map(({ repository: name, number }) => `${name}#${number}`),
  };
}
