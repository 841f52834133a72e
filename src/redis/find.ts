import type { Logger } from 'pino';
import { connectRedis, waitForRedis } from './connect.ts';
import { NoRedisServerError, openEmbeddedRedis, startEmbeddedRedis } from './embedded.ts';
import { startInMemoryRedis } from './in-memory.ts';
import type { RedisClient } from './script.ts';

export interface FoundRedis {
  readonly url: string;
  /** Stops what this process started for it. */
  stop(): Promise<void>;
}

export interface Wish {
  readonly redisUrl: string | undefined;
  readonly dataFolder: string;
  /** The playground makes do with one that keeps nothing. */
  readonly playground: boolean;
  readonly log: Logger;
}

/**
 * The Redis to work with: `REDIS_URL`, else a private one, else, for the playground, one in memory.
 * Throws StartError with the ways to get one.
 */
export async function findRedis({ redisUrl, dataFolder, playground, log }: Wish): Promise<FoundRedis> {
  if (redisUrl !== undefined) return { url: redisUrl, stop: async () => undefined };
  try {
    return await startEmbeddedRedis({ folder: dataFolder, log });
  } catch (error) {
    if (!playground || !(error instanceof NoRedisServerError)) throw error;
    const inMemory = await startInMemoryRedis();
    if (inMemory === undefined) throw error;
    log.warn(
      'There is no redis-server here, so the playground keeps everything in memory: nothing survives its end.',
    );
    return inMemory;
  }
}

export interface Errand extends Pick<Wish, 'redisUrl' | 'dataFolder' | 'log'> {
  /** Redis must answer by then. */
  readonly withinSeconds: number;
}

/**
 * Runs an errand on the Redis of an installation: `REDIS_URL`, else the private one, which is started for it where no
 * Baton runs on it. Throws StartError where there is none. Leaves nothing running that was not.
 */
export async function withRedis<Found>(
  { redisUrl, dataFolder, withinSeconds, log }: Errand,
  work: (redis: RedisClient) => Promise<Found>,
): Promise<Found> {
  const own = redisUrl === undefined ? await openEmbeddedRedis({ folder: dataFolder, log }) : undefined;
  const redis = connectRedis(redisUrl ?? own?.url ?? '', 'patient', log);
  try {
    await waitForRedis(redis, withinSeconds);
    return await work(redis);
  } finally {
    redis.disconnect();
    await own?.stop();
  }
}
