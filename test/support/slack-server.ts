import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One request to Slack's Web API or to a response_url. */
export interface SlackCall {
  readonly method: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
}

/** `reset` carries the request out, then breaks the connection; `silence` never answers. */
export type SlackAnswer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | 'reset'
  | 'silence';

export interface SlackServer {
  readonly url: string;
  readonly calls: SlackCall[];
  /** Decides the answer; undefined for the usual one. */
  answer: (call: SlackCall) => SlackAnswer | undefined | Promise<SlackAnswer | undefined>;
}

const servers: Server[] = [];

/** To be called by each test file that listens: `afterEach(closeServers)`. */
export function closeServers(): void {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
}

/** Serves on a free port of the loopback; returns the address without a slash at the end. */
export async function listen(
  listener: (req: IncomingMessage, res: ServerResponse) => unknown,
): Promise<string> {
  const server = createServer((req, res) => void listener(req, res));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A Slack that says yes to everything, unless told otherwise. */
export async function slackServer(): Promise<SlackServer> {
  const calls: SlackCall[] = [];
  const usual = (call: SlackCall): SlackAnswer => {
    const channel = call.fields['channel'] ?? '';
    if (call.method === 'conversations.open') {
      return { body: { ok: true, channel: { id: `D${call.fields['users']}` } } };
    }
    return { body: { ok: true, channel, ts: `1700000000.${String(calls.length).padStart(6, '0')}` } };
  };
  const url = await listen(async (req, res) => {
    const body = await text(req);
    const json = req.headers['content-type']?.startsWith('application/json');
    const fields = json ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body));
    const method = req.url?.replace('/api/', '') ?? '';
    const call = { method, fields, authorization: req.headers.authorization };
    calls.push(call);
    const answer = (await server.answer(call)) ?? usual(call);
    if (answer === 'silence') return;
    if (answer === 'reset') {
      req.socket.destroy();
      return;
    }
    const { status = 200, headers = {}, body: answered = { ok: true } } = answer;
    res.writeHead(status, { 'content-type': 'application/json', ...headers });
    res.end(typeof answered === 'string' ? answered : JSON.stringify(answered));
  });
  const server: SlackServer = { url: `${url}/api/`, calls, answer: () => undefined };
  return server;
}
