import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { StartError } from '../errors.ts';
import { type Address, HttpError, type Route, sendJson, throwRestAway } from './route.ts';

export interface ServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Logger;
  readonly routes: readonly Route[];
  /** Answers what no route does; gives false for what is not its own either. */
  readonly fallback?: ((request: IncomingMessage, response: ServerResponse) => Promise<boolean>) | undefined;
  /** Host names under which it answers, against pages that rebind their name to this address; any when left out. */
  readonly hosts?: readonly string[] | undefined;
  /** A request must be here whole by then, or is answered with 408. */
  readonly requestSeconds?: number;
  /** How long `close` lets running requests finish. */
  readonly closeSeconds?: number;
}

export interface WebServer {
  /** Such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Takes no new connection, lets running requests finish, then ends whatever connection is left. */
  close(): Promise<void>;
}

/** The answers to anybody: never cached, framed, sniffed or run. A page says itself what it may do. */
const HEADERS = Object.entries({
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

/** Listens. Throws StartError, one line that names HOST or PORT, where it cannot. */
export async function startServer(options: ServerOptions): Promise<WebServer> {
  const { host, port, requestSeconds = 9, closeSeconds = 10 } = options;
  const routes = compile(options.routes);
  const server = createServer({
    maxHeaderSize: 16_384,
    headersTimeout: requestSeconds * 1_000,
    requestTimeout: requestSeconds * 1_000,
    connectionsCheckingInterval: 1_000,
    // Longer than load balancers keep theirs, else they send into a connection that is just closing.
    keepAliveTimeout: 65_000,
  });
  server.on('request', (request, response) => void answer(options, routes, request, response));
  await listen(server, host, port);
  return { url: urlOf(server, host), close: () => close(server, closeSeconds) };
}

async function answer(
  options: ServerOptions,
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    refuseOtherHosts(request, options.hosts);
    const [path, query] = split(request);
    const here = find(routes, path);
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const found = here.find(({ route }) => route.method === method);
    if (found?.route.forPrograms !== true) protect(response);
    if (found !== undefined) {
      const { route, params } = found;
      return await route.serve(request, response, { params, query: new URLSearchParams(query) });
    }
    if (await options.fallback?.(request, response)) return;
    refuseMethod(here, response);
  } catch (error) {
    if (!response.headersSent) protect(response);
    fail(options.log, request, response, error);
  }
}

function protect(response: ServerResponse): void {
  for (const [name, value] of HEADERS) response.setHeader(name, value);
}

/** Those with a path of fixed words by that path, so that most requests are found at once; the others as patterns. */
interface Routes {
  readonly fixed: ReadonlyMap<string, readonly Matched[]>;
  readonly patterns: readonly { readonly route: Route; readonly pattern: RegExp }[];
}

function compile(routes: readonly Route[]): Routes {
  const fixed = new Map<string, Matched[]>();
  for (const route of routes.filter(({ path }) => !path.includes(':'))) {
    fixed.set(route.path, [...(fixed.get(route.path) ?? []), { route, params: {} }]);
  }
  const patterns = routes
    .filter(({ path }) => path.includes(':'))
    .map((route) => {
      const source = route.path.replaceAll('.', '\\.').replaceAll(/:(\w+)/g, '(?<$1>[^/]+)');
      return { route, pattern: new RegExp(`^${source}$`) };
    });
  return { fixed, patterns };
}

interface Matched {
  readonly route: Route;
  readonly params: Address['params'];
}

/** The routes with this path, with the parts of it that they name; none when there is nothing. */
function find({ fixed, patterns }: Routes, path: string): readonly Matched[] {
  return fixed.get(path) ?? patterns.flatMap(({ route, pattern }) => matched(route, pattern.exec(path)));
}

function matched(route: Route, match: RegExpExecArray | null): Matched[] {
  if (match === null) return [];
  try {
    const parts = Object.entries(match.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]);
    return [{ route, params: Object.fromEntries(parts) }];
  } catch {
    return []; // a broken escape is no address of ours
  }
}

function refuseMethod(here: readonly Matched[], response: ServerResponse): never {
  const methods = here.flatMap(({ route }) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]));
  const allowed = [...new Set(methods)];
  if (allowed.length === 0) throw new HttpError(404, 'There is nothing here.');
  response.setHeader('allow', allowed.join(', '));
  throw new HttpError(405, `Use ${allowed.join(' or ')} here.`);
}

function split({ url = '/' }: IncomingMessage): [path: string, query: string] {
  const mark = url.indexOf('?');
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

function refuseOtherHosts({ headers }: IncomingMessage, hosts: readonly string[] | undefined): void {
  if (hosts === undefined) return;
  const name = (headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  if (hosts.includes(name)) return;
  throw new HttpError(421, `This server answers to ${hosts.join(', ')} only.`);
}

function fail(log: Logger, request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.destroyed) return; // whoever asked has gone
  const known = error instanceof HttpError ? error : unexpected(log, request, error);
  if (response.headersSent) {
    response.destroy(); // half an answer must not look like a whole one
    return;
  }
  sendJson(response, known.status, { error: known.message, ...known.fields });
  throwRestAway(request);
}

function unexpected(log: Logger, request: IncomingMessage, error: unknown): HttpError {
  const reference = randomUUID().slice(0, 8);
  const [path] = split(request);
  log.error({ err: error, reference, method: request.method, path }, 'request failed');
  return new HttpError(500, `Something went wrong on our side. Reference: ${reference}`, { reference });
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    const where = `PORT ${port} on ${host}`;
    if (code === 'EADDRINUSE')
      throw new StartError(`${where} is taken by another program: set PORT to a free one.`);
    if (code === 'EACCES') throw new StartError(`${where} may not be used: set PORT to one above 1023.`);
    throw new StartError(`HOST ${host} is no address of this machine (${String(code)}): set HOST to one.`, {
      cause: error,
    });
  }
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

async function close(server: Server, seconds: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection that was busy when closing began becomes idle later, and would be kept for a minute.
  const tidy = setInterval(() => server.closeIdleConnections(), 50);
  const impatient = setTimeout(() => server.closeAllConnections(), seconds * 1_000);
  await closed;
  clearInterval(tidy);
  clearTimeout(impatient);
}
