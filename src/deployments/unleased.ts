import type { RedisClient } from '../redis/script.ts';
import { type Deployment, holdsNoLease } from './deployment.ts';
import { findDeployment } from './store.ts';
import { unleasedKey } from './keys.ts';

/** Their ids with their services, in no order; one that has gone on, or that cannot be read, may be among them. */
export async function unleasedIds(redis: RedisClient, environment: string): Promise<Map<string, string>> {
  return new Map(Object.entries(await redis.hgetall(unleasedKey(environment))));
}

/** The deployments that wait without a lease, for approvals or for their turn, of one service or of all; oldest first. */
export async function listUnleased(
  redis: RedisClient,
  environment: string,
  service?: string,
): Promise<Deployment[]> {
  const stored = await unleasedIds(redis, environment);
  const ids = [...stored].filter(([, of]) => service === undefined || of === service).map(([id]) => id);
  const found = await Promise.all(ids.map((id) => findDeployment(redis, id)));
  return found
    .filter((deployment) => deployment !== undefined)
    .filter(holdsNoLease)
    .toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
}
