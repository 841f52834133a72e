import { afterEach, expect, it } from '@jest/globals';
import { webhookRoute } from '../../src/github/webhooks.ts';
import { closeContexts, testContext } from '../support/context.ts';
import { delivered, example, WEBHOOK_SECRET } from '../support/github-webhooks.ts';
import { closeServers, serve } from '../support/web.ts';

afterEach(async () => {
  await closeServers();
  closeContexts();
});

const BOT = { login: 'renovate[bot]', type: 'Bot' };
const PULL_REQUEST = example('pull_request', 'labeled') as { pull_request: { head: object } };
const pulled = (given: object) => ({
  ...PULL_REQUEST,
  pull_request: { ...PULL_REQUEST.pull_request, ...given },
});

it.each<{ what: string; event?: string; payload: object; result: string }>([
  {
    what: 'a pull request of a fork that is gone',
    payload: pulled({ head: { ...PULL_REQUEST.pull_request.head, repo: null } }),
    result: 'queued',
  },
  { what: 'a draft', payload: pulled({ draft: true }), result: 'queued' },
  { what: 'a label that was put on by a bot', payload: { ...PULL_REQUEST, sender: BOT }, result: 'queued' },
  { what: 'a label that nobody put on', payload: { ...PULL_REQUEST, sender: null }, result: 'queued' },
  { what: 'a label with emoji', payload: { ...PULL_REQUEST, label: { name: '🚀' } }, result: 'queued' },
  {
    what: 'an action that nobody handles',
    payload: { ...PULL_REQUEST, action: 'locked' },
    result: 'ignored',
  },
  {
    what: 'an action that GitHub does not have',
    payload: { ...PULL_REQUEST, action: 'x' },
    result: 'ignored',
  },
  {
    what: 'another repository',
    payload: { ...PULL_REQUEST, repository: { full_name: 'evil/api' } },
    result: 'foreign',
  },
  {
    what: 'a status that is pending still',
    event: 'status',
    payload: { ...example('status', ''), state: 'pending' },
    result: 'ignored',
  },
  {
    what: 'a status that failed',
    event: 'status',
    payload: { ...example('status', ''), state: 'failure' },
    result: 'queued',
  },
])('answers 202 to $what: $result', async ({ event = 'pull_request', payload, result }) => {
  const json = JSON.stringify(payload);

  const ctx = testContext();
  const url = await serve({ routes: [webhookRoute(ctx, WEBHOOK_SECRET)] });

  const headers = delivered(json, event);
  const response = await fetch(`${url}/github/webhooks`, { method: 'POST', headers, body: json });

  expect([response.status, await response.json()]).toEqual([202, { result }]);
  expect(ctx.queued).toHaveLength(result === 'queued' ? 1 : 0);
});
