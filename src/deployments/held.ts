import type { RedisClient } from '../redis/script.ts';
import { type Deployment, holdsNoLease } from './deployment.ts';
import { findDeployment } from './store.ts';
import { heldKey } from './keys.ts';

/** Their ids and services, however long ago they were asked for: a deployment that has gone on may be among them. */
export async function heldIds(redis: RedisClient, environment: string): Promise<Map<string, string>> {
  return new Map(Object.entries(await redis.hgetall(heldKey(environment))));
}

/** The deployments that wait without a lease, for approvals or for their turn, of one service or of all; oldest first. */
export async function listHeld(
  redis: RedisClient,
  environment: string,
  service?: string,
): Promise<Deployment[]> {
  const stored = await heldIds(redis, environment);
  const ids = [...stored].filter(([, of]) => service === undefined || of === service).map(([id]) => id);
  const found = await Promise.all(ids.map((id) => findDeployment(redis, id)));
  return found
    .filter((deployment) => deployment !== undefined)
    .filter(holdsNoLease)
    .toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
}

/** Ids of those, in no order; a record that cannot be read is named too. */
export async function listHeldIds(redis: RedisClient, environment: string): Promise<string[]> {
  return redis.hkeys(heldKey(environment));
}
