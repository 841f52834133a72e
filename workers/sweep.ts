import { lookAtSuspects } from '../src/deployments/recover.ts';
import { askToKeepLocks } from '../src/locks/act.ts';
import { ALL } from '../src/locks/lock.ts';
import { lookAtTiedLocks } from '../src/locks/tied.ts';
import { defineWorker } from '../src/worker.ts';

/** Looks after what may have been lost: suspect leases twice a minute, and the locks of each environment once. */
export const sweep = defineWorker({
  queue: 'sweeps',
  concurrency: 1,

  async run(ctx) {
    await lookAtSuspects(ctx);
    const minute = Math.floor(ctx.now().getTime() / 60_000);
    for (const environment of [ALL, ...Object.keys(ctx.config.environments)]) {
      await askToKeepLocks(ctx, environment, `sweep-${minute}`);
    }
    if (minute % 2 === 0) await lookAtTiedLocks(ctx, `sweep-${minute}`);
    return 'done';
  },
});
