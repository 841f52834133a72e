import { once } from 'node:events';
import { rmSync } from 'node:fs';

export default async function stopRedis() {
  const { server, folder } = globalThis.batonTestRedis;
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  await ended;
  rmSync(folder, { recursive: true, force: true });
}
