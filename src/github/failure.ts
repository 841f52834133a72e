import { RequestError } from 'octokit';
import { GitHubUnreadableError } from '../errors.ts';

/** GitHub asks for a minute of patience where it names no time (docs.github.com: rate limits for the REST API). */
const PATIENCE_SECONDS = 60;

/** What a failed read says to people, or the error itself where it is no answer of GitHub's but a bug of ours. */
export function readFailure(error: unknown, repository: string): unknown {
  if (!(error instanceof RequestError)) return error;
  const retryAfterSeconds = rateLimitSeconds(error);
  if (retryAfterSeconds !== undefined) {
    const minutes = Math.ceil(retryAfterSeconds / 60);
    const message = `GitHub wants fewer requests from Baton. It can be asked again in ${minutes} min.`;
    return new GitHubUnreadableError(message, { retryAfterSeconds, cause: error });
  }
  return new GitHubUnreadableError(sentence(error, repository), {
    hint:
      error.status < 500 ? 'Whoever runs Baton can look at its access to GitHub.' : 'Try again in a minute.',
    cause: error,
  });
}

/** True when GitHub did not answer within the time of one request. */
export function isTimeout({ cause }: RequestError): boolean {
  return typeof cause === 'object' && cause !== null && 'name' in cause && cause.name === 'TimeoutError';
}

/** True when GitHub shows it to nobody with Baton's credentials; too many requests are something else. */
export function isNotShown(error: unknown): boolean {
  if (!(error instanceof RequestError) || rateLimitSeconds(error) !== undefined) return false;
  return error.status === 403 || error.status === 404;
}

/** How long GitHub wants no request for, when that is why it refused; undefined for any other failure. */
export function rateLimitSeconds(error: unknown): number | undefined {
  if (!(error instanceof RequestError) || (error.status !== 403 && error.status !== 429)) return undefined;
  const headers = error.response?.headers ?? {};
  const retryAfter = Number(headers['retry-after']);
  if (retryAfter > 0) return retryAfter;
  if (headers['x-ratelimit-remaining'] === '0') {
    // Measured with GitHub's own clock, which ours may differ from.
    const now = Date.parse(headers.date ?? '');
    const seconds = Math.ceil((Number(headers['x-ratelimit-reset']) * 1_000 - now) / 1_000);
    return seconds > 0 ? seconds : PATIENCE_SECONDS;
  }
  return error.status === 429 || /rate limit/i.test(error.message) ? PATIENCE_SECONDS : undefined;
}

/** How long to wait for the next look at an outage that has used up all attempts. */
export const OUTAGE_SECONDS = 300;

/** True for what passes, or is mended outside: GitHub is broken, out of reach, or takes Baton's credentials no more. */
export function isOutage(error: unknown): boolean {
  if (error instanceof GitHubUnreadableError)
    return error.retryAfterSeconds !== undefined || isOutage(error.cause);
  return error instanceof RequestError && (error.status >= 500 || error.status === 401);
}

function sentence(error: RequestError, repository: string): string {
  if (isTimeout(error)) return 'GitHub did not answer in time.';
  if (error.response !== undefined && error.status >= 500) {
    return `GitHub answered with an error of its own (${error.status}).`;
  }
  if (error.status >= 500) return 'GitHub could not be reached.';
  if (error.status === 401) return 'GitHub does not accept the credentials that Baton has.';
  if (error.status === 403) return `GitHub does not let Baton read ${repository}.`;
  if (error.status === 404)
    return `GitHub shows Baton no repository ${repository}: it is not there, or Baton may not see it.`;
  return `GitHub did not understand what Baton asked about ${repository} (${error.status}).`;
}

/** The answer, or undefined where GitHub says that there is no such thing: 404, 422 for a sha, 409 in an empty repository. */
export async function foundOrNot<Answer>(asking: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof RequestError && [404, 409, 422].includes(error.status)) return undefined;
    throw error;
  }
}
