import { UnreadableError } from '../errors.ts';
import type { RedisClient } from '../redis/script.ts';
import type { Lease } from './lease.ts';
import { isFinished } from './deployment.ts';
import { findDeployment, findLease, listLeases } from './store.ts';

/** What holds a lease; `lost` when nobody can tell how it stands, so that people have to look. */
export interface Run extends Lease {
  readonly lost?: 'unknown' | 'timed_out' | undefined;
}

export async function findRun(
  redis: RedisClient,
  environment: string,
  service: string,
): Promise<Run | undefined> {
  const lease = await findLease(redis, environment, service);
  return lease && withState(redis, lease);
}

/** What holds the leases of an environment, by service. */
export async function listRuns(redis: RedisClient, environment: string): Promise<Map<string, Run>> {
  const leases = Array.from(await listLeases(redis, environment));
  const runs = await Promise.all(
    leases.map(async ([service, lease]) => [service, await withState(redis, lease)] as const),
  );
  return new Map(runs);
}

async function withState(redis: RedisClient, lease: Lease): Promise<Run> {
  const deployment = await findDeployment(redis, lease.deployment).catch((error: unknown) => {
    if (error instanceof UnreadableError) return undefined;
    throw error;
  });
  if (deployment === undefined) return lease;
  if (deployment.state === 'unknown') return { ...lease, lost: 'unknown' };
  return isFinished(deployment) && !deployment.runOver ? { ...lease, lost: 'timed_out' } : lease;
}
