import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerAccess, identify, type PlayedApp } from './access.ts';
import { createHook, type Hook } from './hook.ts';
import { ACTIONS } from './routes/actions.ts';
import { CHECKS } from './routes/checks.ts';
import { DEPLOYMENTS } from './routes/deployments.ts';
import { ISSUES } from './routes/issues.ts';
import { READING } from './routes/reading.ts';
import { type Answer, NOT_FOUND, refuse } from './routes/route.ts';
import { addCommit } from './seed.ts';
import { BATON, BATON_APP, newRepository, type Repository } from './state.ts';
import { OPERATIONS, violationsOf } from './validate.ts';

export interface PlayedRequest {
  /** Such as `GET /repos/{owner}/{repo}`; undefined for what GitHub does not have, or not yet here. */
  readonly operation: string | undefined;
  readonly method: string;
  /** As it was sent, with the query. */
  readonly url: string;
  readonly path: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The status of the answer, once there is one. */
  status?: number;
}

/**
 * What happens to a request instead of, or after, what was asked. `reset` breaks the connection before anything is
 * done, `reset_after` when all is done, `cut` in the middle of the answer; `hang` never answers.
 */
export interface Fault {
  readonly method?: string;
  /** Compared with the path as it was sent. */
  readonly path: RegExp;
  readonly does: Answer | 'reset' | 'reset_after' | 'cut' | 'hang';
  /** How many requests it meets; one when left out. */
  readonly times?: number;
}

export interface PlayedGitHub {
  /** For `GITHUB_API_URL`. */
  readonly url: string;
  readonly repositories: Map<string, Repository>;
  /** Every request so far, the refused ones too. */
  readonly requests: PlayedRequest[];
  /** What requests had wrong by GitHub's published description. A test ends with none. */
  readonly violations: string[];
  /** What webhooks from here are signed with. */
  readonly webhookSecret: string;
  /** The webhook of all its repositories. It sends nothing until it has an address. */
  readonly hook: Hook;
  /** A repository with a first commit on its default branch. */
  addRepository(name: string, options?: { readonly defaultBranch?: string }): Repository;
  failNext(fault: Fault): void;
  close(): Promise<void>;
}

export interface PlayedGitHubOptions {
  readonly port?: number;
  readonly now?: () => Date;
  readonly app?: PlayedApp;
  readonly webhookSecret?: string;
}

/** Plays GitHub's REST API on loopback, as far as Baton uses it, and refuses what GitHub's description does. */
export async function startPlayedGitHub(options: PlayedGitHubOptions = {}): Promise<PlayedGitHub> {
  const { port = 0, now = () => new Date(), webhookSecret = 'played-webhook-secret' } = options;
  const world: World = {
    repositories: new Map(),
    requests: [],
    violations: [],
    faults: [],
    app: options.app,
  };
  const server = createServer((request, response) => {
    answer(world, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const hook = createHook(webhookSecret);
  return {
    ...world,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    webhookSecret,
    hook,
    addRepository: (name, { defaultBranch = 'main' } = {}) => {
      const repository = newRepository(name, now, defaultBranch);
      repository.tell = (news) => hook.tell(repository, news);
      world.repositories.set(name.toLowerCase(), repository);
      addCommit(repository, { message: 'Begin', branch: defaultBranch });
      return repository;
    },
    failNext: (fault) => world.faults.push({ ...fault, left: fault.times ?? 1 }),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await Promise.all([once(server, 'close'), hook.settled()]);
    },
  };
}

interface World {
  readonly repositories: Map<string, Repository>;
  readonly requests: PlayedRequest[];
  readonly violations: string[];
  readonly faults: (Fault & { left: number })[];
  readonly app: PlayedApp | undefined;
}

const ROUTES = { ...READING, ...DEPLOYMENTS, ...ACTIONS, ...CHECKS, ...ISSUES };

async function answer(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await read(request);
  const asked = understand(request, body);
  world.requests.push(asked);
  const fault = takeFault(world, asked);
  if (fault === 'hang') return;
  if (fault === 'reset') {
    response.destroy();
    return;
  }
  const found = unlessKnown(request, typeof fault === 'object' ? fault : respond(world, request, asked));
  asked.status = found.status;
  if (fault === 'reset_after') response.destroy();
  else send(response, found, fault === 'cut');
}

function understand({ method = 'GET', url = '/' }: IncomingMessage, text: string): PlayedRequest {
  const [pathname = ''] = url.split('?');
  const operation = OPERATIONS.find((one) => one.method === method && one.matches.test(pathname));
  const values = operation?.matches.exec(pathname)?.slice(1) ?? [];
  const names = operation?.parameters.filter(({ place }) => place === 'path').map(({ name }) => name) ?? [];
  const path = Object.fromEntries(
    names.map((name, index) => [name, decodeURIComponent(values[index] ?? '')]),
  );
  return { operation: operation?.name, method, url, path, body: text === '' ? undefined : parsed(text) };
}

function respond(world: World, { headers }: IncomingMessage, asked: PlayedRequest): Answer {
  const operation = OPERATIONS.find(({ name }) => name === asked.operation);
  if (operation === undefined) return blame(world, asked, ['there is no such operation'], 404);
  const query = new URL(asked.url, 'http://played').searchParams;
  const wrong = violationsOf({ operation, path: asked.path, query, body: asked.body });
  if (headers['user-agent'] === undefined) wrong.push('the user agent is missing');
  if (wrong.length > 0) return blame(world, asked, wrong, 422);

  const caller = identify(headers.authorization, world.app);
  if ('status' in caller) return caller;
  const repository = repositoryOf(world, asked);
  const access = answerAccess(operation.name, { caller, path: asked.path, repository });
  if (access !== undefined) return access;
  const maySee =
    caller.kind === 'person' ||
    ('repositories' in caller && caller.repositories.includes(repository?.name ?? ''));
  if (repository === undefined || !maySee) return NOT_FOUND;
  const body = (asked.body ?? {}) as Record<string, unknown>;
  const route = ROUTES[operation.name];
  return route === undefined
    ? blame(world, asked, ['it is not played'], 501)
    : route({ repository, path: asked.path, query, body, by: caller.kind === 'person' ? BATON : BATON_APP });
}

/** An answer that the client has already is not sent again (docs.github.com: conditional requests). */
function unlessKnown({ method, headers }: IncomingMessage, found: Answer): Answer {
  if (method !== 'GET' || found.status !== 200) return found;
  const etag = `W/"${createHash('sha256').update(JSON.stringify(found.body)).digest('hex')}"`;
  const answered = { ...found.headers, etag };
  return headers['if-none-match'] === etag
    ? { status: 304, headers: answered }
    : { ...found, headers: answered };
}

function blame(
  world: World,
  { method, url }: PlayedRequest,
  wrong: readonly string[],
  status: number,
): Answer {
  const violation = `${method} ${url}: ${wrong.join('; ')}`;
  world.violations.push(violation);
  return refuse(status, violation);
}

function repositoryOf({ repositories }: World, { path }: PlayedRequest): Repository | undefined {
  return repositories.get(`${path['owner']}/${path['repo']}`.toLowerCase());
}

function takeFault({ faults }: World, { method, url }: PlayedRequest): Fault['does'] | undefined {
  const fault = faults.find((one) => one.left > 0 && (one.method ?? method) === method && one.path.test(url));
  if (fault !== undefined) fault.left -= 1;
  return fault?.does;
}

function send(response: ServerResponse, { status, body, headers }: Answer, cut: boolean): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  const common = { 'content-type': 'application/json; charset=utf-8', 'x-ratelimit-limit': '5000' };
  response.writeHead(status, {
    'x-ratelimit-remaining': '4999',
    ...(body !== undefined && common),
    ...headers,
  });
  if (!cut) {
    response.end(text);
    return;
  }
  response.write(text.slice(0, text.length / 2), () => response.destroy());
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text; // refused by the description: a body is an object
  }
}
