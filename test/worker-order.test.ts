import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import type { Queue } from 'bullmq';
import { UserError } from '../src/errors.ts';
import { type JobOptions, openQueues } from '../src/jobs.ts';
import { startWorker, type Worker } from '../src/worker.ts';
import { closeContexts, testContext, testRedis } from './support/context.ts';
import { until } from './support/until.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  closeContexts();
});

it('takes a job that somebody waits for before those that give way', async () => {
  const { add, take } = house();
  for (const id of ['sweep-1', 'sweep-2', 'sweep-3']) await add(id, { givesWay: true });
  await add('fresh', {});
  const taken: string[] = [];

  take(async (id) => {
    taken.push(id);
    return 'done';
  });
  await until('all jobs', () => taken.length === 4);

  expect(taken).toEqual(['fresh', 'sweep-1', 'sweep-2', 'sweep-3']);
});

it('lets a job that comes back give way to new ones', async () => {
  const { queue, add, take } = house();
  await add('old', {});

  take(async () => ({ againInSeconds: 600 }));
  await until('it to wait', async () => (await queue?.getJob('old'))?.isDelayed());

  // The first test shows what that comes to.
  const [fresh, old] = [await added(queue, add), await queue?.getJob('old')];
  expect(fresh?.priority).toBe(0);
  expect(old?.priority).toBeGreaterThan(0);
});

it('keeps nothing of a job that comes again by itself, whatever became of it', async () => {
  const { queue, add, take } = house();
  for (const id of ['sweep-good', 'sweep-bad']) await add(id, { comesAgain: true });
  await add('own', {});

  take(async (id) => {
    if (id === 'sweep-bad') throw new UserError('no');
    return 'done';
  });
  await until('all jobs', async () => (await queue?.getJob('own'))?.isCompleted());

  await until('them to go', async () => (await queue?.getJobs())?.length === 1);
});

async function added(queue: Queue | undefined, add: ReturnType<typeof house>['add']) {
  await add('fresh', { delaySeconds: 600 });
  return queue?.getJob('fresh');
}

function house() {
  const options = { connection: testRedis(''), prefix: `{${randomUUID()}}` };
  const jobs = openQueues(options);
  const queue = jobs.queues.get('deployments');
  closing.push(
    () => jobs.close(),
    async () => queue?.obliterate({ force: true }),
  );
  const data = { version: 1 as const, deployment: 'staging-b4c8d2f7', reference: 'r' };
  return {
    queue,
    add: (id: string, more: JobOptions) => jobs.add('deployments', id, data, more),
    take: (run: (id: string) => ReturnType<Worker['run']>) => {
      const worker = { queue: 'deployments', concurrency: 1, comesBackBehind: true } as const;
      const asked = { ...worker, run: (...[, , { id }]: Parameters<Worker['run']>) => run(id) };
      const taking = startWorker(testContext(), asked, options);
      closing.push(() => taking.close());
    },
  };
}
