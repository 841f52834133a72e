import type { Logger } from 'pino';
import { NoRedisServerError, startEmbeddedRedis } from './embedded.ts';
import { startInMemoryRedis } from './in-memory.ts';

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
