import { lookForDigests, stepDigest } from '../src/handoffs/look.ts';
import { defineWorker } from '../src/worker.ts';

/** What the clock does to handoffs: a look each minute, and each digest taken a step further. */
export const postDigest = defineWorker({
  queue: 'handoffs',
  concurrency: 5,

  async run(ctx, { digest }) {
    await (digest === undefined ? lookForDigests(ctx) : stepDigest(ctx, digest));
    return 'done';
  },
});
