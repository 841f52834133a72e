import type { Logger } from 'pino';

export type Close = () => Promise<void>;

/** What SIGTERM leaves for handing over; after that the process ends as it is. */
const STOP_WITHIN_SECONDS = 28;

/** A terminal tells both npm and this process of one Ctrl-C, and npm hands its own on. */
const SAME_SIGNAL_MS = 1_000;

/**
 * On SIGTERM and SIGINT closes what `closing` holds by then, and ends the process. Told again, a second or more later,
 * it ends at once, though not without its private Redis (src/redis/server.ts).
 */
export function stopOnSignal(closing: Close[], log: Logger): void {
  let since: number | undefined;
  const stop = async () => {
    if (since !== undefined) {
      if (performance.now() - since > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    since = performance.now();
    log.info('stopping: nothing new is taken');
    setTimeout(() => process.exit(0), STOP_WITHIN_SECONDS * 1_000).unref();
    await closeAll(closing, log);
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop());
  process.on('SIGINT', () => void stop());
}

/** In the opposite order of opening. */
export async function closeAll(closing: Close[], log: Logger): Promise<void> {
  for (const close of closing.splice(0).toReversed()) {
    await close().catch((error: unknown) => log.warn({ err: error }, 'something did not close'));
  }
}
