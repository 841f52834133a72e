import type { Octokit } from 'octokit';
import { foundOrNot, readFailure } from './failure.ts';
import { owned } from './repository.ts';

/** An open pull request that a commit belongs to, as it is at this moment. */
export interface OpenPullRequest {
  readonly number: number;
  /** The commit at its end. */
  readonly head: string;
  /** False for a fork's, those that have been deleted included. */
  readonly isOwn: boolean;
  readonly isDraft: boolean;
  readonly labels: string[];
}

/** What GitHub tells of a pull request wherever it lists some. */
export interface ListedPullRequest {
  readonly number: number;
  readonly state: string;
  readonly draft?: boolean | undefined;
  readonly head: { readonly sha: string; readonly repo: { readonly id: number } | null };
  readonly base: { readonly repo: { readonly id: number } };
  readonly labels: readonly { readonly name: string }[];
}

/**
 * The open pull requests whose head is this very commit, looked up now: so one that was opened, or got its label, after the
 * push counts too. One request. Throws GitHubUnreadableError when GitHub cannot be asked.
 */
export async function openPullRequestsOf(
  github: Octokit,
  repository: string,
  sha: string,
): Promise<OpenPullRequest[]> {
  try {
    const asked = { ...owned(repository), commit_sha: sha, per_page: 100 };
    const found = await foundOrNot(github.rest.repos.listPullRequestsAssociatedWithCommit(asked));
    return (found?.data ?? [])
      .filter(({ state, head }) => state === 'open' && head.sha === sha)
      .map(describe);
  } catch (error) {
    throw readFailure(error, repository);
  }
}

/** A pull request as it is at this moment; undefined when there is none by that number. Throws GitHubUnreadableError. */
export async function readPullRequest(
  github: Octokit,
  repository: string,
  number: number,
): Promise<(OpenPullRequest & { readonly isOpen: boolean }) | undefined> {
  try {
    const found = await foundOrNot(github.rest.pulls.get({ ...owned(repository), pull_number: number }));
    return found && { ...describe(found.data), isOpen: found.data.state === 'open' };
  } catch (error) {
    throw readFailure(error, repository);
  }
}

export function describe({ number, draft = false, head, base, labels }: ListedPullRequest): OpenPullRequest {
  return {
    number,
    head: head.sha,
    isOwn: head.repo !== null && head.repo.id === base.repo.id,
    isDraft: draft,
    labels: labels.map(({ name }) => name),
  };
}
