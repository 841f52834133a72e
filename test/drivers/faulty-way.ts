import { request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { bodyOf, serve } from './servers.ts';
import type { Fault } from './suite.ts';

export interface FaultyWay {
  readonly url: string;
  /** Whether the fault is there just now; at first it is. */
  broken: boolean;
}

/** A way to a server that breaks as told, with every request. What was not reset before it arrived is passed on. */
export async function faultyWay(target: string, fault: Fault): Promise<FaultyWay> {
  const way = { url: '', broken: true };
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { broken } = way;
    const sent = await bodyOf(request);
    if (broken && fault === 'resets before') return void request.socket.destroy();

    const { status, headers, body } = await send(target, request, sent);
    if (!broken) return void response.writeHead(status, headers).end(body);
    if (fault === 'resets after') request.socket.destroy();
    if (fault === 'garbage') {
      response.writeHead(200, { 'content-type': 'application/json' }).end('<html>{"state":"success"');
    }
    // Slowness: nothing is answered before the connection is closed.
  };
  way.url = await serve((request, response) => {
    pass(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  return way;
}

interface Passed {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

async function send(
  target: string,
  { method, url, headers }: IncomingMessage,
  body: string,
): Promise<Passed> {
  const options = { method: method ?? 'GET', headers: { ...headers, host: new URL(target).host } };
  return new Promise((resolve, reject) => {
    const sent = forward(`${target}${url}`, options, (answer) => {
      const type = { 'content-type': answer.headers['content-type'] ?? 'text/plain' };
      bodyOf(answer).then(
        (text) => resolve({ status: answer.statusCode ?? 500, headers: type, body: text }),
        reject,
      );
    });
    sent.once('error', reject).end(body);
  });
}
