import { type Octokit, RequestError } from 'octokit';
import type { RedisClient } from '../redis/script.ts';
import { readFailure } from './failure.ts';
import { findPage, type ListedPage, savePage } from './list-store.ts';
import { describe, type OpenPullRequest } from './pull-requests-of.ts';
import { owned } from './repository.ts';

export interface OpenPullRequests {
  readonly pullRequests: readonly OpenPullRequest[];
  /** The part of this hour's requests that is left, from 0 to 1; 1 where GitHub does not say. */
  readonly left: number;
}

const PER_PAGE = 100;
const MOST_PAGES = 50;

/**
 * All open pull requests of a repository. A page that has not changed since it was read last costs nothing of GitHub's
 * rate limit (docs.github.com: conditional requests). Throws GitHubUnreadableError when GitHub cannot be asked.
 */
export async function listOpenPullRequests(
  github: Octokit,
  redis: RedisClient,
  repository: string,
): Promise<OpenPullRequests> {
  const pullRequests: OpenPullRequest[] = [];
  let left = 1;
  try {
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const read = await readPage(github, redis, { repository, page });
      pullRequests.push(...read.pullRequests);
      left = Math.min(left, read.left);
      if (read.pullRequests.length < PER_PAGE) break;
    }
    return { pullRequests, left };
  } catch (error) {
    throw readFailure(error, repository);
  }
}

async function readPage(
  github: Octokit,
  redis: RedisClient,
  { repository, page }: { readonly repository: string; readonly page: number },
): Promise<Pick<ListedPage, 'pullRequests'> & { readonly left: number }> {
  const key = `${repository}:${page}`;
  const before = await findPage(redis, key);
  try {
    const { data, headers } = await github.rest.pulls.list({
      ...owned(repository),
      state: 'open',
      sort: 'created',
      direction: 'asc',
      per_page: PER_PAGE,
      page,
      ...(before !== undefined && { headers: { 'if-none-match': before.etag } }),
    });
    const pullRequests = data.map(describe);
    if (headers.etag !== undefined) await savePage(redis, key, { etag: headers.etag, pullRequests });
    return { pullRequests, left: leftOf(headers) };
  } catch (error) {
    if (before === undefined || !(error instanceof RequestError) || error.status !== 304) throw error;
    return { ...before, left: leftOf(error.response?.headers ?? {}) };
  }
}

function leftOf(headers: Readonly<Record<string, string | number | undefined>>): number {
  const remaining = Number(headers['x-ratelimit-remaining']);
  const limit = Number(headers['x-ratelimit-limit']);
  return limit > 0 && remaining >= 0 ? remaining / limit : 1;
}
