import * as z from 'zod';
import type { RedisClient } from '../redis/script.ts';
import type { Deployment } from './deployment.ts';
import { indexKey, recordKey } from './keys.ts';

/** How far back is looked, over all services of the environment. */
const LOOKED_AT = 40;
const SUCCESSES = 10;
/** Fewer say nothing about what is usual. */
const FEWEST = 3;

const Past = z.object({
  service: z.string(),
  state: z.string(),
  startedAt: z.coerce.date().nullable(),
  endedAt: z.coerce.date().nullable(),
});

/**
 * How long a deployment of this service to this environment usually runs, in seconds: the median of its last ten
 * successes among the environment's last forty deployments. Null where there were fewer than three.
 */
export async function findUsualSeconds(
  redis: RedisClient,
  { environment, service }: Pick<Deployment, 'environment' | 'service'>,
): Promise<number | null> {
  const ids = await redis.zrevrange(indexKey(environment), 0, LOOKED_AT - 1);
  const records = ids.length === 0 ? [] : await redis.mget(ids.map(recordKey));
  const lengths = records
    .flatMap((json) => (json === null ? [] : secondsOf(json, service)))
    .slice(0, SUCCESSES)
    .toSorted((one, other) => one - other);
  if (lengths.length < FEWEST) return null;
  const middle = Math.floor(lengths.length / 2);
  const [low = 0, high = 0] = [lengths[lengths.length % 2 === 0 ? middle - 1 : middle], lengths[middle]];
  return Math.round((low + high) / 2);
}

function secondsOf(json: string, wanted: string): number[] {
  const { service, state, startedAt, endedAt } = Past.parse(JSON.parse(json));
  if (service !== wanted || state !== 'success' || startedAt === null || endedAt === null) return [];
  return [(endedAt.getTime() - startedAt.getTime()) / 1_000];
}
