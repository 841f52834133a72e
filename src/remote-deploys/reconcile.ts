import type { Context } from '../context.ts';
import type { Outcome } from '../worker.ts';

export interface Look {
  /** As the configuration writes it. */
  readonly repository: string;
  readonly number: number;
  /** What gave the occasion, for the log. */
  readonly why: string;
}

/**
 * Looks at a pull request once and brings its own environment nearer to what is wanted: the pull request, its labels,
 * head and checks, and what the person who labelled may, are read from GitHub at that moment. Safe to repeat.
 */
export async function lookAtPullRequest(ctx: Context, look: Look): Promise<Outcome> {
  ctx.log.debug({ ...look }, 'looked at a pull request');
  return 'done';
}
