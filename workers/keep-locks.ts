import { keepLocks } from '../src/locks/act.ts';
import { UnreadableLockError } from '../src/locks/lock.ts';
import { defineWorker } from '../src/worker.ts';

/** What time does to locks: ends them, gives the next in the line their turn, reminds holders. */
export const keepLocksWorker = defineWorker({
  queue: 'locks',
  concurrency: 20,

  async run(ctx, { environment, due }, { id }) {
    // Another machine's clock sent it: this one has not come so far, and nobody else would look again.
    const early = (due?.getTime() ?? 0) - ctx.now().getTime();
    if (early > 0) return { againInSeconds: early / 1_000 };
    try {
      await keepLocks(ctx, environment, id);
    } catch (error) {
      if (!(error instanceof UnreadableLockError)) throw error; // admins have been told; it stays as it is
    }
    return 'done';
  },
});
