import { once } from 'node:events';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, expect, it } from '@jest/globals';
import { Queue, Worker } from 'bullmq';
import { pino } from 'pino';
import { QUEUE_PREFIX } from '../../src/jobs.ts';
import { checkRedisPolicy, connectRedis, waitForRedis } from '../../src/redis/connect.ts';
import { startInMemoryRedis } from '../../src/redis/in-memory.ts';

const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
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

it('is out of reach for other machines', async () => {
  const memory = await startInMemoryRedis();
  undo.push(() => memory?.stop());
  const port = Number(memory?.url.split(':').at(-1));
  const others = Object.values(networkInterfaces())
    .flat()
    .filter((one) => one?.internal === false);

  for (const { address } of [{ address: '127.0.0.2' }, ...others.filter((one) => one !== undefined)]) {
    const socket = connect({ host: address, port });
    const event = await Promise.race([
      once(socket, 'connect').then(() => 'connected'),
      once(socket, 'error').then(() => 'refused'),
    ]).catch(() => 'refused');
    socket.destroy();
    expect(`${address} ${event}`).toBe(`${address} refused`);
  }
});
