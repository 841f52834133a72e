import { afterEach, expect, it } from '@jest/globals';
import { Queue, Worker } from 'bullmq';
import { pino } from 'pino';
import { QUEUE_PREFIX } from '../../src/jobs.ts';
import { checkRedisPolicy, connectRedis, waitForRedis } from '../../src/redis/connect.ts';
import { startInMemoryRedis } from '../../src/redis/in-memory.ts';

const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

it('serves queue and worker of a playground from memory', async () => {
  const memory = await startInMemoryRedis();
  undo.push(() => memory?.stop());
  const redis = connectRedis(memory?.url ?? '', 'patient', pino({ level: 'silent' }));
  undo.push(() => redis.disconnect());
  await waitForRedis(redis, 20);
  const options = { prefix: QUEUE_PREFIX, connection: redis };
  const queue = new Queue('commands', options);
  const worker = new Worker('commands', async () => 'done', { ...options, drainDelay: 1 });
  undo.push(
    () => queue.close(),
    () => worker.close(),
  );
  const answer = new Promise((resolve) => {
    worker.on('completed', (_job, value) => resolve(value));
  });

  await queue.add('job', {}, { jobId: 'one' });

  expect(await answer).toBe('done');
  await expect(checkRedisPolicy(redis)).resolves.toBeUndefined();
});
