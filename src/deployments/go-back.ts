import type { RedisClient } from '../redis/script.ts';
import type { Deployment, Live } from './deployment.ts';
import { listLives } from './lives.ts';
import { findDeployment, findLive } from './store.ts';

/** What a rollback goes back to, and the sha that it leaves. */
export interface WayBack {
  readonly to: Deployment;
  readonly leaves: string;
}

const MOST_RETRIES = 10;

/**
 * Where a rollback goes: to the last other sha that succeeded there before what is live; after a rollback, before what
 * that one went back to. When a later run failed (`from`, or the last one), half of it may be there, and it goes to what
 * is live still; when that run was a rollback, to where it was to go. Undefined when there is none in the last 50.
 */
export async function findWayBack(
  redis: RedisClient,
  {
    environment,
    service,
    from,
  }: Pick<Deployment, 'environment' | 'service'> & { from?: Deployment | undefined },
): Promise<WayBack | undefined> {
  const live = await findLive(redis, environment, service);
  if (live === undefined) return undefined;
  const failed = from ?? (await find(redis, live.disturbedBy));
  if (failed !== undefined && failed.id !== live.deployment) return behindFailed(redis, live, failed);
  return behindLive(redis, live, await listLives(redis, environment, service));
}

async function behindFailed(
  redis: RedisClient,
  live: Live,
  failed: Deployment,
): Promise<WayBack | undefined> {
  const meant = live.disturbed ? await original(redis, failed) : failed;
  const goesTo = live.disturbed && meant.kind === 'rollback' ? meant.of : live.deployment;
  const to = await find(redis, goesTo);
  return to === undefined ? undefined : { to, leaves: meant.leaves ?? failed.sha };
}

async function behindLive(
  redis: RedisClient,
  live: Live,
  lives: readonly Live[],
): Promise<WayBack | undefined> {
  const now = lives.findIndex(({ deployment }) => deployment === live.deployment);
  if (now === -1) return undefined;
  const record = await find(redis, live.deployment);
  const older = lives.slice(now + 1);
  const went = record?.leaves != null ? older.findIndex(({ sha }) => sha === live.sha) : -1;
  const before = older.slice(went + 1).find(({ sha }) => sha !== live.sha);
  const to = await find(redis, before?.deployment);
  return to === undefined ? undefined : { to, leaves: live.sha };
}

/** What a retry repeats. */
async function original(redis: RedisClient, deployment: Deployment): Promise<Deployment> {
  let found = deployment;
  for (let tries = 0; found.kind === 'retry' && tries < MOST_RETRIES; tries += 1) {
    const before = await find(redis, found.of);
    if (before === undefined) break;
    found = before;
  }
  return found;
}

async function find(redis: RedisClient, id: string | null | undefined): Promise<Deployment | undefined> {
  return id == null ? undefined : findDeployment(redis, id);
}
