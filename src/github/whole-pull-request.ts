import type { Octokit } from 'octokit';
import { foundOrNot, readFailure } from './failure.ts';
import { owned } from './repository.ts';

export interface WholePullRequest {
  readonly state: 'open' | 'closed' | 'merged';
  readonly draft: boolean;
  readonly title: string;
  readonly labels: readonly string[];
  readonly head: string;
  readonly branch: string;
  /** Also for a fork that has been deleted. */
  readonly fromFork: boolean;
}

/** A pull request as it is now; undefined when there is none by that number. Throws GitHubUnreadableError. */
export async function findWholePullRequest(
  github: Octokit,
  repository: string,
  number: number,
): Promise<WholePullRequest | undefined> {
  try {
    const found = await foundOrNot(github.rest.pulls.get({ ...owned(repository), pull_number: number }));
    if (found === undefined) return undefined;
    const { state, merged_at, draft, title, labels, head, base } = found.data;
    const from = head.repo as typeof head.repo | null;
    return {
      state: merged_at !== null ? 'merged' : state === 'open' ? 'open' : 'closed',
      draft: draft ?? false,
      title,
      labels: labels.map(({ name }) => name),
      head: head.sha,
      branch: head.ref,
      fromFork: from === null || from.id !== base.repo.id,
    };
  } catch (error) {
    throw readFailure(error, repository);
  }
}
