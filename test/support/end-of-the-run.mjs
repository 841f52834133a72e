import { once } from 'node:events';

export default async function stopRedis() {
  const { server } = globalThis.batonTestRedis;
  const ended = once(server, 'exit');
  server.stdin.end();
  await ended;
}
