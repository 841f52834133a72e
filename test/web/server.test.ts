import { once } from 'node:events';
import { Agent, get, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { StartError } from '../../src/errors.ts';
import { HttpError, readBody, type Route, sendJson } from '../../src/web/route.ts';
import { startServer } from '../../src/web/server.ts';
import { closeServers, serve } from '../support/web.ts';

afterEach(closeServers);

const hello: Route = {
  method: 'GET',
  path: '/hello',
  serve: (_request, response) => void response.end('hello'),
};
const echo: Route = {
  method: 'POST',
  path: '/echo/:name',
  serve: async (request, response, { params, query }) => {
    const body = await readBody(request, 10);
    sendJson(response, 200, { ...params, ...Object.fromEntries(query), body: body.toString() });
  },
};

it('takes a request to its route, with the parts of its address', async () => {
  const url = await serve({ routes: [hello, echo] });

  const answer = await fetch(`${url}/echo/a%2Fb?x=1%262`, { method: 'POST', body: 'ten bytes!' });

  expect(await answer.json()).toEqual({ name: 'a/b', x: '1&2', body: 'ten bytes!' });
  expect(await (await fetch(`${url}/hello?anything`)).text()).toBe('hello');
});

it.each([
  { method: 'GET', path: '/nothing', status: 404 },
  { method: 'GET', path: '/', status: 404 },
  { method: 'GET', path: '/hello/', status: 404 },
  { method: 'GET', path: '//hello', status: 404 },
  { method: 'POST', path: '/echo/%E0%A4%A', status: 404 },
  { method: 'POST', path: '/github/webhooks', status: 404 },
  { method: 'DELETE', path: '/hello', status: 405, allow: 'GET, HEAD' },
  { method: 'GET', path: '/echo/x', status: 405, allow: 'POST' },
  { method: 'HEAD', path: '/hello', status: 200 },
])('answers $method $path with $status', async ({ method, path, status, allow }) => {
  const url = await serve({ routes: [hello, echo] });

  const answer = await fetch(`${url}${path}`, { method });

  expect(answer.status).toBe(status);
  if (allow !== undefined) expect(answer.headers.get('allow')).toBe(allow);
});

it('asks the fallback for what no route answers, and only for that', async () => {
  const asked: (string | undefined)[] = [];
  const url = await serve({
    routes: [hello],
    fallback: async (request, response) => {
      asked.push(request.url);
      if (request.url !== '/page') return false;
      response.end('page');
      return true;
    },
  });

  const answers = await Promise.all(['/hello', '/page', '/other'].map((path) => fetch(`${url}${path}`)));

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 404]);
  expect(new Set(asked)).toEqual(new Set(['/other', '/page']));
});

it('tells browsers to trust nothing in an answer', async () => {
  const { headers } = await fetch(`${await serve({ routes: [hello] })}/hello`);

  expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-frame-options')).toBe('DENY');
});

it.each([
  {
    how: 'throws',
    fails: () => {
      throw new Error('secret cause');
    },
  },
  {
    how: 'rejects',
    fails: async () => {
      throw new Error('secret cause');
    },
  },
])('hides a route that $how behind a reference, logs it, and lives on', async ({ fails }) => {
  const lines: string[] = [];
  const keep = (line: Buffer, done: () => void) => {
    lines.push(line.toString());
    done();
  };
  const log = pino(new Writable({ write: (line: Buffer, _encoding, done) => keep(line, done) }));
  const url = await serve({ log, routes: [hello, { method: 'GET', path: '/broken', serve: fails }] });

  const answer = await fetch(`${url}/broken?token=hidden`);

  const body = await answer.text();
  expect(answer.status).toBe(500);
  expect(body).not.toContain('secret');
  const { reference } = JSON.parse(body);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 50, reference, path: '/broken' }]);
  expect(lines.join('')).not.toContain('hidden');
  expect((await fetch(`${url}/hello`)).status).toBe(200);
});

it('answers with the status that a route throws', async () => {
  const teapot: Route = {
    method: 'GET',
    path: '/tea',
    serve: () => {
      throw new HttpError(418, 'No.', { pot: 1 });
    },
  };

  const answer = await fetch(`${await serve({ routes: [teapot] })}/tea`);

  expect([answer.status, await answer.json()]).toEqual([418, { error: 'No.', pot: 1 }]);
});

it('breaks off an answer that fails half-way', async () => {
  const half: Route = {
    method: 'GET',
    path: '/half',
    serve: async (_request, response) => {
      response.write('half');
      throw new Error('the rest is missing');
    },
  };
  const url = await serve({ routes: [half] });

  await expect(fetch(`${url}/half`).then((answer) => answer.text())).rejects.toMatchObject({
    name: 'TypeError',
  });
});

it.each([
  { what: 'announced', headers: ['Content-Length: 11'], body: '' },
  {
    what: 'sent without being announced',
    headers: ['Transfer-Encoding: chunked'],
    body: 'b\r\nhello world\r\n',
  },
])('refuses a body that is too large, when $what', async ({ headers, body }) => {
  const socket = await dial(await serve({ routes: [echo] }));

  socket.write(`POST /echo/x HTTP/1.1\r\nHost: x\r\n${headers.join('\r\n')}\r\n\r\n${body}`);

  expect(await text(socket)).toMatch(/^HTTP\/1.1 413 [^]*must not be larger than 10 bytes/);
});

it('lets a sender who reads only afterwards send the rest of a body that is too large', async () => {
  const socket = await dial(await serve({ routes: [echo] }));
  const size = 8 * 1_048_576;

  socket.write(`POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n`);
  await new Promise<void>((resolve, reject) => {
    socket.write('x'.repeat(size), (error) => (error ? reject(error) : resolve()));
  });

  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 413 [^]*must not be larger than 10 bytes/);
});

it('refuses a compressed body', async () => {
  const url = await serve({ routes: [echo] });

  const answer = await fetch(`${url}/echo/x`, {
    method: 'POST',
    body: 'x',
    headers: { 'content-encoding': 'gzip' },
  });

  expect(answer.status).toBe(415);
});

it('refuses headers of more than 16 KB', async () => {
  const url = await serve({ routes: [hello] });

  expect((await fetch(`${url}/hello`, { headers: { x: 'x'.repeat(17_000) } })).status).toBe(431);
});

it.each([
  { part: 'headers', sent: 'POST /echo/x HTTP/1.1\r\nHost: x\r\n' },
  { part: 'body', sent: 'POST /echo/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nslow' },
])('ends a connection whose $part never come to an end', async ({ sent }) => {
  const socket = await dial(await serve({ routes: [echo], requestSeconds: 1 }));

  socket.write(sent);

  expect(await text(socket)).toMatch(/^HTTP\/1.1 408 /);
});

it('answers only to its own names where it is told to', async () => {
  const port = new URL(await serve({ routes: [hello], hosts: ['127.0.0.1', 'localhost'] })).port;
  const ask = async (host: string) => {
    const socket = await dial(`http://127.0.0.1:${port}`);
    socket.write(`GET /hello HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    return Number((await text(socket)).split(' ')[1]);
  };

  expect(await Promise.all([`localhost:${port}`, '127.0.0.1', 'evil.example', ''].map(ask))).toEqual([
    200, 200, 421, 421,
  ]);
});

it('names PORT when another program has it', async () => {
  const { port } = new URL(await serve({}));

  const second = startServer({
    host: '127.0.0.1',
    port: Number(port),
    log: pino({ level: 'silent' }),
    routes: [],
  });

  await expect(second).rejects.toThrow(StartError);
  await expect(second).rejects.toThrow(`PORT ${port} on 127.0.0.1 is taken by another program`);
});

it('names HOST when this machine does not have it', async () => {
  const wrong = startServer({ host: '203.0.113.1', port: 0, log: pino({ level: 'silent' }), routes: [] });

  await expect(wrong).rejects.toThrow('HOST 203.0.113.1 is no address of this machine');
});

it('finishes what runs before it closes, and keeps no idle connection', async () => {
  const held: ServerResponse[] = [];
  const slow: Route = {
    method: 'GET',
    path: '/slow',
    serve: (_request, response) => void held.push(response),
  };
  const log = pino({ level: 'silent' });
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    log,
    routes: [hello, slow],
    closeSeconds: 300,
  });
  const agent = new Agent({ keepAlive: true });
  await answered(`${server.url}/hello`, agent);
  const running = answered(`${server.url}/slow`, agent);
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));

  const closing = server.close();
  await expect(fetch(`${server.url}/hello`)).rejects.toMatchObject({ name: 'TypeError' });
  held[0]?.end('finished');

  expect(await running).toBe('finished');
  await closing;
  agent.destroy();
});

it('does not wait for ever for a request that does not end', async () => {
  const endless: Route = {
    method: 'GET',
    path: '/endless',
    serve: (_request, response) => void response.write('on '),
  };
  const url = await serve({ routes: [endless] });
  const answer = await fetch(`${url}/endless`);

  await closeServers();

  await expect(answer.text()).rejects.toMatchObject({ name: 'TypeError' });
});

async function dial(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function answered(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => resolve(text(response))).once('error', reject);
  });
}
