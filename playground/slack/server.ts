import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Answer, methods } from './methods.ts';
import { takeResponse } from './responses.ts';
import type { Workspace } from './workspace.ts';

/** One request to the Web API, as it was answered. */
export interface ApiCall {
  readonly method: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly answer: Answer;
  readonly at: number;
}

/**
 * What goes wrong with a request: `reset`: carried out, then the connection breaks; `hang`: carried out, no answer
 * ever; `error`: status 500, not carried out.
 */
export type Fault = 'reset' | 'hang' | 'error';

export interface Trouble {
  /** Until when a channel's messages are refused with 429, by channel. */
  readonly limits: Map<string, number>;
  /** The faults that the next requests meet, by method; the first one goes first. */
  readonly faults: Map<string, Fault[]>;
}

export interface Api {
  readonly workspace: Workspace;
  readonly botToken: string;
  readonly trouble: Trouble;
  readonly calls: ApiCall[];
}

const LARGEST_BODY = 1_000_000;
const KEPT_CALLS = 2_000;

/** The Web API at `/api/METHOD` and the addresses for answers at `/response/ID`. */
export function createApiServer(api: Api): Server {
  return createServer((request, response) => {
    answer(api, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
}

async function answer(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://slack');
  const body = await readBody(request);
  const [, room = '', name = ''] = pathname.split('/');
  if (room === 'response' && request.method === 'POST') {
    const { status, error } = takeResponse(api.workspace, name, parseJson(body));
    return send(response, status, error === undefined ? 'ok' : { ok: false, error });
  }
  if (room !== 'api') return send(response, 404, 'not found');

  const args = readArgs(request, body);
  const fault = api.trouble.faults.get(name)?.shift();
  if (fault === 'error') return send(response, 500, 'internal error');
  const seconds = secondsToWait(api, name, args);
  if (seconds > 0) {
    response.setHeader('retry-after', String(seconds));
    return send(response, 429, { ok: false, error: 'ratelimited' });
  }
  const said = call(api, request, name, args);
  if (fault === 'reset') return void request.socket.resetAndDestroy();
  if (fault === undefined) send(response, 200, said);
}

function call(api: Api, request: IncomingMessage, method: string, args: Record<string, unknown>): Answer {
  const { token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1], ...rest } = args;
  const said = permitted(api, method, token) ?? methods[method]?.(api.workspace, rest);
  const answered = said ?? { ok: false, error: 'unknown_method', req_method: method };
  api.calls.push({ method, args: rest, answer: answered, at: api.workspace.now() });
  if (api.calls.length > KEPT_CALLS) api.calls.shift();
  return answered;
}

function permitted(api: Api, method: string, token: unknown): Answer | undefined {
  if (!Object.hasOwn(methods, method)) return { ok: false, error: 'unknown_method', req_method: method };
  if (token === undefined) return { ok: false, error: 'not_authed' };
  return token === api.botToken ? undefined : { ok: false, error: 'invalid_auth' };
}

function secondsToWait({ trouble, workspace }: Api, method: string, args: Record<string, unknown>): number {
  const until = method.startsWith('chat.') ? (trouble.limits.get(String(args['channel'])) ?? 0) : 0;
  return Math.max(0, Math.ceil((until - workspace.now()) / 1_000));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > LARGEST_BODY) throw new Error('The body is too large');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function readArgs(request: IncomingMessage, body: string): Record<string, unknown> {
  const { searchParams } = new URL(request.url ?? '/', 'http://slack');
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/json')) return { ...parseJson(body) };
  return Object.fromEntries([...searchParams, ...new URLSearchParams(body)]);
}

function parseJson(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function send(response: ServerResponse, status: number, body: object | string): void {
  const text = typeof body === 'string';
  response.writeHead(status, { 'content-type': text ? 'text/plain' : 'application/json; charset=utf-8' });
  response.end(text ? body : JSON.stringify(body));
}
