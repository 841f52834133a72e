import type { Environment } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { adoptDeployment, readLiveText } from './adopt-deployment.ts';
import { type Deployment, isFinished, type Live } from './deployment.ts';
import type { Trace, Traced } from './evidence.ts';
import { newDeployment } from './request.ts';
import { findDeployment, findLive } from './store.ts';
import { tell } from './tell.ts';

export const LOST = 'Redis lost data, so nobody can tell yet whether this was started.';
/** In place of the runs folder of the start, which GitHub is not told. */
export const ELSEWHERE = 'the machine of the worker that started it';

type Found = Trace & { readonly environment: string };

/** Makes the records of one service anew: what may be running holds its lease, what succeeded last is live. */
export async function adoptTrace(
  ctx: Context,
  rules: Environment,
  { environment, latest, success }: Found,
): Promise<void> {
  if (success !== undefined) await adoptLive(ctx, rules, { environment, latest, success });
  if (latest.id === success?.id) return;

  const mayRun = latest.end === 'open';
  const known = await findDeployment(ctx.redis, latest.id);
  const found = await adoptDeployment(ctx.redis, recordOf(ctx, rules, { environment, ...latest }), {
    lease: mayRun,
  });
  const { id, reference, fence } = found;
  if (known === undefined)
    ctx.log.warn({ deployment: id, fence, mayRun }, 'a deployment was found on GitHub');
  if (!mayRun || isFinished(found)) return;
  // Its job looks the run up: it is found, has ended, never began, or people are asked.
  await ctx.jobs.add('deployments', id, { version: 1, deployment: id, reference });
  await tell(ctx, found);
}

async function adoptLive(
  ctx: Context,
  rules: Environment,
  { environment, latest, success }: Found & { readonly success: Traced },
): Promise<void> {
  const { id, ref, sha, service, fence, end } = success;
  const before = await readLiveText(ctx.redis, environment, service);
  const stored = await findLive(ctx.redis, environment, service);
  const recorded = stored === undefined ? undefined : await findDeployment(ctx.redis, stored.deployment);
  const isNewer = stored === undefined || (recorded?.fence ?? 0) < fence;
  const now: Live = {
    deployment: id,
    ref,
    sha,
    since: end === 'open' ? success.createdAt : end.at,
    by: success.requestedBy || 'baton',
    disturbed: latest.id !== id && latest.end !== 'open' && latest.end.state === 'failure',
  };
  const record = recordOf(ctx, rules, { environment, ...success });
  await adoptDeployment(ctx.redis, record, { lease: false, ...(isNewer && { live: { now, before } }) });
}

/** The record of a deployment as far as GitHub tells; what may run is `unknown` until its driver has been asked. */
function recordOf(
  ctx: Context,
  rules: Environment,
  traced: Traced & { readonly environment: string },
): Deployment {
  const { environment, id, service, repository, fence, sha, ref, createdAt, end } = traced;
  const actor = { id: traced.requestedBy || 'baton', team: '', name: '', timezone: 'UTC', barred: null };
  const blank = newDeployment(
    ctx,
    id,
    {
      command: '',
      reference: `found-${fence}`,
      actor,
      environment,
      service,
      repository,
      channel: rules.channel ?? ctx.config.slack.channels.releases ?? '',
      resolved: { ref, sha, kind: 'sha', title: '' },
      wait: false,
    },
    rules,
  );
  const told = {
    intendedAt: createdAt,
    attemptedAt: null, // it may have waited long before its start
    intendedOn: ELSEWHERE,
    createdAt,
    fence,
    revision: 1,
  };
  if (end === 'open') {
    return { ...blank, ...told, state: 'unknown', reason: 'driver_unknown', summary: LOST };
  }
  const reason = { success: null, failure: 'driver_failed', cancelled: 'cancelled' } as const;
  return {
    ...blank,
    ...told,
    state: end.state,
    reason: reason[end.state],
    summary: 'Redis lost data; this is what GitHub knows of it.',
    startedAt: end.state === 'cancelled' ? null : createdAt,
    endedAt: end.at,
    updatedAt: end.at,
    runOver: true,
  };
}
