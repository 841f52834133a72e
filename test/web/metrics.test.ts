import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import { createDeployment } from '../../src/deployments/store.ts';
import {
  countCommand,
  countDeploymentEnd,
  countMessage,
  describeProcess,
  metrics,
  observeAck,
  observeDriver,
} from '../../src/metrics.ts';
import { metricsRoute, type Scraped } from '../../src/web/scrape.ts';
import { closeContexts, testRedis } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { hangingRedis } from '../support/hanging-redis.ts';
import { closeServers, serve } from '../support/web.ts';

const ends: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  await closeServers();
  for (const end of ends.splice(0)) await end();
  metrics.resetMetrics();
  closeContexts();
});

it('counts jobs by queue and state, dead letters apart', async () => {
  const queue = openQueue();
  await queue.add('x', {}, { delay: 60_000 });
  await queue.add('x', {});
  const text = await scrape({ redis: testRedis(), queues: new Map([['commands', queue]]) });

  expect(text).toContain('baton_queue_jobs{queue="commands",state="waiting"} 1');
  expect(text).toContain('baton_queue_jobs{queue="commands",state="delayed"} 1');
  expect(text).toContain('baton_queue_jobs{queue="commands",state="active"} 0');
  expect(text).toContain('baton_dead_letters{queue="commands"} 0');
  expect(text).toContain('baton_redis_up 1');
});

it('counts dead letters', async () => {
  const queues = new Map([['messages', { getJobCounts: async () => ({ failed: 3 }) }]]);

  expect(await scrape({ redis: testRedis(), queues })).toContain('baton_dead_letters{queue="messages"} 3');
});

it('counts what runs by environment, also beside a lease that cannot be read', async () => {
  const redis = testRedis();
  await createDeployment(redis, wanted({ service: 'api' }));
  await createDeployment(redis, wanted({ service: 'web' }));
  await redis.sadd('baton:environments', 'broken');
  await redis.hset('baton:{broken}:leases', 'api', 'nonsense');

  const text = await scrape({ redis, queues: new Map() });

  expect(text).toContain('baton_deployments_running{environment="staging"} 2');
  expect(text).not.toContain('environment="broken"');
});

it.each([
  { given: 'a store that holds all', quarantine: null, line: 'baton_quarantine 0' },
  {
    given: 'a store that has lost data',
    quarantine: { id: 'q1', since: '2030-01-15T12:00:00Z', why: 'missing', floors: {}, places: {} },
    line: 'baton_quarantine 1',
  },
])('tells of $given', async ({ quarantine, line }) => {
  const redis = testRedis();
  const record = { version: 1, store: randomUUID(), epoch: 1, before: [], quarantine };
  await redis.set('baton:epoch', JSON.stringify(record));

  expect((await scrape({ redis, queues: new Map() })).split('\n')).toContain(line);
});

it('leaves out whether data was lost where that cannot be read', async () => {
  const redis = testRedis();
  await redis.set('baton:epoch', '{');

  expect(await scrape({ redis, queues: new Map() })).not.toContain('baton_quarantine');
});

it('tells what the process has counted', async () => {
  countDeploymentEnd('staging', 'failure', 'driver_failed');
  countDeploymentEnd('staging', 'success', null);
  for (const environment of ['pr-12', 'pr-13']) countDeploymentEnd(environment, 'success', null);
  countCommand('deploy', 'locked');
  countMessage('posted');
  observeAck(0.004, 'queued');
  observeDriver('webhook', 0.3, 'started');
  describeProcess('1.2.3');
  describeProcess('1.2.3');

  const text = await scrape({ redis: testRedis(), queues: new Map() });

  expect(text).toContain(
    'baton_deployments_ended_total{environment="staging",state="failure",reason="driver_failed"} 1',
  );
  expect(text).toContain('baton_deployments_ended_total{environment="staging",state="success",reason=""} 1');
  expect(text).toContain('baton_deployments_ended_total{environment="pr",state="success",reason=""} 2');
  expect(text).toContain('baton_commands_total{command="deploy",reason="locked"} 1');
  expect(text).toContain('baton_messages_total{outcome="posted"} 1');
  expect(text).toContain('baton_slack_ack_seconds_bucket{le="0.005",outcome="queued"} 1');
  expect(text).toContain('baton_driver_seconds_count{driver="webhook",state="started"} 1');
  expect(text).toContain('baton_build_info{version="1.2.3"');
  expect(text).toContain('process_resident_memory_bytes');
});

it('still answers when Redis hangs, with what needs no Redis', async () => {
  countMessage('posted');
  const { redis, end } = await hangingRedis();
  ends.push(end);

  const text = await scrape({ redis, queues: new Map([['commands', openQueue()]]) });

  expect(text).toContain('baton_redis_up 0');
  expect(text).toContain('baton_messages_total{outcome="posted"} 1');
  expect(text).not.toContain('baton_queue_jobs');
});

it('is Prometheus text, each metric described once, however often it is asked', async () => {
  const url = await serve({
    routes: [metricsRoute({ redis: testRedis(), queues: new Map([['commands', openQueue()]]) })],
  });

  const answers = await Promise.all([1, 2, 3].map(() => fetch(`${url}/metrics`)));
  const texts = await Promise.all(answers.map((answer) => answer.text()));

  expect(answers[0]?.headers.get('content-type')).toMatch(/^text\/plain; version=0.0.4/);
  for (const text of texts) {
    const described = text.match(/^# HELP (\S+)/gm) ?? [];
    expect(new Set(described).size).toBe(described.length);
    for (const line of text.split('\n')) expect(line).toMatch(/^$|^# (HELP|TYPE) |^[a-z0-9_]+(\{.*\})? \S+$/);
  }
});

async function scrape(scraped: Scraped): Promise<string> {
  return (await fetch(`${await serve({ routes: [metricsRoute(scraped)] })}/metrics`)).text();
}

function openQueue(): Queue {
  const connection = { path: process.env['BATON_TEST_REDIS'] ?? '' };
  const queue = new Queue('commands', { connection, prefix: `{${randomUUID()}}` });
  ends.push(() => queue.close());
  return queue;
}
