import type { RedisClient } from '../redis/script.ts';
import type { Deployment } from './deployment.ts';

const unreviewedKey = (environment: string) => `baton:{${environment}}:unreviewed`;

/** Lists a deployment among those that broke the glass; before it is recorded, so that what is recorded is listed. */
export async function noteBrokenGlass(
  redis: RedisClient,
  {
    id,
    environment,
    createdAt,
    breakGlass,
  }: Pick<Deployment, 'id' | 'environment' | 'createdAt' | 'breakGlass'>,
): Promise<void> {
  if (breakGlass === null) return;
  await redis.zadd(unreviewedKey(environment), createdAt.getTime(), id);
}

/** It has been reviewed. Safe to repeat. */
export async function forgetReviewed(
  redis: RedisClient,
  { id, environment }: Pick<Deployment, 'id' | 'environment'>,
): Promise<void> {
  await redis.zrem(unreviewedKey(environment), id);
}

/** Ids of the newest deployments that broke the glass and may still be open for review, at most so many. */
export async function unreviewedIds(
  redis: RedisClient,
  environment: string,
  most: number,
): Promise<string[]> {
  return redis.zrevrange(unreviewedKey(environment), 0, most - 1);
}
