import { once } from 'node:events';
import type { EmbeddedRedis } from './embedded.ts';

/**
 * A Redis in this process's memory, on a free loopback port, for a playground on a machine without any other. Nothing
 * is kept. Undefined when the package that provides it is not installed.
 */
export async function startInMemoryRedis(): Promise<EmbeddedRedis | undefined> {
  const library = await import('js-redis-server/core').catch(() => undefined);
  if (library === undefined) return undefined;
  const { createRedisCommandExecutor, RedisServerState, Resp2Server } = library;
  const redis = new Resp2Server({ server: new RedisServerState(), executor: createRedisCommandExecutor() });
  // Its own `listen` takes every address of the machine.
  redis.server.listen(0, '127.0.0.1');
  await once(redis.server, 'listening');
  return { url: `redis://127.0.0.1:${redis.getPort()}`, stop: () => redis.close() };
}
