import type { Queue } from 'bullmq';
import { listEnvironmentNames, listLeases } from '../deployments/store.ts';
import { JOB_STATES, metrics, metricsText, type Standing } from '../metrics.ts';
import { readEpoch } from '../redis/epoch.ts';
import type { RedisClient } from '../redis/script.ts';
import { within } from '../within.ts';
import type { Route } from './route.ts';

const LIMIT_SECONDS = 1;

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
      const standing = await within(LIMIT_SECONDS, lookUp(scraped)).catch(() => undefined);
      response.setHeader('content-type', metrics.contentType);
      response.end(await metricsText(standing));
    },
  };
}

async function lookUp({ redis, queues }: Scraped): Promise<Standing> {
  const [counted, environments, held] = await Promise.all([
    Promise.all(
      Array.from(queues, async ([name, queue]) => ({
        name,
        counts: await queue.getJobCounts(...JOB_STATES),
      })),
    ),
    listEnvironmentNames(redis).then((names) => Promise.all(names.map((name) => countRunning(redis, name)))),
    readEpoch(redis).then(
      (record) => record?.quarantine != null,
      () => undefined,
    ),
  ]);
  return { queues: counted, environments, held };
}

async function countRunning(redis: RedisClient, name: string): Promise<Standing['environments'][number]> {
  try {
    return { name, running: (await listLeases(redis, name)).size };
  } catch {
    return { name, running: undefined }; // one unreadable lease must not hide all the rest
  }
}
