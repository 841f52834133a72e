import { once } from 'node:events';
import { createServer } from 'node:net';
import { Redis } from 'ioredis';

/** A connection to something that takes every command and never says a word. */
export async function hangingRedis(): Promise<{ redis: Redis; end: () => void }> {
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const redis = new Redis({ port, host: '127.0.0.1', maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  const end = () => {
    redis.disconnect();
    server.close();
  };
  return { redis, end };
}
