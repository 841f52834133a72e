import type { Octokit } from 'octokit';
import { foundOrNot } from './failure.ts';
import { owned } from './repository.ts';

export interface Repository {
  readonly name: string;
  readonly id: number;
  readonly defaultBranch: string;
}

/**
 * True when the commit is known to belong to this very repository. GitHub serves the commits of every fork by their
 * sha, so that it has the commit says nothing: a branch, the default branch's history, a pull request from within the
 * repository or a tag must have it.
 */
export async function isReachable(github: Octokit, repository: Repository, sha: string): Promise<boolean> {
  const near = await Promise.all([
    isHeadOfBranch(github, repository, sha),
    isInDefaultBranch(github, repository, sha),
  ]);
  if (near.includes(true)) return true;
  const far = await Promise.all([
    isInPullRequest(github, repository, sha),
    isTagged(github, repository, sha),
  ]);
  return far.includes(true);
}

async function isHeadOfBranch(github: Octokit, { name }: Repository, sha: string): Promise<boolean> {
  const asked = github.rest.repos.listBranchesForHeadCommit({ ...owned(name), commit_sha: sha });
  const heads = (await foundOrNot(asked))?.data ?? [];
  return heads.some((branch) => branch.commit.sha === sha);
}

async function isInDefaultBranch(
  github: Octokit,
  { name, defaultBranch }: Repository,
  sha: string,
): Promise<boolean> {
  const basehead = `${defaultBranch}...${sha}`;
  // 404 where the two have no common history.
  const compared = await foundOrNot(
    github.rest.repos.compareCommitsWithBasehead({ ...owned(name), basehead, per_page: 1 }),
  );
  return compared?.data.status === 'behind' || compared?.data.status === 'identical';
}

async function isInPullRequest(github: Octokit, { name, id }: Repository, sha: string): Promise<boolean> {
  const asked = github.rest.repos.listPullRequestsAssociatedWithCommit({
    ...owned(name),
    commit_sha: sha,
    per_page: 100,
  });
  const pullRequests = (await foundOrNot(asked))?.data ?? [];
  return pullRequests.some(
    ({ head, base, state, merged_at }) =>
      // The head's repository is null once a fork is deleted, whatever the types say.
      (head.repo as typeof head.repo | null)?.id === id &&
      base.repo.id === id &&
      (state === 'open' || merged_at !== null),
  );
}

async function isTagged(github: Octokit, { name }: Repository, sha: string): Promise<boolean> {
  const { data } = await github.rest.repos.listTags({ ...owned(name), per_page: 100 });
  return data.some((tag) => tag.commit.sha === sha);
}
