import { connect } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { readBody } from '../../src/web/route.ts';
import { closeServers, serve } from '../support/web.ts';

afterEach(closeServers);

it('does not wait for a body whose connection broke off', async () => {
  let end: (how: string) => void;
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  const read = (request: Parameters<typeof readBody>[0]) =>
    readBody(request, 10).then(
      () => end('read'),
      () => end('given up'),
    );
  const { port } = new URL(await serve({ routes: [{ method: 'POST', path: '/', serve: read }] }));

  const socket = connect(Number(port), '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf', () => socket.destroy());

  expect(await ended).toBe('given up');
});
