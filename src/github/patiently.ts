import { GitHubUnreadableError } from '../errors.ts';
import type { Outcome } from '../worker.ts';

/** Does the work, and again later where GitHub wants fewer requests: that uses up no attempt. */
export async function patiently(work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GitHubUnreadableError) || error.retryAfterSeconds === undefined) throw error;
    return { againInSeconds: error.retryAfterSeconds };
  }
}
