import type { EmbeddedRedis } from './embedded.ts';

/**
 * A Redis in this process's memory, on a free loopback port, for a playground on a machine without any other. Nothing
 * is kept. Undefined when the package that provides it is not installed.
 */
export async function startInMemoryRedis(): Promise<EmbeddedRedis | undefined> {
  const library = await import('js-redis-server').catch(() => undefined);
  if (library === undefined) return undefined;
  const server = await library.createRedisServer();
  return { url: `redis://${server.host}:${server.port}`, stop: () => server.close() };
}
