import type { Context } from '../context.ts';
import { listUnleased } from '../deployments/unleased.ts';
import { deploymentShape } from './shape.ts';

/** What waits for approvals or for its turn, newest first. */
export async function newestUnleased(
  ctx: Context,
  environments: readonly string[],
  limit: number,
): Promise<object[]> {
  const lists = await Promise.all(environments.map((name) => listUnleased(ctx.redis, name)));
  const newest = lists.flat().toSorted((one, other) => Number(other.createdAt) - Number(one.createdAt));
  return newest.slice(0, limit).map(deploymentShape);
}
