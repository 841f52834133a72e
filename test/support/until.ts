import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is something. Throws when it has not come after a time that is long for what was asked. */
export async function until<Found>(
  what: string,
  ask: () => Found | Promise<Found>,
  seconds = 90,
): Promise<NonNullable<Found>> {
  const began = performance.now();
  const deadline = began + seconds * 1_000;
  while (performance.now() < deadline) {
    const found = await ask();
    if (found !== undefined && found !== null && found !== false) return found;
    // What takes long is asked for seldom: asking costs the machine what it needs to answer.
    await sleep(Math.min(50 + (performance.now() - began) / 20, 500));
  }
  throw new Error(`Not within ${seconds} s: ${what}`);
}
