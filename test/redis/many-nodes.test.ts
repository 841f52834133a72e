import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { Queue, Worker } from 'bullmq';
import { Cluster } from 'ioredis';
import { pino } from 'pino';
import { QUEUE_PREFIX } from '../../src/jobs.ts';
import { askRedis } from '../../src/redis/ask.ts';
import { checkRedisPolicy, connectRedis, type RedisUse, waitForRedis } from '../../src/redis/connect.ts';
import type { RedisClient } from '../../src/redis/script.ts';
import { type RedisServer, startRedisServer, until } from '../support/redis-server.ts';

const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

it('works on a Cluster: values, queues and workers', async () => {
  const nodes = await cluster();
  const url = `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join()}`;
  const fast = await connected(url, 'fast');
  const patient = await connected(url, 'patient');

  await Promise.all(['a', 'b', 'c', 'd'].map((name) => fast.set(`baton:{${name}}:lock`, name)));

  expect(await patient.get('baton:{c}:lock')).toBe('c');
  expect(fast instanceof Cluster && fast.nodes('master').length).toBe(3);
  expect(await answerOf(fast, patient)).toBe('deployed');
});

it('refuses a Cluster of which one node may evict keys', async () => {
  const [first, ...rest] = await cluster();
  await askRedis(rest[1]?.socket ?? '', 'CONFIG SET maxmemory-policy allkeys-lru', 1_000);

  const redis = await connected(`redis+cluster://127.0.0.1:${first?.port}`, 'patient');

  await expect(checkRedisPolicy(redis)).rejects.toThrow('with allkeys-lru it may drop');
});

it('follows Sentinel to the new primary', async () => {
  const primary = await started(['--save', '']);
  const replica = await started(['--save', '', '--replicaof', '127.0.0.1', String(primary.port)]);
  await until(async () => (await info(replica, 'replication')).includes('master_link_status:up'));
  const sentinel = await startSentinel(primary);
  await until(async () => (await info(sentinel, 'sentinel')).includes('slaves=1'));
  const url = `redis+sentinel://127.0.0.1:${sentinel.port}/baton`;
  const patient = await connected(url, 'patient');
  const fast = await connected(url, 'fast');
  await patient.set('kept', 'yes');
  await patient.wait(1, 1_000);

  const failover = () => askRedis(sentinel.socket, 'SENTINEL FAILOVER baton', 1_000);
  await until(async () => (await failover())?.startsWith('+OK') === true);
  await until(async () => (await info(replica, 'replication')).includes('role:master'));

  // What the old primary accepts until it is demoted is lost: Redis promises no more.
  await until(async () => {
    await fast.set('after', 'failover');
    return (await askRedis(replica.socket, 'GET after', 1_000))?.includes('failover') === true;
  });
  expect(await patient.get('kept')).toBe('yes');
});

async function answerOf(fast: RedisClient, patient: RedisClient): Promise<unknown> {
  const prefix = QUEUE_PREFIX;
  const queue = new Queue('t', {
    prefix,
    connection: fast,
    skipVersionCheck: true,
    skipWaitingForReady: true,
  });
  const worker = new Worker('t', async () => 'deployed', { prefix, connection: patient });
  undo.push(
    () => queue.close(),
    () => worker.close(),
  );
  await worker.waitUntilReady(); // BullMQ cannot close a worker whose Cluster is only just being reached
  const answer = new Promise((resolve) => {
    worker.on('completed', (_job, value) => resolve(value));
  });
  await queue.add('job', {});
  return answer;
}

async function cluster(): Promise<readonly RedisServer[]> {
  const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000', '--save', ''];
  const nodes = await Promise.all([started(options), started(options), started(options)]);
  const slots = ['0 5460', '5461 10922', '10923 16383'];
  for (const [index, node] of nodes.entries()) {
    await askRedis(node.socket, `CLUSTER SET-CONFIG-EPOCH ${index + 1}`, 1_000);
    await askRedis(node.socket, `CLUSTER ADDSLOTSRANGE ${slots[index]}`, 1_000);
    await askRedis(node.socket, `CLUSTER MEET 127.0.0.1 ${nodes[0].port}`, 1_000);
  }
  for (const node of nodes) {
    await until(async () => {
      const state = (await askRedis(node.socket, 'CLUSTER INFO', 1_000)) ?? '';
      return state.includes('cluster_state:ok') && state.includes('cluster_known_nodes:3');
    });
  }
  return nodes;
}

async function startSentinel(primary: RedisServer): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'baton-sentinel-'));
  const file = join(folder, 'sentinel.conf');
  writeFileSync(file, `sentinel monitor baton 127.0.0.1 ${primary.port} 1\n`);
  return started([file, '--sentinel'], folder);
}

async function started(options: readonly string[], folder?: string): Promise<RedisServer> {
  const server = await startRedisServer(options, folder);
  undo.push(() => server.remove());
  return server;
}

async function connected(url: string, use: RedisUse): Promise<RedisClient> {
  const redis = connectRedis(url, use, pino({ level: 'silent' }));
  undo.push(() => redis.disconnect());
  await waitForRedis(redis, 20);
  return redis;
}

async function info(server: RedisServer, section: string): Promise<string> {
  return (await askRedis(server.socket, `INFO ${section}`, 1_000)) ?? '';
}
