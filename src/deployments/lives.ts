import { parseStored } from '../redis/parse-stored.ts';
import type { RedisClient } from '../redis/script.ts';
import { Live } from './deployment.ts';
import { livesKey } from './keys.ts';

/** What has become live for a service, newest first, with what is live now; the last 50. */
export async function listLives(redis: RedisClient, environment: string, service: string): Promise<Live[]> {
  const key = livesKey(environment, service);
  const rows = await redis.lrange(key, 0, -1);
  return rows.map((row) => parseStored(Live, key, row));
}
