import type { Queue, Worker } from 'bullmq';
import type { RedisClient } from '../redis/script.ts';
import { within } from '../within.ts';
import { HttpError, type Route, sendJson } from './route.ts';

/** One thing that must be well for the process to be of use. */
export interface Probe {
  /** In one word: `redis`, `commands`. */
  readonly name: string;
  /** What is wrong in one sentence without secrets, or undefined when all is well. A rejection counts as wrong. */
  check(): Promise<string | undefined>;
}

const LIMIT_SECONDS = 1;
/** Jobs that nobody has taken for so long are stuck: a busy worker takes one more often than that. */
const STUCK_SECONDS = 30;

/**
 * `/healthz` says that the process lives, `/readyz` that every probe is well; a probe has one second. A process that holds
 * deployments back (`held` names where) is ready all the same: it takes commands, and a restart would not help.
 */
export function healthRoutes(
  probes: readonly Probe[],
  held: () => Promise<readonly string[]> = async () => [],
): Route[] {
  return [
    { method: 'GET', path: '/healthz', serve: (_request, response) => sendJson(response, 200, { ok: true }) },
    {
      method: 'GET',
      path: '/readyz',
      async serve(_request, response) {
        const [down, quarantine] = await Promise.all([
          whatIsDown(probes),
          within(LIMIT_SECONDS, held()).catch(() => []),
        ]);
        const ready = down.length === 0;
        sendJson(response, ready ? 200 : 503, { ready, down, ...(quarantine.length > 0 && { quarantine }) });
      },
    },
  ];
}

/**
 * The route, which answers 503 and says what is down where it fails because Redis does not answer: whoever asks, and
 * any load balancer, then knows that it passes.
 */
export function unlessRedisIsDown(redis: RedisClient, route: Route): Route {
  return {
    ...route,
    async serve(request, response, address) {
      try {
        await route.serve(request, response, address);
      } catch (error) {
        if (error instanceof HttpError || response.headersSent) throw error;
        const down = await whatIsDown([redisProbe(redis)]);
        if (down.length === 0) throw error;
        response.setHeader('retry-after', '5');
        throw new HttpError(503, 'Redis does not answer at the moment. Please try again.', { down });
      }
    },
  };
}

async function whatIsDown(probes: readonly Probe[]): Promise<readonly { name: string; why: string }[]> {
  return (await Promise.all(probes.map(ask))).filter((answer) => answer !== undefined);
}

export function redisProbe(redis: RedisClient): Probe {
  return {
    name: 'redis',
    async check() {
      await redis.ping();
      return undefined;
    },
  };
}

/**
 * Jobs of one queue are being taken. A worker's own word is not enough: with a dead connection it still says that it
 * runs. So it is down when the job that is next has been next for half a minute and this worker has taken none.
 */
export function jobsProbe(
  queue: Pick<Queue, 'name' | 'getJobs' | 'isPaused'>,
  worker: Pick<Worker, 'on' | 'isRunning'>,
  seconds: () => number = () => performance.now() / 1_000,
): Probe {
  let seen: { readonly job: string; readonly since: number } | undefined;
  worker.on('active', () => {
    seen = undefined;
  });
  return {
    name: queue.name,
    async check() {
      if (!worker.isRunning()) return 'its worker does not run';
      const [[next], paused] = await Promise.all([
        queue.getJobs(['waiting', 'prioritized'], 0, 0, true),
        queue.isPaused(),
      ]);
      const job = paused ? undefined : next?.id;
      if (job === undefined) seen = undefined;
      else if (seen?.job !== job) seen = { job, since: seconds() };
      const stuckSeconds = seen === undefined ? 0 : seconds() - seen.since;
      if (stuckSeconds < STUCK_SECONDS) return undefined;
      return `jobs wait and none was taken for ${Math.floor(stuckSeconds)} s`;
    },
  };
}

async function ask(probe: Probe): Promise<{ name: string; why: string } | undefined> {
  try {
    const why = await within(LIMIT_SECONDS, probe.check());
    return why === undefined ? undefined : { name: probe.name, why };
  } catch (error) {
    // Only our own words: an error of the client may carry the address, and with it a password.
    const silent = error instanceof Error && error.message.startsWith('no answer');
    return { name: probe.name, why: silent ? error.message : 'it cannot be reached' };
  }
}
