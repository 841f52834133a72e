import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { webhook } from '../../src/drivers/webhook.ts';
import { afterwards, type Answering, breaks, receiver, says } from './receiver.ts';
import { faultyWay } from './faulty-way.ts';
import { closeServers, serve } from './servers.ts';
import { driverRequest } from './requests.ts';
import {
  AGAIN,
  checkToTheEnd,
  itIsADriver,
  itSurvivesItsConnection,
  type Play,
  runToTheEnd,
} from './suite.ts';
import { driverTools, SECRET } from './tools.ts';

afterEach(closeServers);

describe('a webhook with a status address', () => {
  const ANSWERS: Record<Play, Answering> = {
    succeeds: afterwards('{"state":"success"}'),
    fails: afterwards('{"state":"failure","description":"health check failed"}'),
    'runs on': afterwards('{"state":"in_progress"}'),
    'loses the answer': breaks,
  };
  itIsADriver(async (play) => {
    let told = ANSWERS[play];
    const target = await receiver((response, status) => told(response, status), { knows: true });
    const wishes = () => target.starts().filter(({ action }) => action === 'deploy');
    return { ...target, starts: wishes, obeys: () => (told = afterwards('{"state":"failure"}')) };
  });

  itSurvivesItsConnection(async (fault) => {
    const target = await receiver(afterwards('{"state":"success"}'), { knows: true });
    const way = await faultyWay(new URL(target.options.url).origin, fault);
    const soon: typeof fetch = (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(1_000) });
    const tools = driverTools({ fetch: (url, init) => (way.broken ? soon : fetch)(url, init) });
    return {
      ...target,
      tools,
      options: { ...target.options, url: `${way.url}/hook`, status_url: `${way.url}/status` },
      starts: () => target.starts().filter(({ action }) => action === 'deploy'),
      heals: () => (way.broken = false),
      breaks: () => (way.broken = true),
    };
  });

  it('asks it where a broken connection left open what happened', async () => {
    const target = await receiver(
      (response, status) => (status ? says(200, '{"state":"success"}') : breaks)(response, status),
      { knows: true },
    );

    expect((await runToTheEnd(target)).state).toBe('success');
    expect(target.bodies).toHaveLength(1);
  });

  it('costs no question at the first attempt', async () => {
    const target = await receiver(says(202, ''), { knows: true });

    await webhook.start(target.tools, driverRequest(), target.options);

    expect(target.asked).toEqual([]);
  });

  it.each([
    { template: '/status?team=a', asked: '/status?team=a&deployment=a-b.c-bcdfghjk' },
    { template: '/of/{deployment}/state', asked: '/of/a-b.c-bcdfghjk/state' },
  ])('asks $template about the deployment', async ({ template, asked }) => {
    const target = await receiver(says(202, ''));
    const options = target.options;
    const status_url = options.url.replace('/hook', template);

    await webhook.lookup(target.tools, driverRequest({ deployment: 'a-b.c-bcdfghjk' }), {
      ...options,
      status_url,
    });

    expect(target.asked).toEqual([asked]);
  });

  it('waits through an outage of the status address', async () => {
    const target = await receiver((response, status) => says(status ? 500 : 202, 'oops')(response, status), {
      knows: true,
    });
    const options = target.options;
    await webhook.start(target.tools, driverRequest(), options);

    expect((await webhook.check(target.tools, driverRequest(), 'x', options)).state).toBe('in_progress');
  });

  it.each([
    { answer: '<html>Not found</html>', state: 'unknown' },
    { answer: '{"message":"Not Found"}', state: 'unknown' },
    { answer: '{"state":"success"}', state: 'unknown' },
    { answer: '{"state":"not_found"}', state: 'not_found' },
  ])('takes a 404 for proof only when it is spelled out: $answer', async ({ answer, state }) => {
    const { tools, options } = await receiver(says(202, ''));
    const status_url = await serve((_request, response) => response.writeHead(404).end(answer));

    expect((await webhook.lookup(tools, driverRequest(), { ...options, status_url })).state).toBe(state);
  });
});

it('signs the very bytes it sends and says whose they are', async () => {
  const target = await receiver(says(200, '{"state":"success","url":"https://staging.acme.example"}'));

  const end = await runToTheEnd(target);

  expect(end).toMatchObject({ state: 'success', url: 'https://staging.acme.example/' });
  const [body = ''] = target.bodies;
  expect(JSON.parse(body)).toEqual({
    action: 'deploy',
    deployment: 'staging-bcdfghjk',
    environment: 'staging',
    service: 'api',
    repository: 'acme/api',
    ref: 'main',
    sha: '5f0c9d3c2b1a5f0c9d3c2b1a5f0c9d3c2b1a5f0c',
    fence: 7,
    requested_by: 'U0ASHA',
    callback_url: 'http://127.0.0.1:3000/api/deployments/staging-bcdfghjk/result',
  });
  expect(target.headers[0]).toMatchObject({
    'idempotency-key': 'staging-bcdfghjk',
    'x-baton-fence': '7',
    'x-baton-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
  });
});

describe('a callback', () => {
  it('ends the deployment', async () => {
    const target = await receiver(says(202, ''));
    const reported = {
      state: 'failure',
      description: 'disk full',
      log_url: 'https://ci.acme.example/1',
    } as const;

    const progress = await checkToTheEnd(target, driverRequest({ reported }), 'staging-bcdfghjk');

    expect(progress).toEqual({ state: 'failure', summary: 'disk full', logUrl: 'https://ci.acme.example/1' });
  });

  it('proves that the run began', async () => {
    const target = await receiver(says(202, ''));
    const request = driverRequest({ ...AGAIN, reported: { state: 'in_progress' } });

    expect((await webhook.start(target.tools, request, target.options)).state).toBe('started');
    expect(target.bodies).toEqual([]);
  });
});

it('asks the receiver to cancel, under a key of its own', async () => {
  const target = await receiver(says(202, ''));

  const cancelled = await webhook.cancel(target.tools, driverRequest(), 'x', target.options);

  expect(cancelled).toEqual({ state: 'asked' });
  expect(target.starts()).toEqual([
    expect.objectContaining({ action: 'cancel', deployment: 'staging-bcdfghjk' }),
  ]);
  expect(target.headers[0]?.['idempotency-key']).toBe('staging-bcdfghjk:cancel');
});

describe('what the receiver says to the wish to cancel', () => {
  it.each<{ answer: string; answering: Answering; expected: object }>([
    { answer: '202', answering: says(202, ''), expected: { state: 'asked' } },
    { answer: '204', answering: says(204, ''), expected: { state: 'asked' } },
    { answer: 'garbage', answering: says(200, '<html>'), expected: { state: 'asked' } },
    { answer: 'that it runs', answering: says(200, '{"state":"in_progress"}'), expected: { state: 'asked' } },
    {
      answer: 'that it is over',
      answering: says(200, '{"state":"failure","description":"stopped"}'),
      expected: { state: 'over', end: { state: 'cancelled', summary: 'stopped' } },
    },
    {
      answer: 'that it came too late',
      answering: says(200, '{"state":"success"}'),
      expected: { state: 'over', end: { state: 'success' } },
    },
    { answer: 'no', answering: says(409, 'too late'), expected: { state: 'cannot', why: /409: too late/ } },
    { answer: '500', answering: says(500, ''), expected: { state: 'cannot', why: /500/ } },
    { answer: 'nothing', answering: breaks, expected: { state: 'cannot', why: /deploy hook/ } },
  ])('$answer', async ({ answering, expected }) => {
    const { tools, options } = await receiver(answering);

    const cancelled = await webhook.cancel(tools, driverRequest(), 'x', options);

    const words = 'why' in expected ? { why: expect.stringMatching(String(expected.why).slice(1, -1)) } : {};
    expect(cancelled).toEqual({ ...expected, ...words });
  });

  it.each([
    { answering: says(200, '{"state":"failure"}'), status: 'in_progress', expected: { state: 'asked' } },
    {
      answering: says(202, ''),
      status: 'failure',
      expected: { state: 'over', end: { state: 'cancelled' } },
    },
    { answering: says(202, ''), status: 'success', expected: { state: 'over', end: { state: 'success' } } },
    { answering: breaks, status: 'failure', expected: { state: 'over', end: { state: 'failure' } } },
    { answering: breaks, status: 'in_progress', expected: { state: 'cannot' } },
  ])('counts less than what the status address says ($status)', async ({ answering, status, expected }) => {
    let wished = false;
    const target = await receiver((response, isStatus) => {
      if (isStatus)
        return says(200, JSON.stringify({ state: wished ? status : 'in_progress' }))(response, true);
      wished = true;
      return answering(response, false);
    });
    const status_url = target.options.url.replace('/hook', '/status');
    const options = { ...target.options, status_url };

    expect(await webhook.cancel(target.tools, driverRequest(), 'x', options)).toMatchObject(expected);
  });

  it('is not asked for when the end was told already', async () => {
    const { tools, options, bodies } = await receiver(says(202, ''));
    const request = driverRequest({ reported: { state: 'success' } });

    expect(await webhook.cancel(tools, request, 'x', options)).toEqual({
      state: 'over',
      end: { state: 'success' },
    });
    expect(bodies).toEqual([]);
  });

  it('counts only if the wish may be sent there at all', async () => {
    const { options } = await receiver(says(202, ''));
    const sent: string[] = [];
    const tools = driverTools({
      fetch: async (_url, init) => {
        sent.push(String(init?.method));
        return new Response('{"state":"failure"}');
      },
    });
    const cancel = (given: object, secret = tools.secret) =>
      webhook.cancel({ ...tools, secret }, driverRequest(), 'x', { ...options, ...given });

    expect((await cancel({ url: 'http://deploy.acme.example/' })).state).toBe('cannot');
    expect((await cancel({}, () => undefined)).state).toBe('cannot');
    expect(sent).toEqual([]);
  });
});

it('keeps to the end that was told by a callback when the status address says another one', async () => {
  const target = await receiver(afterwards('{"state":"failure"}'), { knows: true });
  await webhook.start(target.tools, driverRequest(), target.options);
  const request = driverRequest({ reported: { state: 'success' } });

  expect((await webhook.check(target.tools, request, 'x', target.options)).state).toBe('success');
});

it('sends nothing without its secret', async () => {
  const target = await receiver(says(202, ''));
  const tools = driverTools({ secret: () => undefined });

  expect(await runToTheEnd({ ...target, tools })).toMatchObject({
    state: 'failure',
    summary: expect.stringMatching(/DEPLOY_SECRET is not set/),
  });
  expect(target.bodies).toEqual([]);
});

it('asks again at the call whether the address is allowed', async () => {
  const target = await receiver(says(200, '{"state":"success"}'));
  const options = { ...target.options, url: 'http://deploy.acme.example/' };

  expect(await runToTheEnd({ ...target, options })).toMatchObject({
    state: 'failure',
    summary: expect.stringMatching(/https/),
  });
});
