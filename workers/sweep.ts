import type { Context } from '../src/context.ts';
import { lookAtSuspects } from '../src/deployments/recover.ts';
import { tellAllExpired } from '../src/freezes/told.ts';
import { askToKeepLocks } from '../src/locks/act.ts';
import { lockPlaces } from '../src/locks/places.ts';
import { lookAtTiedLocks } from '../src/locks/tied.ts';
import { defineWorker } from '../src/worker.ts';

/** Looks after what may have been lost: suspect leases twice a minute, and the locks of each environment once. */
export const sweep = defineWorker({
  queue: 'sweeps',
  concurrency: 1,

  async run(ctx) {
    await lookAtSuspects(ctx);
    const minute = Math.floor(ctx.now().getTime() / 60_000);
    for (const environment of await lockPlaces(ctx)) {
      await askToKeepLocks(ctx, environment, `sweep-${minute}`);
    }
    await tellAllExpired(ctx);
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
