import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { playgroundFile } from './package-files.ts';
import type { AnsweredModal } from './slack/modals.ts';
import type { PlayedSlack } from './slack/played-slack.ts';
import { pageState, type PageDemo } from './state.ts';

export interface RoutesOptions {
  readonly slack: PlayedSlack;
  readonly demo: PageDemo;
  /** The `items` of `GET /api/environments`, for the page's side panel; no panel when left out. */
  readonly environments?: (() => Promise<readonly unknown[]>) | undefined;
  /** The `items` of `GET /api/handoffs`, for the same panel. */
  readonly handoffs?: (() => Promise<readonly unknown[]>) | undefined;
  /** The deployments that wait, for the same panel. */
  readonly held?: (() => Promise<readonly unknown[]>) | undefined;
}

export interface Routes {
  /** Answers `/` and `/playground/*`; false when the request is for somebody else. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** Ends the open event streams, so that the server can close. */
  close(): void;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

const PAGE = new Map([
  ['/', 'index.html'],
  ...[
    'style.css',
    'messages.css',
    'chat.js',
    'block-kit.js',
    'mrkdwn.js',
    'emoji.js',
    'composer.js',
    'modal.js',
    'sidebar.js',
    'environments.js',
    'dom.js',
  ].map((name): [string, string] => [`/playground/page/${name}`, name]),
]);

const TYPES: Record<string, string> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };

const SECURITY = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

const Typed = z.strictObject({
  user: z.string(),
  channel: z.string(),
  text: z.string().trim().min(1).max(4_000),
});
const Clicked = z.strictObject({
  user: z.string(),
  channel: z.string(),
  ts: z.string(),
  actionId: z.string(),
});

const Submitted = z.strictObject({
  user: z.string(),
  modal: z.string(),
  entered: z.record(z.string(), z.array(z.string().max(3_000))),
});

/** The playground's page and what it asks for. Serves this machine's browsers only. */
export function createRoutes(options: RoutesOptions): Routes {
  const { slack, demo, environments, handoffs, held } = options;
  const streams = new Set<() => void>();
  const answers: Record<string, Answer> = {
    'GET /playground/state': (_, response) => sendJson(response, 200, pageState(slack.workspace, demo)),
    'GET /playground/events': (_, response) => stream(options, streams, response),
    'GET /playground/environments': async (_, response) =>
      sendJson(response, 200, { items: (await environments?.()) ?? [] }),
    'GET /playground/handoffs': async (_, response) =>
      sendJson(response, 200, { items: (await handoffs?.()) ?? [] }),
    'GET /playground/held': async (_, response) => sendJson(response, 200, { items: (await held?.()) ?? [] }),
    'POST /playground/type': async (request, response) => {
      const typed = Typed.safeParse(await readJson(request));
      if (!typed.success) return sendJson(response, 400, { error: 'user, channel and text are needed' });
      if (typed.data.text.startsWith('/')) return settle(response, slack.type(typed.data));
      slack.say(typed.data);
      sendJson(response, 200, { status: 200 });
    },
    'POST /playground/click': async (request, response) => {
      const clicked = Clicked.safeParse(await readJson(request));
      if (!clicked.success)
        return sendJson(response, 400, { error: 'user, channel, ts and actionId are needed' });
      return settle(response, slack.click(clicked.data));
    },
    'POST /playground/submit': async (request, response) => {
      const submitted = Submitted.safeParse(await readJson(request));
      if (!submitted.success) return sendJson(response, 400, { error: 'user, modal and entered are needed' });
      return settle(response, slack.submit(submitted.data));
    },
  };
  return {
    handle: async (request, response) => {
      const [pathname = ''] = (request.url ?? '').split('?');
      if (pathname !== '/' && !pathname.startsWith('/playground/')) return false;
      for (const [name, value] of Object.entries(SECURITY)) response.setHeader(name, value);
      const refusal = refusalOf(request);
      if (refusal !== undefined) sendJson(response, 403, { error: refusal });
      else await (answers[`${request.method} ${pathname}`] ?? page(pathname))(request, response);
      return true;
    },
    close: () => {
      for (const end of streams) end();
    },
  };
}

/** Another site must not reach the playground through this machine's browser: neither by DNS rebinding nor by a form. */
function refusalOf({ headers, method }: IncomingMessage): string | undefined {
  const name = (headers.host ?? '').replace(/:\d+$/, '');
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(name)) return 'The playground is for this machine only.';
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${headers.host}`)
    return 'Another site may not use the playground.';
  const isJson = headers['content-type']?.startsWith('application/json') ?? false;
  return method === 'POST' && !isJson ? 'Only JSON is taken.' : undefined;
}

function page(pathname: string): Answer {
  const file = PAGE.get(pathname);
  return async (request, response) => {
    if (pathname.startsWith('/playground/live/')) return sendLive(request, response);
    if (file === undefined) return sendJson(response, 404, { error: 'There is no such page.' });
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return sendJson(response, 405, { error: 'Only GET is taken here.' });
    const body = await readFile(playgroundFile('page', file));
    response.writeHead(200, { 'content-type': `${TYPES[file.split('.').at(-1) ?? '']}; charset=utf-8` });
    response.end(body);
  };
}

/** What stands in for the service that a deployment in the playground made live. */
function sendLive(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://playground');
  const [environment = '', service = ''] = pathname.split('/').slice(3);
  const known = [environment, service, searchParams.get('sha') ?? ''].every((word) => /^[\w.-]*$/.test(word));
  const what = known
    ? `${service} ${searchParams.get('sha') ?? ''} is live on ${environment}.`
    : 'It is live.';
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(
    `${what}\n\nIn the playground nothing is really deployed: this page stands for your service.\n`,
  );
}

function stream({ slack, demo }: RoutesOptions, streams: Set<() => void>, response: ServerResponse): void {
  const tell = (event: string, data: unknown) =>
    void response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'keep-alive' });
  response.write('retry: 1000\n\n');
  // All of it first: a page that was away for a while is then right again.
  tell('state', pageState(slack.workspace, demo));
  const unwatch = slack.watch((item) => tell('item', item));
  const unwatchModals = slack.watchModals((modal) => tell('modal', modal));
  const beat = setInterval(() => response.write(': still here\n\n'), 15_000);
  const end = () => {
    unwatch();
    unwatchModals();
    clearInterval(beat);
    streams.delete(end);
    response.end();
  };
  streams.add(end);
  response.on('close', end);
}

async function settle(response: ServerResponse, sent: Promise<AnsweredModal>): Promise<void> {
  try {
    const { status, ms, errors } = await sent;
    sendJson(response, 200, { status, ms: Math.round(ms), errors });
  } catch (error) {
    sendJson(response, 409, { error: error instanceof Error ? error.message : 'It could not be sent.' });
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > 20_000) return undefined;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}
