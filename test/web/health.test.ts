import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { healthRoutes, jobsProbe, type Probe, redisProbe } from '../../src/web/health.ts';
import { closeContexts, testRedis } from '../support/context.ts';
import { hangingRedis } from '../support/hanging-redis.ts';
import { closeServers, serve } from '../support/web.ts';

const ends: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  await closeServers();
  for (const end of ends.splice(0).toReversed()) await end();
  closeContexts();
});

it('lives and is ready while Redis answers', async () => {
  const url = await serve({ routes: healthRoutes([redisProbe(testRedis())]) });

  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(await ready(url)).toEqual([200, { ready: true, down: [] }]);
});

it('is ready and names what is held while Redis has lost data', async () => {
  const held = async () => ['staging', 'production'];
  const url = await serve({ routes: healthRoutes([redisProbe(testRedis())], held) });

  expect(await ready(url)).toEqual([200, { ready: true, down: [], quarantine: ['staging', 'production'] }]);
});

it('lives but is not ready when Redis is gone', async () => {
  const redis = new Redis({
    path: `/tmp/${randomUUID()}.sock`,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
  });
  redis.on('error', () => undefined);
  ends.push(() => redis.disconnect());
  const url = await serve({ routes: healthRoutes([redisProbe(redis)]) });

  expect(await ready(url)).toEqual([
    503,
    { ready: false, down: [{ name: 'redis', why: 'it cannot be reached' }] },
  ]);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

it('is not ready when Redis hangs, and does not hang with it', async () => {
  const { redis, end } = await hangingRedis();
  ends.push(end);
  const url = await serve({ routes: healthRoutes([redisProbe(redis)]) });

  expect(await ready(url)).toEqual([
    503,
    { ready: false, down: [{ name: 'redis', why: 'no answer within 1 s' }] },
  ]);
});

it('names everything that is down, and nothing that is well', async () => {
  const probes: Probe[] = [
    { name: 'well', check: async () => undefined },
    { name: 'ill', check: async () => 'it has a cold' },
    { name: 'broken', check: async () => Promise.reject(new Error('redis://user:secret@host refused')) },
  ];

  const [status, body] = await ready(await serve({ routes: healthRoutes(probes) }));

  expect(status).toBe(503);
  expect(body).toEqual({
    ready: false,
    down: [
      { name: 'ill', why: 'it has a cold' },
      { name: 'broken', why: 'it cannot be reached' },
    ],
  });
});

it('notices that jobs wait although the worker says that it runs', async () => {
  const { queue, worker, takeJobs } = await idleWorker();
  let seconds = 0;
  const probe = jobsProbe(queue, worker, () => seconds);
  await queue.add('x', {});

  expect(await probe.check()).toBeUndefined();
  seconds = 29;
  expect(await probe.check()).toBeUndefined();
  seconds = 31;
  expect(await probe.check()).toBe('jobs wait and none was taken for 31 s');

  await takeJobs();
  seconds = 99;
  expect(await probe.check()).toBeUndefined();
});

it('is content while jobs are taken, by whichever worker, however many wait', async () => {
  const { queue, worker, takeOne } = await idleWorker();
  let seconds = 0;
  const probe = jobsProbe(queue, worker, () => seconds);
  await queue.addBulk(Array.from({ length: 5 }, () => ({ name: 'x', data: {} })));

  for (seconds = 0; seconds < 100; seconds += 25) {
    expect(await probe.check()).toBeUndefined();
    await takeOne();
  }
});

it('is content with a queue that somebody has paused', async () => {
  const { queue, worker } = await idleWorker();
  let seconds = 0;
  const probe = jobsProbe(queue, worker, () => seconds);
  await queue.add('x', {});
  await queue.pause();
  await probe.check();
  seconds = 99;

  expect(await probe.check()).toBeUndefined();
});

it('is not ready with a worker that has stopped', async () => {
  const { queue, worker } = await idleWorker();
  await worker.close();

  expect(await jobsProbe(queue, { on: worker.on.bind(worker), isRunning: () => false }).check()).toBe(
    'its worker does not run',
  );
});

async function ready(url: string): Promise<[number, unknown]> {
  const answer = await fetch(`${url}/readyz`);
  return [answer.status, await answer.json()];
}

/** A worker that says that it runs and takes nothing until it is told to. */
async function idleWorker() {
  const connection = { path: process.env['BATON_TEST_REDIS'] ?? '', maxRetriesPerRequest: null };
  const options = { connection, prefix: `{${randomUUID()}}` };
  const queue = new Queue('commands', options);
  const other = new Worker('commands', undefined, { ...options, autorun: false });
  const worker = new Worker('commands', async () => undefined, { ...options, autorun: false });
  ends.push(
    () => queue.close(),
    () => other.close(),
    () => worker.close(),
  );
  return {
    queue,
    worker: {
      on: worker.on.bind(worker),
      isRunning: () => true,
      close: () => worker.close(),
    } as unknown as Worker,
    takeOne: async () => {
      const job = await other.getNextJob('token');
      await job?.moveToCompleted(null, 'token', false);
    },
    takeJobs: async () => {
      const taken = new Promise((resolve) => worker.once('drained', () => resolve(undefined)));
      void worker.run();
      await taken;
    },
  };
}
