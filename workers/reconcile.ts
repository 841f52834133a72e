import { reconcile } from '../src/deployments/reconcile.ts';
import { defineWorker } from '../src/worker.ts';

/** Looks once at what runs on an environment that is held because Redis has lost data. */
export const reconcileWorker = defineWorker({
  queue: 'reconciles',
  concurrency: 5,

  async run(ctx, { environment }) {
    await reconcile(ctx, environment);
    return 'done';
  },
});
