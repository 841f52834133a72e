import { GitHubUnreadableError } from '../errors.ts';
import type { Attempt, Outcome } from '../worker.ts';
import { isOutage, OUTAGE_SECONDS } from './failure.ts';

/**
 * Does the work, and again later where GitHub wants fewer requests: that uses up no attempt. Nor does an outage use up
 * the last one: what a pull request asks for, and what it is told, outlives it.
 */
export async function patiently(work: () => Promise<Outcome>, { last }: Attempt): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    const seconds = error instanceof GitHubUnreadableError ? error.retryAfterSeconds : undefined;
    if (seconds !== undefined) return { againInSeconds: seconds };
    if (last && isOutage(error)) return { againInSeconds: OUTAGE_SECONDS };
    throw error;
  }
}
