import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Ends the server and removes its folder when its input ends: told so, or because the run was killed. It stands in a
 * group of its own, so that Ctrl-C does not take the server from under tests that still clean up.
 */
const UNTIL_INPUT_ENDS = `
folder=$1; shift
program=$(command -v redis-server || command -v valkey-server) || exit 1
"$program" "$@" </dev/null & server=$!
trap '' INT TERM HUP
while read -r line; do :; done
kill "$server"; wait "$server"
rm -rf "$folder"
`;

/** One private Redis for the whole run, on a unix socket; each test has its own key prefix. */
export default async function startRedis() {
  const folder = mkdtempSync(join(tmpdir(), 'baton-test-'));
  const socket = join(folder, 'redis.sock');
  const options = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', '--hz', '100'];
  const args = [folder, ...options, '--appendonly', 'no'];
  const server = spawn('sh', ['-c', UNTIL_INPUT_ENDS, 'redis-for-the-run', ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('exit', reject);
    server.stdout.once('end', reject);
    server.stdout.on('data', (text) => /ready to accept connections/i.test(text) && resolve());
  }).catch(() => {
    throw new Error('The tests need a redis-server or valkey-server on the PATH.');
  });
  server.removeAllListeners('exit');
  process.env.BATON_TEST_REDIS = socket;
  globalThis.batonTestRedis = { server };
}
