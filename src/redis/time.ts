import * as z from 'zod';
import { defineScript, type RedisClient } from './script.ts';

/*
 * Tells the time of the node on which the key lies.
 *
 *   KEYS[1]  any key
 *   Returns  {seconds, microseconds}
 */
const TIME = defineScript(/* lua */ `return redis.call('TIME')`);

const Time = z.tuple([z.coerce.number(), z.coerce.number()]);

/** The time by the clock of the Redis that keeps the environment: the same for all processes, however their own go. */
export async function redisTime(redis: RedisClient, environment: string): Promise<Date> {
  const answer = await TIME(redis, [`baton:{${environment}}:fence`], []);
  const [seconds, microseconds] = Time.parse(answer);
  return new Date(seconds * 1_000 + Math.floor(microseconds / 1_000));
}
