import type { RedisClient } from '../redis/script.ts';
import { isFinished } from './deployment.ts';
import type { Lease, Running } from './lease.ts';
import { findDeployment, listLeases } from './store.ts';

/** What holds a service, with whether anybody can tell how its run stands. */
export async function runningOn(redis: RedisClient, lease: Lease): Promise<Running> {
  const deployment = await findDeployment(redis, lease.deployment);
  if (deployment?.state === 'unknown') return { ...lease, lost: 'unknown' };
  const timedOut = deployment !== undefined && isFinished(deployment) && !deployment.runOver;
  return timedOut ? { ...lease, lost: 'timed_out' } : lease;
}

/** What runs on an environment, by service. */
export async function listRunning(redis: RedisClient, environment: string): Promise<Map<string, Running>> {
  const leases = [...(await listLeases(redis, environment))];
  return new Map(
    await Promise.all(
      leases.map(async ([service, lease]) => [service, await runningOn(redis, lease)] as const),
    ),
  );
}
