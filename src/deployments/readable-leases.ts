import type { RedisClient } from '../redis/script.ts';
import { leasesKey } from './keys.ts';
import { Lease } from './lease.ts';

export interface ReadableLeases {
  readonly leases: readonly Lease[];
  /** The services whose lease cannot be read: each blocks its service, and hides no other. */
  readonly unreadable: readonly string[];
}

/** The leases of an environment, each read by itself: for whoever looks after all of them. */
export async function readableLeases(redis: RedisClient, environment: string): Promise<ReadableLeases> {
  const leases: Lease[] = [];
  const unreadable: string[] = [];
  for (const [service, json] of Object.entries(await redis.hgetall(leasesKey(environment)))) {
    const lease = parsed(json);
    if (lease === undefined) unreadable.push(service);
    else leases.push(lease);
  }
  return { leases, unreadable };
}

function parsed(json: string): Lease | undefined {
  try {
    return Lease.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}
