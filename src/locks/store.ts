import { UnreadableError } from '../errors.ts';
import type { RedisClient } from '../redis/script.ts';
import { Lock } from './lock.ts';

/** The locks on an environment and its services. Throws UnreadableError. */
export async function locksOn(redis: RedisClient, environment: string): Promise<Lock[]> {
  const key = `baton:{${environment}}:locks`;
  const stored = await redis.hgetall(key);
  return Object.values(stored).map((json) => {
    try {
      return Lock.parse(JSON.parse(json));
    } catch (error) {
      throw new UnreadableError(key, error);
    }
  });
}
