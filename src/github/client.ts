import { setTimeout as sleep } from 'node:timers/promises';
import { App, Octokit, RequestError } from 'octokit';
import type { Logger } from 'pino';
import { isTimeout, readFailure } from './failure.ts';

export type GitHubCredentials =
  | { readonly token: string }
  | { readonly appId: string; readonly privateKey: string };

/** GitHub, as the rest of Baton asks it. */
export type GitHub = Octokit;

export interface GitHubOptions {
  readonly credentials: GitHubCredentials;
  /** GitHub Enterprise Server's API; GitHub's own when left out. */
  readonly apiUrl?: string | undefined;
  /** How long one request may take, the reading of its answer included. */
  readonly timeoutMs?: number;
  readonly log: Logger;
}

const TIMEOUT_MS = 10_000;

/** A read is repeated so often after a 5xx or a broken connection; a time-out is not, since somebody is waiting. */
const READ_RETRIES = 2;
const READ_RETRY_MS = 150;

/** More repositories than that are not remembered at once. */
const KNOWN_INSTALLATIONS = 1_000;

/**
 * The one client for GitHub. As an App it acts as the installation of the repository that a request is about, so
 * callers need not care which of the two credentials is configured. Requests are sent at once and end within 10 s
 * each: nothing waits for rate limits here, the caller is told. Writes are sent once, whatever happens: one that broke
 * off may have been carried out.
 */
export function createGitHub({ credentials, apiUrl, timeoutMs = TIMEOUT_MS, log }: GitHubOptions): Octokit {
  const Configured = Octokit.defaults({
    ...(apiUrl !== undefined && { baseUrl: apiUrl.replace(/\/+$/, '') }),
    userAgent: 'baton',
    retry: { enabled: false },
    throttle: { enabled: false },
    log: quiet(log),
  });
  if ('token' in credentials) return hardened(new Configured({ auth: credentials.token }), timeoutMs);

  const { appId, privateKey } = credentials;
  const app = new App({ appId, privateKey, Octokit: Configured, log: quiet(log) });
  const tokenFor = installationTokens(hardened(app.octokit, timeoutMs));
  const github = new Configured();
  github.hook.wrap('request', async (request, options) => {
    const { owner, repo } = options;
    const authorization =
      typeof owner === 'string' && typeof repo === 'string'
        ? `token ${await tokenFor(owner, repo)}`
        : `bearer ${await appToken(app.octokit)}`;
    options.headers = { ...options.headers, authorization };
    return request(options);
  });
  return hardened(github, timeoutMs);
}

/** An installation is looked up once for each repository; its token lives an hour and octokit renews it. */
function installationTokens(app: Octokit): (owner: string, repo: string) => Promise<string> {
  const installations = new Map<string, number>();

  async function installationOf(owner: string, repo: string): Promise<number> {
    const name = `${owner}/${repo}`.toLowerCase();
    const known = installations.get(name);
    if (known !== undefined) return known;
    const { data } = await app.rest.apps.getRepoInstallation({ owner, repo });
    if (installations.size >= KNOWN_INSTALLATIONS) installations.clear();
    installations.set(name, data.id);
    return data.id;
  }

  return async (owner, repo) => {
    try {
      const installationId = await installationOf(owner, repo);
      return tokenIn(await app.auth({ type: 'installation', installationId }));
    } catch (error) {
      installations.delete(`${owner}/${repo}`.toLowerCase()); // uninstalled, or installed anew
      // No answer to the request itself, which has not gone out: a write must not look as if it might have.
      throw readFailure(error, `${owner}/${repo}`);
    }
  };
}

async function appToken(app: Octokit): Promise<string> {
  return tokenIn(await app.auth({ type: 'app' }));
}

function tokenIn(authentication: unknown): string {
  if (typeof authentication === 'object' && authentication !== null && 'token' in authentication) {
    return String(authentication.token);
  }
  throw new Error('GitHub gave no token for the App');
}

/** Time-outs, retries of reads, and no half-read answers: for every request of this client. */
function hardened(github: Octokit, timeoutMs: number): Octokit {
  github.hook.wrap('request', async (request, options) => {
    const isRead = options.method === 'GET' || options.method === 'HEAD';
    for (let retries = 0; ; retries += 1) {
      try {
        // Changed in place: hooks further in are bound to this very object and never see another.
        options.request = { ...options.request, signal: AbortSignal.timeout(timeoutMs) };
        return whole(await request(options), options);
      } catch (error) {
        if (!isRead || retries >= READ_RETRIES || !mayPass(error)) throw error;
        await sleep(READ_RETRY_MS * 2 ** retries);
      }
    }
  });
  return github;
}

function mayPass(error: unknown): boolean {
  return error instanceof RequestError && error.status >= 500 && !isTimeout(error);
}

/** Octokit hands out the text of a JSON answer that broke off; here that is the failure it is. */
function whole<Answer extends { readonly status: number; readonly data: unknown }>(
  answer: Answer,
  request: RequestError['request'],
): Answer {
  const hasBody = answer.status === 200 || answer.status === 201;
  if (!hasBody || typeof answer.data === 'object') return answer;
  throw new RequestError('The answer broke off or is not JSON', 500, { request });
}

const nothing = () => undefined;

function quiet(log: Logger) {
  return {
    debug: nothing,
    info: nothing,
    warn: (message: string) => log.warn({ message }, 'GitHub client'),
    error: (message: string) => log.warn({ message }, 'GitHub client'),
  };
}
