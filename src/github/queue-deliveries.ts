import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type GitHubDelivery, type Jobs, MAX_DELIVERIES } from '../jobs.ts';
import { within } from '../within.ts';

/** GitHub gives up after ten seconds and does not send again by itself: a short absence of Redis is waited out. */
const WITHIN_SECONDS = 3;
const REPEAT_AFTER_MS = 250;

/**
 * Puts deliveries on the queue, durably, some in one job. Rejects when Redis does not take them in about three seconds;
 * then they may be queued all the same, which is harmless: an event is only a wake-up.
 */
export async function queueDeliveries(jobs: Jobs, deliveries: readonly GitHubDelivery[]): Promise<void> {
  const each = [...new Map(deliveries.map((delivery) => [delivery.delivery, delivery])).values()];
  const lot = `g-${randomUUID()}`; // the same at each attempt, so that what was taken is not taken twice
  const pieces = Array.from({ length: Math.ceil(each.length / MAX_DELIVERIES) }, (_, index) => ({
    id: `${lot}-${index}`,
    deliveries: each.slice(index * MAX_DELIVERIES, (index + 1) * MAX_DELIVERIES),
  }));
  const deadline = performance.now() + WITHIN_SECONDS * 1_000;
  for (;;) {
    const adding = pieces.map(({ id, deliveries: some }) =>
      jobs.add('github', id, { version: 1, deliveries: some }),
    );
    try {
      await within(Math.max(0, deadline - performance.now()) / 1_000, Promise.all(adding));
      return;
    } catch (error) {
      if (performance.now() + REPEAT_AFTER_MS > deadline) throw error;
      await sleep(REPEAT_AFTER_MS);
    }
  }
}
