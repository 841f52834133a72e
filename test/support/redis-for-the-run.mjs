import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One private Redis for the whole run, on a unix socket; each test has its own key prefix. */
export default async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'baton-test-'));
  const socket = join(folder, 'redis.sock');
  const options = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', '--hz', '100'];
  const server = spawn('redis-server', [...options, '--appendonly', 'yes', '--appendfsync', 'always'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    server.stdout.on('data', (text) => /ready to accept connections/i.test(text) && resolve());
  });
  server.removeAllListeners('exit');
  process.env.BATON_TEST_REDIS = socket;
  globalThis.batonTestRedis = { server, folder };
}
