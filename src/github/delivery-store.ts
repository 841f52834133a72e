import type { RedisClient } from '../redis/script.ts';

/** As long as GitHub lets somebody redeliver a delivery. */
const KEEP_SECONDS = 3 * 86_400;

/** Those of the deliveries whose work is done. One whose work failed, or is still to come, is not among them. */
export async function findWorked(redis: RedisClient, deliveries: readonly string[]): Promise<Set<string>> {
  const marks = await redis.mget(deliveries.map(workedKey));
  return new Set(deliveries.filter((_, index) => marks[index] !== null));
}

/** To be called once the work of a delivery is done: it is not worked again then. */
export async function markWorked(redis: RedisClient, delivery: string): Promise<void> {
  await redis.set(workedKey(delivery), '1', 'EX', KEEP_SECONDS);
}

const workedKey = (delivery: string) => `baton:{github}:worked:${delivery}`;
