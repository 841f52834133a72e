import { UnreadableError } from '../errors.ts';
import type { RedisClient } from '../redis/script.ts';
import { Live } from './deployment.ts';
import { livesKey } from './keys.ts';

/** What has become live for a service, newest first, with what is live now; the last 50. */
export async function listLives(redis: RedisClient, environment: string, service: string): Promise<Live[]> {
  const key = livesKey(environment, service);
  const rows = await redis.lrange(key, 0, -1);
  try {
    return rows.map((row) => Live.parse(JSON.parse(row)));
  } catch (error) {
    throw new UnreadableError(key, error);
  }
}
