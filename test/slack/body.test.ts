import { afterEach, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { readBody, RefusedRequestError } from '../../src/slack/body.ts';
import { closeServers, listen } from '../support/slack-server.ts';

afterEach(closeServers);

it.each([
  { what: 'comes too slowly', sent: 'content-length: 10\r\n\r\nabc', status: 408 },
  { what: 'is announced as too large', sent: 'content-length: 1001\r\n\r\n', status: 413 },
  {
    what: 'turns out too large',
    sent: `transfer-encoding: chunked\r\n\r\n3e9\r\n${'x'.repeat(1_001)}\r\n`,
    status: 413,
  },
])('cuts off a body that $what', async ({ sent, status }) => {
  const url = await listen(async (req, res) => {
    try {
      await readBody(req, { limitBytes: 1_000, seconds: 0.2 });
    } catch (error) {
      res.writeHead(error instanceof RefusedRequestError ? error.status : 500, { connection: 'close' }).end();
    }
  });

  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${sent}`);

  expect(await text(socket)).toContain(`HTTP/1.1 ${status}`);
});

it('reads a body that comes in pieces', async () => {
  const url = await listen(async (req, res) =>
    res.end(await readBody(req, { limitBytes: 1_000, seconds: 5 })),
  );

  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 6\r\n\r\nabc');
  setTimeout(() => socket.write('def'), 20);

  expect(await text(socket)).toMatch(/abcdef$/);
});
