import type { Queue } from 'bullmq';
import { Gauge, Registry } from 'prom-client';
import { listEnvironmentNames, listLeases } from '../deployments/store.ts';
import type { RedisClient } from '../redis/script.ts';
import { within } from '../within.ts';
import { metrics } from '../metrics.ts';
import type { Route } from './route.ts';

const LIMIT_SECONDS = 1;
const STATES = ['waiting', 'prioritized', 'active', 'delayed', 'completed', 'failed'] as const;

export interface Scraped {
  readonly redis: RedisClient;
  readonly queues: ReadonlyMap<string, Pick<Queue, 'getJobCounts'>>;
}

/** `/metrics`: what this process counted and what Redis says at the moment; without the latter where it does not answer. */
export function metricsRoute(scraped: Scraped): Route {
  return {
    method: 'GET',
    path: '/metrics',
    async serve(_request, response) {
      const now = new Registry();
      const up = new Gauge({
        name: 'baton_redis_up',
        help: '1 when Redis answered this scrape within a second; 0 leaves out what only Redis knows',
        registers: [now],
      });
      try {
        const found = await within(LIMIT_SECONDS, lookUp(scraped));
        up.set(1);
        describe(now, found);
      } catch {
        up.set(0);
      }
      response.setHeader('content-type', metrics.contentType);
      response.end(`${await metrics.metrics()}\n${await now.metrics()}`);
    },
  };
}

interface Found {
  readonly queues: readonly { readonly name: string; readonly counts: Readonly<Record<string, number>> }[];
  readonly environments: readonly { readonly name: string; readonly running: number | undefined }[];
}

async function lookUp({ redis, queues }: Scraped): Promise<Found> {
  const [counted, environments] = await Promise.all([
    Promise.all(
      Array.from(queues, async ([name, queue]) => ({ name, counts: await queue.getJobCounts(...STATES) })),
    ),
    listEnvironmentNames(redis).then((names) => Promise.all(names.map((name) => countRunning(redis, name)))),
  ]);
  return { queues: counted, environments };
}

async function countRunning(redis: RedisClient, name: string): Promise<Found['environments'][number]> {
  try {
    return { name, running: (await listLeases(redis, name)).size };
  } catch {
    return { name, running: undefined }; // one unreadable lease must not hide all the rest
  }
}

function describe(now: Registry, { queues, environments }: Found): void {
  const registers = [now];
  const jobs = new Gauge({
    name: 'baton_queue_jobs',
    help: 'Jobs by queue and state; completed ones are kept for an hour',
    labelNames: ['queue', 'state'] as const,
    registers,
  });
  const dead = new Gauge({
    name: 'baton_dead_letters',
    help: 'Jobs that failed for good and wait for a person to look at them',
    labelNames: ['queue'] as const,
    registers,
  });
  const running = new Gauge({
    name: 'baton_deployments_running',
    help: 'Deployments that hold a lease, by environment',
    labelNames: ['environment'] as const,
    registers,
  });
  for (const { name, counts } of queues) {
    for (const state of STATES) jobs.set({ queue: name, state }, counts[state] ?? 0);
    dead.set({ queue: name }, counts['failed'] ?? 0);
  }
  for (const { name, running: count } of environments) {
    if (count !== undefined) running.set({ environment: name }, count);
  }
}
