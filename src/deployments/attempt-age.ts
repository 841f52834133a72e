import type { Context } from '../context.ts';
import type { Deployment } from './deployment.ts';

/**
 * How long ago the latest attempt to start began. It was noted by Redis's clock and is judged by it: the clocks of two
 * workers may differ by more than an attempt takes.
 */
export async function secondsSinceAttempt(ctx: Context, deployment: Deployment): Promise<number> {
  const { environment, attemptedAt, intendedAt, createdAt } = deployment;
  const now = await ctx.storeNow(environment);
  return (now.getTime() - (attemptedAt ?? intendedAt ?? createdAt).getTime()) / 1_000;
}
