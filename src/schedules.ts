import { randomUUID } from 'node:crypto';
import type { QueuedJobs } from './jobs.ts';

/** How often the sweep looks after what may have been lost. */
export const SWEEP_SECONDS = 30;

/** Has the sweep run twice a minute, once for all workers. */
export async function scheduleSweep(jobs: QueuedJobs): Promise<void> {
  await schedule(jobs, 'sweeps', 'sweep', { every: SWEEP_SECONDS * 1_000 });
}

/**
 * Has a worker look for digests that fall due: now, for what fell due while none ran, and at the beginning of each
 * minute, which is when handoffs are, once for all workers.
 */
export async function scheduleHandoffs(jobs: QueuedJobs): Promise<void> {
  await schedule(jobs, 'handoffs', 'look', { pattern: '0 * * * * *', tz: 'UTC' });
  await jobs.add('handoffs', `look-${randomUUID()}`, { version: 1 }, { comesAgain: true });
}

/** Has the head of the audit trail printed each day at noon UTC, once for all workers; late where none ran then. */
export async function scheduleAnchor(jobs: QueuedJobs): Promise<void> {
  await schedule(jobs, 'anchors', 'anchor', { pattern: '0 0 12 * * *', tz: 'UTC' });
}

async function schedule(
  { queues }: QueuedJobs,
  name: 'sweeps' | 'handoffs' | 'anchors',
  id: string,
  when: { readonly every: number } | { readonly pattern: string; readonly tz: string },
): Promise<void> {
  // One that is kept would stand in the way of the same moment when a clock is set back, and end the schedule.
  // An anchor that failed for good is a dead letter all the same: the next one comes only a day later.
  const opts = { removeOnComplete: true, removeOnFail: name !== 'anchors' };
  await queues.get(name)?.upsertJobScheduler(id, when, { name, data: { version: 1 }, opts });
}
