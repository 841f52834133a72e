import { once } from 'node:events';
import { createServer } from 'node:net';

/** Test files run side by side, in as many processes: each gives away its own. */
const lowest = 20_000 + (Number(process.env['JEST_WORKER_ID'] ?? 1) % 4) * 3_000;
const given = new Set<number>();

/**
 * A port of the loopback that nobody has, from below those that the system gives away by itself: it stays free while
 * its process is restarted.
 */
export async function unusedPort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * 3_000);
    if (given.has(port)) continue;
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await Promise.race([
      once(server, 'listening').then(() => true),
      once(server, 'error').then(() => false),
    ]).catch(() => false);
    if (!isFree || given.has(port)) continue;
    given.add(port);
    server.close();
    await once(server, 'close');
    return port;
  }
}
