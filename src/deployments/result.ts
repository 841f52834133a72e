import { hash } from 'node:crypto';
import * as z from 'zod';
import type { Context } from '../context.ts';
import { CallbackBody, type TargetResult, resultDetails } from '../drivers/callback.ts';
import { mapTexts } from '../redact.ts';
import { parseStored } from '../redis/parse-stored.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { type Deployment, environmentOfDeployment } from './deployment.ts';

const StoredResult = z.object({ state: CallbackBody.shape.state, ...resultDetails });

/*
 * Keeps what a target told. An end that was told stays; so do the addresses that it told before.
 *
 *   KEYS[1]  result
 *   ARGV[1]  result as JSON
 *
 *   Returns  'taken', 'known' when the same end was told before, 'conflict' for another end
 */
const RECORD = defineScript(/* lua */ `
  local stored = redis.call('GET', KEYS[1])
  local now = cjson.decode(ARGV[1])
  if stored then
    local before = cjson.decode(stored)
    if before.state ~= 'in_progress' then
      if now.state == before.state or now.state == 'in_progress' then return 'known' end
      return 'conflict'
    end
    now.url = now.url or before.url
    now.log_url = now.log_url or before.log_url
  end
  redis.call('SET', KEYS[1], cjson.encode(now))
  return 'taken'
`);

/**
 * Takes a target's word on a run and wakes whoever watches it. `conflict` for the fence of another run, for an end that
 * differs from the one known, and for a deployment that was never started.
 */
export async function recordResult(
  ctx: Context,
  deployment: Deployment,
  { fence, ...result }: TargetResult & { readonly fence: number },
): Promise<'taken' | 'known' | 'conflict'> {
  if (fence !== deployment.fence || deployment.intendedAt === null) return 'conflict';
  if (deployment.runOver) {
    const end = deployment.lateEnd ?? deployment.state;
    // What failed after somebody had asked the target to end it was cancelled.
    const known: string[] = [end === 'cancelled' ? 'failure' : end, 'in_progress'];
    return known.includes(result.state) ? 'known' : 'conflict';
  }

  const told = JSON.stringify(mapTexts(result, ['description', 'url', 'log_url'], ctx.driverTools.redact));
  const outcome = z
    .enum(['taken', 'known', 'conflict'])
    .parse(await RECORD(ctx.redis, [resultKey(deployment.id)], [told]));
  const what = hash('sha256', told, 'hex').slice(0, 12); // the same thing told again is no news
  if (outcome !== 'conflict') await wake(ctx, deployment, `told-${result.state}-${what}`);
  return outcome;
}

/** The newest word of its target. Throws UnreadableError. */
export async function findResult(redis: RedisClient, id: string): Promise<TargetResult | undefined> {
  const json = await redis.get(resultKey(id));
  return json === null ? undefined : parseStored(StoredResult, resultKey(id), json);
}

/** Has a worker look at the deployment once, soon. `why` tells one event from another. */
export async function wake(
  ctx: Context,
  { id, reference }: Pick<Deployment, 'id' | 'reference'>,
  why: string,
): Promise<void> {
  await ctx.jobs.add('deployments', `${id}-wake-${why}`, { version: 1, deployment: id, reference });
}

const resultKey = (id: string) => `baton:{${environmentOfDeployment(id)}}:result:${id}`;
