import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askRedis } from '../../src/redis/ask.ts';
import { findRedisServer } from '../../src/redis/server.ts';

/** Or the valkey-server of this machine. */
export const REDIS_SERVER = findRedisServer(process.env['PATH']) ?? 'redis-server';

/** A redis-server of a test's own, which the test may kill, stop and reconfigure. */
export interface RedisServer {
  readonly url: string;
  readonly socket: string;
  readonly pid: number;
  readonly port: number;
  readonly folder: string;
  kill(): Promise<void>;
  remove(): Promise<void>;
}

export async function startRedisServer(
  options: readonly string[] = [],
  folder = mkdtempSync(join(tmpdir(), 'baton-redis-')),
): Promise<RedisServer> {
  const socket = join(folder, 'redis.sock');
  const port = await freePort();
  const places = ['--port', String(port), '--bind', '127.0.0.1', '--unixsocket', socket, '--dir', folder];
  const child = spawn(REDIS_SERVER, [...options, ...places], { stdio: 'ignore' });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const remove = async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  await Promise.race([
    until(async () => (await askRedis(socket, 'PING', 1_000)) !== undefined),
    once(child, 'exit').then(() => Promise.reject(new Error('The redis-server ended before it answered.'))),
  ]);
  return { url: `unix://${socket}`, socket, pid: child.pid ?? 0, port, folder, kill, remove };
}

/** Waits until it is so, 25 s at most; a rejection means not yet. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  const latest = performance.now() + 25_000;
  while (!(await isSo().catch(() => false))) {
    if (performance.now() > latest) throw new Error('It has not become so.');
    await sleep(10);
  }
}

async function freePort(): Promise<number> {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  taken.close();
  await once(taken, 'close');
  // A cluster node also takes the port 10,000 above.
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return port > 55_000 ? freePort() : port;
}
