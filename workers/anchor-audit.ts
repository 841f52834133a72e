import { verifyAudit } from '../src/audit/store.ts';
import { trailAnchored } from '../src/views/audit.ts';
import { defineWorker } from '../src/worker.ts';

/**
 * Prints where the audit trail stands to the audit channel, where nobody who can write to Redis can change it: once a
 * day, however many workers there are and however often the job runs. The whole chain is recomputed first.
 */
export const anchorAudit = defineWorker({
  queue: 'anchors',
  concurrency: 1,

  async run(ctx) {
    const channel = ctx.config.slack.channels.audit;
    if (channel === undefined) return 'done';
    const verdict = await verifyAudit(ctx.redis);
    if (!verdict.ok) ctx.log.error({ ...verdict }, 'the audit trail is broken');
    else if (verdict.entries === 0) return 'done';

    const day = ctx.now().toISOString().slice(0, 10);
    // A message is known by its job for 90 days, so a second one of the same day is not sent.
    await ctx.jobs.add('messages', `anchor-${day}`, {
      version: 1,
      kind: 'notice',
      channel,
      user: '',
      view: trailAnchored(verdict, day),
      reference: 'anchor',
    });
    return 'done';
  },
});
