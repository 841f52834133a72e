import { createServer, type RequestListener } from 'node:http';
import { createNodeMiddleware, Webhooks } from '@octokit/webhooks';

/*
 * What Baton's way in for webhooks is measured against: the bare middleware of @octokit/webhooks (`octokit`), and Probot
 * (`probot`) where it is installed; both verify, parse and call a handler that does nothing. Prints its port.
 */
const mode = process.argv[2];
const secret = process.argv[3] ?? '';

async function probotListener(): Promise<RequestListener> {
  const name: string = 'probot'; // not a dependency: measured only where somebody installed it
  const { createNodeMiddleware: create, createProbot } = await import(name);
  const probot = createProbot({ overrides: { secret, githubToken: 'ghp_bench', logLevel: 'fatal' } });
  return create((app: { onAny(handle: () => void): void }) => app.onAny(() => undefined), { probot });
}

function octokitListener(): RequestListener {
  const webhooks = new Webhooks({ secret });
  webhooks.onAny(() => undefined);
  const middleware = createNodeMiddleware(webhooks, { path: '/api/github/webhooks' });
  return (request, response) => void middleware(request, response);
}

const listener = mode === 'probot' ? await probotListener() : octokitListener();
const server = createServer(listener).listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' && address !== null ? address.port : '');
});
