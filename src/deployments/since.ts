import type { RedisClient } from '../redis/script.ts';
import { Deployment } from './deployment.ts';
import { indexKey, recordKey } from './keys.ts';

export interface Since {
  readonly environment: string;
  /** Only those created from then on. */
  readonly from: Date;
  readonly most: number;
}

export interface FoundSince {
  /** Newest first. */
  readonly deployments: readonly Deployment[];
  /** There are more than asked for; the oldest are left out. */
  readonly cut: boolean;
  /** Ids of records that cannot be read. */
  readonly unreadable: readonly string[];
}

/** The deployments of an environment since a moment. What it costs does not depend on how many there were before. */
export async function deploymentsSince(
  redis: RedisClient,
  { environment, from, most }: Since,
): Promise<FoundSince> {
  const index = indexKey(environment);
  const ids = await redis.zrevrangebyscore(index, '+inf', from.getTime(), 'LIMIT', 0, most + 1);
  const shown = ids.slice(0, most);
  const { deployments, unreadable } = await loadAll(redis, shown);
  return { deployments, unreadable, cut: ids.length > most };
}

/** Ids of the newest deployments of an environment, at most so many, however old. */
export async function newestIds(redis: RedisClient, environment: string, most: number): Promise<string[]> {
  return redis.zrevrange(indexKey(environment), 0, most - 1);
}

/** The records of these deployments of one environment; those that are not there are left out. */
export async function loadAll(
  redis: RedisClient,
  ids: readonly string[],
): Promise<Pick<FoundSince, 'deployments' | 'unreadable'>> {
  if (ids.length === 0) return { deployments: [], unreadable: [] };
  const stored = await redis.mget(ids.map(recordKey));
  const deployments: Deployment[] = [];
  const unreadable: string[] = [];
  for (const [index, id] of ids.entries()) {
    const json = stored[index];
    if (json == null) continue;
    const found = parsed(json);
    if (found === undefined) unreadable.push(id);
    else deployments.push(found);
  }
  return { deployments, unreadable };
}

function parsed(json: string): Deployment | undefined {
  try {
    return Deployment.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}
