import type { Octokit } from 'octokit';
import { UserError } from '../errors.ts';
import { readFailure } from './failure.ts';
import { findHeadSha, findTaggedSha } from './named-refs.ts';
import { findPullRequestHead } from './pull-requests.ts';
import type { Resolved } from './refs.ts';
import { owned } from './repository.ts';

/** What became of a ref since it was resolved. `gone`: deleted, or a pull request that may no longer be deployed. */
export type RefNow =
  | { readonly state: 'same' }
  | { readonly state: 'moved'; readonly sha: string }
  | { readonly state: 'gone' };

/**
 * Whether a ref still stands for the commit that it was resolved to. One request, one more for each annotated tag, none
 * for a sha. Throws GitHubUnreadableError when GitHub cannot be asked.
 */
export async function refStillAt(
  github: Octokit,
  repository: string,
  pinned: Pick<Resolved, 'ref' | 'kind' | 'sha' | 'pullRequest'>,
): Promise<RefNow> {
  if (pinned.kind === 'sha') return { state: 'same' };
  try {
    const sha = await findSha(github, repository, pinned);
    if (sha === undefined) {
      await github.rest.repos.get(owned(repository)); // 404 where Baton may not see the repository at all
      return { state: 'gone' };
    }
    return sha === pinned.sha ? { state: 'same' } : { state: 'moved', sha };
  } catch (error) {
    throw readFailure(error, repository);
  }
}

async function findSha(
  github: Octokit,
  repository: string,
  { kind, ref, pullRequest }: Pick<Resolved, 'ref' | 'kind' | 'pullRequest'>,
): Promise<string | undefined> {
  if (kind === 'branch') return findHeadSha(github, repository, ref);
  if (kind === 'pull_request' && pullRequest !== undefined) {
    return findPullRequestSha(github, repository, pullRequest);
  }
  const tagged = await findTaggedSha(github, repository, ref);
  return tagged === 'no_commit' ? undefined : tagged?.sha;
}

async function findPullRequestSha(
  github: Octokit,
  repository: string,
  number: number,
): Promise<string | undefined> {
  try {
    return (await findPullRequestHead(github, repository, number))?.sha;
  } catch (error) {
    const { reason } = error instanceof UserError ? error : {};
    if (reason === 'ref_not_found' || reason === 'fork_refused') return undefined; // closed; its fork was deleted
    throw error;
  }
}
