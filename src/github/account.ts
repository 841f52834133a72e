import type { Octokit } from 'octokit';

export interface GitHubAccount {
  /** Such as `a token`, or the slug of the App. */
  readonly name: string;
  readonly remaining: number;
  readonly limit: number;
}

/** Asks GitHub whether it accepts the credentials, without using up a request. Rejects with a sentence for people. */
export async function readGitHubAccount(github: Octokit, kind: 'token' | 'app'): Promise<GitHubAccount> {
  try {
    if (kind === 'app') {
      const { data, headers } = await github.rest.apps.getAuthenticated();
      const [remaining, limit] = [headers['x-ratelimit-remaining'], headers['x-ratelimit-limit']].map(Number);
      return { name: `the App ${data?.slug ?? ''}`.trim(), remaining: remaining ?? 0, limit: limit ?? 0 };
    }
    const { data } = await github.rest.rateLimit.get();
    const { remaining, limit } = data.resources.core;
    return { name: 'the owner of GITHUB_TOKEN', remaining, limit };
  } catch (error) {
    throw new Error(wordsFor(error, `the credentials of ${VARIABLES[kind]}`), { cause: error });
  }
}

/** Whether the credentials can read the repository. Rejects with a sentence for people. */
export async function canReadRepository(github: Octokit, repository: string): Promise<void> {
  const [owner = '', repo = ''] = repository.split('/');
  try {
    await github.rest.repos.get({ owner, repo });
  } catch (error) {
    throw new Error(wordsFor(error, 'the credentials'), { cause: error });
  }
}

const VARIABLES = { token: 'GITHUB_TOKEN', app: 'GITHUB_APP_ID and GITHUB_PRIVATE_KEY' } as const;

function wordsFor(error: unknown, credentials: string): string {
  const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 0;
  switch (status) {
    case 401:
      return `GitHub does not accept ${credentials}`;
    case 403:
    case 429:
      return 'GitHub refuses: not allowed, or too many requests';
    case 404:
      return 'not there, or not for Baton to see';
    default:
      return 'GitHub cannot be reached, or does not answer as it should';
  }
}
