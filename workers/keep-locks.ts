import { keepLocks } from '../src/locks/act.ts';
import { UnreadableLockError } from '../src/locks/lock.ts';
import { defineWorker } from '../src/worker.ts';

/** What time does to locks: ends them, gives the next in the line their turn, reminds holders. */
export const keepLocksWorker = defineWorker({
  queue: 'locks',
  concurrency: 20,

  async run(ctx, { environment }, { id }) {
    try {
      await keepLocks(ctx, environment, id);
    } catch (error) {
      if (!(error instanceof UnreadableLockError)) throw error; // admins have been told; it stays as it is
    }
    return 'done';
  },
});
