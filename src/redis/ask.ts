import { connect } from 'node:net';

/**
 * Sends one command to a Redis on a unix socket and resolves with the first bytes of its answer; with `''` when the
 * connection closed without one, and with undefined when nobody listens or nothing came in time. Never rejects.
 */
export function askRedis(path: string, command: string, timeoutMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    let connected = false;
    const end = (answer: string | undefined) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end(undefined));
    socket.once('connect', () => {
      connected = true;
      socket.write(`${command}\r\n`);
    });
    socket.once('data', (data) => end(data.toString('latin1')));
    socket.once('error', () => end(connected ? '' : undefined));
    socket.once('close', () => end(connected ? '' : undefined));
  });
}
