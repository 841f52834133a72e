import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { createDeployment } from '../../src/deployments/store.ts';
import { NotFoundError } from '../../src/errors.ts';
import { webhookRoute } from '../../src/github/webhooks.ts';
import { type Jobs, MAX_DELIVERIES, openQueues } from '../../src/jobs.ts';
import { connectRedis, waitForRedis } from '../../src/redis/connect.ts';
import type { RedisClient } from '../../src/redis/script.ts';
import { startWorker } from '../../src/worker.ts';
import { handleWebhook } from '../../workers/handle-webhook.ts';
import { closeContexts, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { delivered, example, type Headers, WEBHOOK_SECRET } from '../support/github-webhooks.ts';
import { ownRedis } from '../support/own-redis.ts';
import { until } from '../support/until.ts';
import { closeServers, serve } from '../support/web.ts';

const ends: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  await closeServers();
  for (const end of ends.splice(0).toReversed()) await end();
  closeContexts();
});

const run = { id: 7, head_branch: 'main', head_sha: 'b'.repeat(40), name: 'Deploy', display_title: 'Deploy' };
const body = JSON.stringify(example('workflow_run', 'completed', { workflow_run: run }));

it('queues each of many deliveries at once, and one that comes twice once', async () => {
  const { send, waiting } = await hook();
  const many = Array.from({ length: 3 * MAX_DELIVERIES }, () => newDelivery());

  const answers = await Promise.all([...many, ...many].map((headers) => send(headers)));

  expect(new Set(answers)).toEqual(new Set([202]));
  const ids = (await waiting()).map(({ delivery }) => delivery);
  expect(new Set(ids)).toEqual(new Set(many.map((headers) => headers['x-github-delivery'])));
});

it('works a delivery once that comes twice at once, and not again when it is redelivered', async () => {
  const { send, work, woken, waiting } = await hook();
  const headers = newDelivery();
  await Promise.all([send(headers), send(headers), send(headers)]);
  work();
  await until('the end', async () => (await waiting()).length === 0);

  expect(await send(headers)).toBe(202);
  await until('the end again', async () => (await waiting()).length === 0);

  expect(woken()).toHaveLength(1);
  await send(newDelivery());
  await until('another one', () => woken().length === 2);
});

it('works a delivery again whose work failed for good', async () => {
  const { wakes, deployment, send, work, woken, waiting, failed } = await hook();
  const headers = newDelivery();
  wakes.broken = [deployment.id];
  work();
  await send(headers);
  await until('the failure', async () => (await failed()) === 1);
  wakes.broken = [];

  expect(await send(headers)).toBe(202);

  await until('the work', () => woken().length === 1);
  await until('the end', async () => (await waiting()).length === 0);
});

it('works what came together with a delivery that fails', async () => {
  const { wakes, ctx, deployment, send, work, woken, failed } = await hook();
  await createDeployment(ctx.redis, wanted({ ...RUNNING, id: 'staging-other000', service: 'web', run: '8' }));
  wakes.broken = ['staging-other000'];
  const other = JSON.stringify(example('workflow_run', 'completed', { workflow_run: { ...run, id: 8 } }));
  const together = [send(delivered(other, 'workflow_run'), other), send(newDelivery())];

  await Promise.all(together);
  work();

  await until('the failure', async () => (await failed()) === 1);
  await until('the work', () => woken().includes(deployment.id));
});

it.each(['SIGSTOP', 'SIGKILL'] as const)('answers 503 while Redis is away (%s)', async (signal) => {
  const own = await ownRedis();
  ends.push(() => own.stop());
  const redis = connectRedis(`unix://${own.socket}`, 'fast', pino({ level: 'silent' }));
  await waitForRedis(redis, 20);
  const { send } = await hook({ connection: redis });
  expect(await send(newDelivery())).toBe(202);
  own.server.kill(signal);

  const answers = await Promise.all(Array.from({ length: 30 }, () => send(newDelivery())));

  expect(new Set(answers)).toEqual(new Set([503]));
});

it('hides a restart of Redis that is over in time, and queues nothing twice', async () => {
  let failures = 3;
  const { send, waiting } = await hook({
    around: (add) => async (queue, id, data) => {
      if (failures === 1) await add(queue, id, data); // taken, but the answer is lost
      if (failures-- > 0) throw new Error('Connection is closed.');
      await add(queue, id, data);
    },
  });

  expect(await send(newDelivery())).toBe(202);

  expect(await waiting()).toHaveLength(1);
});

const RUNNING = { driver: 'github-actions', state: 'in_progress' } as const;

function newDelivery(): Headers {
  return delivered(body, 'workflow_run');
}

function taking(): Redis {
  const redis = new Redis({ path: process.env['BATON_TEST_REDIS'] ?? '', maxRetriesPerRequest: null });
  ends.push(() => redis.disconnect());
  return redis;
}

interface Hook {
  readonly connection?: RedisClient;
  readonly around?: (add: Jobs['add']) => Jobs['add'];
}

/** The route and its queue, and a deployment by the run that the deliveries tell of. */
async function hook({ connection = taking(), around = (add) => add }: Hook = {}) {
  const prefix = `{${randomUUID()}}`;
  const opened = openQueues({ connection, prefix });
  ends.push(
    () => connection.disconnect(),
    () => opened.close(),
  );
  const queue = opened.queues.get('github');
  if (queue === undefined) throw new Error('no queue');
  const ctx = testContext();
  const created = await createDeployment(ctx.redis, wanted({ ...RUNNING, run: '7' }));
  if (created.kind === 'leased') throw new Error('leased');

  const jobs: Jobs = { add: around((...asked) => opened.add(...asked)) };
  const url = await serve({ routes: [webhookRoute({ ...ctx, jobs }, WEBHOOK_SECRET)] });
  const wakes = { broken: new Array<string>() };
  const add: Jobs['add'] = async (name, ...asked) => {
    if (name === 'github') return opened.add(name, ...asked);
    if (wakes.broken.some((id) => asked[0].startsWith(id))) throw new NotFoundError('It is not there yet.'); // is not tried again
    return ctx.jobs.add(name, ...asked);
  };
  return {
    ctx,
    wakes,
    deployment: created.deployment,
    send: async (headers: Headers, sent = body) =>
      (await fetch(`${url}/github/webhooks`, { method: 'POST', headers, body: sent })).status,
    work: () => {
      const taker = startWorker({ ...ctx, jobs: { add } }, handleWebhook, { connection: taking(), prefix });
      ends.push(() => taker.close());
    },
    woken: () => ctx.queued.map(({ data }) => (data as { deployment: string }).deployment),
    waiting: async () =>
      (await queue.getJobs(['waiting', 'active', 'delayed'])).flatMap(
        ({ data }) => data.deliveries as { delivery: string }[],
      ),
    failed: () => queue.getFailedCount(),
  };
}
