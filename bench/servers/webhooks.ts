import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createNodeMiddleware, Webhooks } from '@octokit/webhooks';

/*
 * What Baton's way in for webhooks is measured against: the bare middleware of @octokit/webhooks (`octokit`), and Probot
 * (`probot`) with its own server and its own settings, as its documentation starts it; both verify, parse and call a
 * handler that does nothing. Prints its port.
 */
const [mode, secret = '', probot = ''] = process.argv.slice(2);

console.log(`\n${await (mode === 'probot' ? serveProbot() : serveOctokit())}`);

/** As much of Probot as is used here; it is not among the packages. */
interface ProbotPackage {
  readonly Probot: { defaults(options: { secret: string; githubToken: string }): unknown };
  readonly Server: new (
    options: object,
  ) => {
    readonly port: number;
    load(app: (probot: { onAny(handle: () => void): void }) => void): Promise<void>;
    start(): Promise<unknown>;
  };
}

async function serveProbot(): Promise<number> {
  const { Probot, Server }: ProbotPackage = await import(pathToFileURL(resolve(probot)).href);
  const server = new Server({
    Probot: Probot.defaults({ secret, githubToken: 'ghp_bench' }),
    host: '127.0.0.1',
    port: await freePort(),
  });
  await server.load((app) => app.onAny(() => undefined));
  await server.start();
  return server.port;
}

/** Probot takes 0 for its default. */
function freePort(): Promise<number> {
  return new Promise((give) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const port = portOf(server.address());
      server.close(() => give(port));
    });
  });
}

function serveOctokit(): Promise<number> {
  const webhooks = new Webhooks({ secret });
  webhooks.onAny(() => undefined);
  const middleware = createNodeMiddleware(webhooks, { path: '/api/github/webhooks' });
  const server = createServer((request, response) => void middleware(request, response));
  return new Promise((give) => server.listen(0, '127.0.0.1', () => give(portOf(server.address()))));
}

function portOf(address: ReturnType<ReturnType<typeof createServer>['address']>): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
