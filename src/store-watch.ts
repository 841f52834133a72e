import { openStore, WATCH_SECONDS, watchStore } from './deployments/store-loss.ts';
import { scheduleSweep } from './schedules.ts';
import type { Opened } from './open-context.ts';

/** Compares the store with what is known of it: before anything is taken, every few seconds, and after each outage. */
export async function keepStore({ ctx, jobs }: Opened): Promise<() => Promise<void>> {
  let scheduled: string | undefined;
  const look = async () => {
    const { quarantine } = await watchStore(ctx);
    if (quarantine === null || quarantine.id === scheduled) return;
    scheduled = quarantine.id;
    await scheduleSweep(jobs); // it may have been lost with the rest
  };
  await openStore(ctx);
  const lookOrLog = () =>
    void look().catch((err: unknown) =>
      ctx.log.error({ err }, 'the store cannot be compared with what is known'),
    );
  const timer = setInterval(lookOrLog, WATCH_SECONDS * 1_000);
  ctx.redis.on('ready', lookOrLog);
  return async () => {
    clearInterval(timer);
    ctx.redis.off('ready', lookOrLog);
  };
}
