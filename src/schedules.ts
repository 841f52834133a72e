import type { QueuedJobs } from './jobs.ts';

/** How often the sweep looks after what may have been lost. */
export const SWEEP_SECONDS = 30;

/** Has the sweep run twice a minute, once for all workers. */
export async function scheduleSweep(jobs: QueuedJobs): Promise<void> {
  await schedule(jobs, 'sweeps', 'sweep', { every: SWEEP_SECONDS * 1_000 });
}

/** Has a worker look each minute for digests that fall due, once for all workers. */
export async function scheduleHandoffs(jobs: QueuedJobs): Promise<void> {
  await schedule(jobs, 'handoffs', 'look', { every: 60_000 });
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
  await queues.get(name)?.upsertJobScheduler(id, when, { name, data: { version: 1 } });
}
