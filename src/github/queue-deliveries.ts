import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GitHubDelivery, Jobs } from '../jobs.ts';
import { within } from '../within.ts';

/** GitHub gives up after ten seconds and does not send again by itself: a short absence of Redis is waited out. */
const WITHIN_SECONDS = 3;
const REPEAT_AFTER_MS = 250;

/**
 * Puts deliveries on the queue, durably, as one job. Rejects when Redis does not take it in about three seconds; then it
 * may be queued all the same, which is harmless: an event is only a wake-up.
 */
export async function queueDeliveries(jobs: Jobs, deliveries: readonly GitHubDelivery[]): Promise<void> {
  const each = [...new Map(deliveries.map((delivery) => [delivery.delivery, delivery])).values()];
  const id = `g-${randomUUID()}`; // the same at each attempt, so that what was taken is not taken twice
  const deadline = performance.now() + WITHIN_SECONDS * 1_000;
  for (;;) {
    const adding = jobs.add('github', id, { version: 1, deliveries: each });
    try {
      return await within(Math.max(0, deadline - performance.now()) / 1_000, adding);
    } catch (error) {
      if (performance.now() + REPEAT_AFTER_MS > deadline) throw error;
      await sleep(REPEAT_AFTER_MS);
    }
  }
}
