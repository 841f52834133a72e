import type { Octokit } from 'octokit';
import { UserError } from '../errors.ts';
import { foundOrNot } from './failure.ts';
import { owned } from './repository.ts';

export interface PullRequestHead {
  readonly sha: string;
  readonly branch: string;
}

/**
 * The head of a pull request from within the repository; undefined when there is no such pull request. Throws
 * UserError `fork_refused` for one from a fork, deleted forks included, and `ref_not_found` for one that was closed
 * without being merged.
 */
export async function findPullRequestHead(
  github: Octokit,
  repository: string,
  number: number,
): Promise<PullRequestHead | undefined> {
  const found = await foundOrNot(github.rest.pulls.get({ ...owned(repository), pull_number: number }));
  if (found === undefined) return undefined;
  const { head, base, state, merged } = found.data;
  const from = head.repo as typeof head.repo | null;
  if (from === null || from.id !== base.repo.id) {
    const whose = from === null ? 'a fork that has been deleted' : `the fork ${from.full_name}`;
    throw new UserError(`Pull request #${number} comes from ${whose}. Code from a fork is never run.`, {
      reason: 'fork_refused',
      hint: `Somebody who may push to ${repository} can review it and push it to a branch there.`,
    });
  }
  if (state === 'closed' && !merged) {
    throw new UserError(`Pull request #${number} was closed without being merged.`, {
      reason: 'ref_not_found',
      hint: `Reopen it, or deploy its branch by name: ${head.ref}.`,
    });
  }
  return { sha: head.sha, branch: head.ref };
}

/** What became of a pull request; undefined when there is none by that number. Throws GitHubUnreadableError. */
export async function pullRequestState(
  github: Octokit,
  repository: string,
  number: number,
): Promise<'open' | 'merged' | 'closed' | undefined> {
  const found = await foundOrNot(github.rest.pulls.get({ ...owned(repository), pull_number: number }));
  if (found === undefined) return undefined;
  if (found.data.merged_at !== null) return 'merged';
  return found.data.state === 'open' ? 'open' : 'closed';
}
