import type { Octokit } from 'octokit';
import { owned } from './repository.ts';

export interface GitHubAccount {
  /** Such as `the App acme-baton`. */
  readonly name: string;
  /** Requests of this hour; undefined where there is no limit (GitHub Enterprise Server may have none). */
  readonly left: { readonly remaining: number; readonly limit: number } | undefined;
}

/** Asks GitHub whether it accepts the credentials, without using up a request. Rejects with a sentence for people. */
export async function readGitHubAccount(github: Octokit, kind: 'token' | 'app'): Promise<GitHubAccount> {
  try {
    return kind === 'app' ? await readApp(github) : await readToken(github);
  } catch (error) {
    throw new Error(wordsFor(error, `the credentials of ${VARIABLES[kind]}`), { cause: error });
  }
}

async function readApp(github: Octokit): Promise<GitHubAccount> {
  const { data, headers } = await github.rest.apps.getAuthenticated();
  const remaining = Number(headers['x-ratelimit-remaining']);
  const limit = Number(headers['x-ratelimit-limit']);
  return { name: `the App ${data?.slug ?? ''}`.trim(), left: limit > 0 ? { remaining, limit } : undefined };
}

async function readToken(github: Octokit): Promise<GitHubAccount> {
  const name = 'the owner of GITHUB_TOKEN';
  try {
    const { remaining, limit } = (await github.rest.rateLimit.get()).data.resources.core;
    return { name, left: { remaining, limit } };
  } catch (error) {
    if (statusOf(error) === 404) return { name, left: undefined }; // its limits are switched off
    throw error;
  }
}

/** Whether the credentials can read the repository. Rejects with a sentence for people. */
export async function canReadRepository(github: Octokit, repository: string): Promise<void> {
  try {
    await github.rest.repos.get(owned(repository));
  } catch (error) {
    throw new Error(wordsFor(error, 'the credentials'), { cause: error });
  }
}

const VARIABLES = { token: 'GITHUB_TOKEN', app: 'GITHUB_APP_ID and GITHUB_PRIVATE_KEY' } as const;

function wordsFor(error: unknown, credentials: string): string {
  switch (statusOf(error)) {
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

function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 0;
}
