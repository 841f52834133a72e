import { afterEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { HANDLED, isHandled, isHandledEvent } from '../../src/github/delivery.ts';
import { githubSignatureCheck } from '../../src/github/signature.ts';
import { webhookRoute } from '../../src/github/webhooks.ts';
import { type GitHubDelivery, GitHubJob } from '../../src/jobs.ts';
import { metrics } from '../../src/metrics.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, testContext } from '../support/context.ts';
import {
  delivered,
  example,
  type Headers,
  listExamples,
  WEBHOOK_SECRET,
} from '../support/github-webhooks.ts';
import { closeServers, serve } from '../support/web.ts';

afterEach(async () => {
  await closeServers();
  closeContexts();
  metrics.resetMetrics();
});

const body = JSON.stringify(example('workflow_run', 'completed'));
const headers = delivered(body, 'workflow_run');

it('queues what a delivery points at, and nothing of what it says', async () => {
  const { send, queued, counted } = await hook();
  const run = {
    id: 30433642,
    head_branch: 'größe-🚀',
    head_sha: 'b'.repeat(40),
    name: 'Deploy',
    display_title: 'Deploy staging-bcdfghjk',
    head_commit: { message: 'a message that is nobody’s business' },
  };
  const payload = JSON.stringify(example('workflow_run', 'completed', { workflow_run: run }));
  const sent = delivered(payload, 'workflow_run');

  expect(await send(payload, sent)).toEqual({ status: 202, json: { result: 'queued' } });

  expect(queued()).toEqual([
    {
      event: 'workflow_run',
      action: 'completed',
      delivery: sent['x-github-delivery'],
      repository: 'acme/api',
      sender: { login: expect.any(String), type: 'User' },
      pullRequest: null,
      label: null,
      ref: 'größe-🚀',
      sha: 'b'.repeat(40),
      run: { id: 30433642, title: 'Deploy staging-bcdfghjk Deploy' },
      githubDeployment: null,
    },
  ]);
  expect(await counted()).toEqual(['workflow_run queued 1']);
});

it('knows GitHub’s own example of a signature', () => {
  const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
  const hello = Buffer.from('Hello, World!');

  expect(githubSignatureCheck("It's a Secret to Everybody")(hello, signature)).toBe(true);
  expect(githubSignatureCheck('another')(hello, signature)).toBe(false);
  expect(githubSignatureCheck('')(hello, delivered(hello, 'ping', '')['x-hub-signature-256'] ?? '')).toBe(
    false,
  );
});

const examples = listExamples().filter(({ event }) => isHandledEvent(event));

it.each(examples)('accepts GitHub’s own example of $event $action', async ({ event, action, payload }) => {
  const { full_name: repository } = payload['repository'] as { full_name: string };
  const { send, queued } = await hook({ services: { api: { repository: repository.toUpperCase() } } });
  const json = JSON.stringify(payload);

  const { status } = await send(json, delivered(json, event));

  expect(status).toBe(202);
  expect(queued()).toHaveLength(isHandled(event, action) ? 1 : 0);
  for (const delivery of queued()) expect(delivery).toMatchObject({ event, action, repository });
});

it('answers 202 to every example that there is', async () => {
  const { send, queued } = await hook();
  const all = listExamples();

  for (const { event, payload } of all) {
    const json = JSON.stringify(payload);
    expect([event, (await send(json, delivered(json, event))).status]).toEqual([event, 202]);
  }

  expect(all.length).toBeGreaterThan(300);
  expect(queued()).toEqual([]);
});

it('has an example of each event that the webhook must send', () => {
  const handled = examples.filter(({ event, action }) => isHandled(event, action));

  expect(new Set(handled.map(({ event }) => event))).toEqual(new Set(Object.keys(HANDLED)));
});

const emoji = JSON.stringify(example('workflow_run', 'completed', { note: '🚀 déjà vu' }));
const spaced = JSON.stringify(example('workflow_run', 'completed'), null, 2);
const form = new URLSearchParams({ payload: body }).toString();

it.each<{ what: string; sent: string | Buffer; with?: Headers; status: number; queued?: number }>([
  { what: 'a signed delivery', sent: body, status: 202, queued: 1 },
  { what: 'a body with emoji', sent: emoji, status: 202, queued: 1 },
  { what: 'a body with blanks', sent: spaced, status: 202, queued: 1 },
  { what: 'a charset', sent: body, with: type('application/json; charset=utf-8'), status: 202, queued: 1 },
  { what: 'a form', sent: form, with: asForm(form), status: 202, queued: 1 },
  { what: 'no signature', sent: body, with: without('x-hub-signature-256'), status: 401 },
  { what: 'a body written anew', sent: spaced, with: headers, status: 401 },
  { what: 'a body with one byte more', sent: `${body} `, with: headers, status: 401 },
  {
    what: 'a signature with another secret',
    sent: body,
    with: delivered(body, 'workflow_run', 'guess'),
    status: 401,
  },
  {
    what: 'a signature with an empty secret',
    sent: body,
    with: delivered(body, 'workflow_run', ''),
    status: 401,
  },
  { what: 'an empty signature', sent: body, with: signedAs(''), status: 401 },
  {
    what: 'a signature cut short',
    sent: body,
    with: signedAs((headers['x-hub-signature-256'] ?? '').slice(0, -1)),
    status: 401,
  },
  {
    what: 'the SHA-1 signature in place of the other',
    sent: body,
    with: signedAs(headers['x-hub-signature'] ?? ''),
    status: 401,
  },
  {
    what: 'two signatures',
    sent: body,
    with: signedAs(`${headers['x-hub-signature-256']}, x`),
    status: 401,
  },
  { what: 'no delivery id', sent: body, with: without('x-github-delivery'), status: 400 },
  {
    what: 'a delivery id that is none',
    sent: body,
    with: { ...headers, 'x-github-delivery': 'a:b' },
    status: 400,
  },
  {
    what: 'a delivery id with a dot',
    sent: body,
    with: { ...headers, 'x-github-delivery': '72d3162e.2' },
    status: 202,
    queued: 1,
  },
  { what: 'no event', sent: body, with: without('x-github-event'), status: 400 },
  { what: 'another content type', sent: body, with: type('text/plain'), status: 415 },
  { what: 'a compressed body', sent: body, with: { ...headers, 'content-encoding': 'gzip' }, status: 415 },
  { what: 'no JSON', sent: '{', status: 400 },
  { what: 'a list', sent: '[]', status: 400 },
  { what: 'nothing', sent: '', status: 400 },
  { what: 'bytes that are not UTF-8', sent: Buffer.from('{"ref":"\xff"}', 'latin1'), status: 400 },
  { what: 'a form without a payload', sent: 'a=b', with: asForm('a=b'), status: 400 },
  { what: 'a payload of another shape', sent: '{"repository":{"full_name":7}}', status: 400 },
])('answers $status to $what', async ({ sent, with: given, status, queued: jobs = 0 }) => {
  const { send, queued } = await hook();

  expect((await send(sent, given ?? delivered(sent, 'workflow_run'))).status).toBe(status);

  expect(queued()).toHaveLength(jobs);
});

it('tells somebody who cannot sign nothing but that', async () => {
  const { send, counted, lines } = await hook();

  const unsigned = await send(body, without('x-hub-signature-256'));
  const forged = await send('{', { ...headers, 'x-github-event': '{evil}' });

  expect(unsigned.json).toEqual({ error: 'The signature is missing or wrong.' });
  expect(forged).toEqual(unsigned);
  expect(await counted()).toEqual(['unverified refused 2']);
  expect(lines.join('')).not.toMatch(/evil|sha256=/);
});

const many = 'x'.repeat(25 * 1_024 * 1_024);

it.each([
  { size: '25 MB', sent: `{"repository":"${many.slice(0, -17)}"}`, status: 400 },
  { size: 'more than 25 MB', sent: many.concat('x'), status: 413 },
])('answers $status to a body of $size', async ({ sent, status }) => {
  const { send } = await hook();

  expect((await send(sent, delivered(sent, 'workflow_run'))).status).toBe(status);
});

it.each([
  { what: 'a ping', event: 'ping', sent: example('ping', ''), label: 'ping', result: 'ignored' },
  {
    what: 'an event that nobody handles',
    event: 'star',
    sent: example('star', 'created'),
    label: 'other',
    result: 'ignored',
  },
  {
    what: 'an event called like a method',
    event: 'constructor',
    sent: example('star', 'created'),
    label: 'other',
    result: 'ignored',
  },
  {
    what: 'an action that nobody handles',
    event: 'workflow_run',
    sent: example('workflow_run', 'requested'),
    label: 'workflow_run',
    result: 'ignored',
  },
  {
    what: 'an event without a repository',
    event: 'workflow_run',
    sent: { action: 'completed' },
    label: 'workflow_run',
    result: 'ignored',
  },
  {
    what: 'a repository that no service has',
    event: 'workflow_run',
    sent: example('workflow_run', 'completed', { repository: { full_name: 'other/api' } }),
    label: 'workflow_run',
    result: 'foreign',
  },
])('answers 202 to $what, counts it and keeps nothing', async ({ event, sent, label, result }) => {
  const { send, queued, counted } = await hook();
  const json = JSON.stringify(sent);

  expect(await send(json, delivered(json, event))).toEqual({ status: 202, json: { result } });

  expect(queued()).toEqual([]);
  expect(await counted()).toEqual([`${label} ${result} 1`]);
});

it('does not start with an empty secret', () => {
  expect(() => webhookRoute(testContext(), '')).toThrow('empty');
});

function without(name: string): Headers {
  const { [name]: _left, ...rest } = headers;
  return rest;
}

function type(contentType: string): Headers {
  return { ...headers, 'content-type': contentType };
}

function asForm(text: string): Headers {
  return { ...delivered(text, 'workflow_run'), 'content-type': 'application/x-www-form-urlencoded' };
}

function signedAs(value: string): Headers {
  return { ...headers, 'x-hub-signature-256': value };
}

async function hook(config: Parameters<typeof testConfig>[0] = {}) {
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const services = { api: { repository: 'acme/api' }, web: { repository: 'acme/web' }, ...config?.services };
  const ctx = testContext({ log, config: testConfig({ ...config, services }) });
  const url = await serve({ routes: [webhookRoute(ctx, WEBHOOK_SECRET)] });
  return {
    lines,
    queued: (): GitHubDelivery[] => ctx.queued.flatMap(({ data }) => GitHubJob.parse(data).deliveries),
    counted: async () => {
      const found = await metrics.getSingleMetric('baton_webhooks_total')?.get();
      return (found?.values ?? []).map(
        ({ labels, value }) => `${labels['event']} ${labels['outcome']} ${value}`,
      );
    },
    send: async (sent: string | Buffer, given: Headers) => {
      const answer = await fetch(`${url}/github/webhooks`, {
        method: 'POST',
        headers: given,
        body: new Uint8Array(Buffer.from(sent)),
      });
      return { status: answer.status, json: await answer.json() };
    },
  };
}
