import type { Context } from '../src/context.ts';
import { listEnvironmentNames, listLeases } from '../src/deployments/store.ts';
import { askToKeepLocks } from '../src/locks/act.ts';
import { lockPlaces } from '../src/locks/places.ts';
import { lookAtTiedLocks } from '../src/locks/tied.ts';
import { defineWorker } from '../src/worker.ts';

/** A lease older than this is looked at even if its own job is lost. */
const OVERDUE_SECONDS = 60;

/** Looks after what may have been lost: each held lease, and the locks of each environment, get one look a minute. */
export const sweep = defineWorker({
  queue: 'sweeps',
  concurrency: 1,

  async run(ctx) {
    const now = ctx.now();
    const minute = Math.floor(now.getTime() / 60_000);
    for (const environment of await listEnvironmentNames(ctx.redis)) {
      for (const lease of (await listLeases(ctx.redis, environment)).values()) {
        if (now.getTime() - lease.since.getTime() < OVERDUE_SECONDS * 1_000) continue;
        const { deployment } = lease;
        await ctx.jobs.add('deployments', `${deployment}-sweep-${minute}`, {
          version: 1,
          deployment,
          reference: 'sweep',
        });
      }
    }
    for (const environment of await lockPlaces(ctx)) {
      await askToKeepLocks(ctx, environment, `sweep-${minute}`);
    }
    await askToSweepPullRequests(ctx);
    if (minute % 2 === 0) await lookAtTiedLocks(ctx, `sweep-${minute}`);
    return 'done';
  },
});

const PULL_REQUESTS_EVERY_SECONDS = 900;

async function askToSweepPullRequests({ config, github, jobs, now }: Context): Promise<void> {
  if (github === undefined) return;
  const every = config.remote_deploys?.sweep_every ?? PULL_REQUESTS_EVERY_SECONDS;
  const why = `sweep-${Math.floor(now().getTime() / (every * 1_000))}`;
  await jobs.add('pull-request-sweeps', why, { version: 1, why });
}
