import { RequestError } from 'octokit';
import { GitHubUnreadableError } from '../errors.ts';
import type { DriverRequest, Progress, Started } from './driver.ts';
import { wasNeverSent } from './http.ts';
import { plainText } from './text.ts';

export const GITHUB_OFF =
  'GitHub is not configured: set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_PRIVATE_KEY.';

/** Why a request to GitHub brought no answer. */
export type Trouble =
  /** Definite: GitHub read the request and did nothing. */
  | { readonly kind: 'refused'; readonly status: number; readonly why: string }
  /** Definite as well, and a later request may go better: a rate limit, or no connection at all. */
  | { readonly kind: 'later'; readonly againInSeconds: number; readonly why: string }
  /** The request may have been acted on. */
  | { readonly kind: 'unclear'; readonly why: string };

/** Sorts what octokit threw. Its status is 500 also where no answer came at all. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof GitHubUnreadableError) {
    // The App had no token to send the request with, so it was never sent.
    return {
      kind: 'later',
      againInSeconds: error.retryAfterSeconds ?? 30,
      why: plainText(error.message),
    };
  }
  if (!(error instanceof RequestError)) return { kind: 'unclear', why: 'GitHub gave no answer' };
  const { status, response } = error;
  const why = plainText(error.message);
  if (response === undefined && wasNeverSent(error.cause)) return { kind: 'later', againInSeconds: 30, why };
  if (response === undefined || status >= 500) return { kind: 'unclear', why: `GitHub: ${why}` };

  const wait = Number(response.headers['retry-after'] ?? 60);
  const limited = status === 429 || (status === 403 && isLimit(response.headers, why));
  if (limited) return { kind: 'later', againInSeconds: Math.max(60, Math.min(wait || 60, 3_600)), why };
  return { kind: 'refused', status, why };
}

function isLimit(headers: Readonly<Record<string, unknown>>, why: string): boolean {
  return (
    headers['x-ratelimit-remaining'] === '0' ||
    headers['retry-after'] !== undefined ||
    /rate limit/i.test(why)
  );
}

/** A definite end before anything ran. */
export function refusal(request: DriverRequest, summary: string): Started {
  return { state: 'failure', run: request.deployment, summary };
}

/**
 * Asking is harmless, so an outage only delays; but what GitHub does not show any more will not come back: then `gone`
 * says why nobody can tell.
 */
export function progressWithout(trouble: Trouble, gone: string | undefined): Progress {
  if (trouble.kind === 'refused' && trouble.status === 404 && gone !== undefined) {
    return { state: 'unknown', why: gone };
  }
  const checkAgainInSeconds = trouble.kind === 'later' ? trouble.againInSeconds : 30;
  return { state: 'in_progress', checkAgainInSeconds, summary: `GitHub cannot be asked now: ${trouble.why}` };
}
