import { rulesFor } from '../config/find.ts';
import type { Context } from '../context.ts';
import { type Deployment, deploymentIdFor } from '../deployments/deployment.ts';
import { cancelRun } from '../deployments/driver.ts';
import { newDeployment } from '../deployments/request.ts';
import { wake } from '../deployments/result.ts';
import { endBeforeStart } from '../deployments/start.ts';
import { createDeployment, findDeployment } from '../deployments/store.ts';
import { tell } from '../deployments/tell.ts';
import { markGone, NOTHING_UP } from './bring-up.ts';
import { lookSoon } from './look-again.ts';
import type { RemoteDeploy } from './remote-deploy.ts';
import { freePlace } from './places.ts';
import { nameOf, saveRemote } from './store.ts';

/** How long after each failed teardown the next one begins; after the last people are asked. */
const AGAIN_AFTER_SECONDS = [60, 300, 900, 3_600] as const;

const RUN_GOES_ON = 'It is torn down as soon as the run that goes on has ended.';

/** One step towards nothing being up any more. */
export async function bringDown(ctx: Context, remote: RemoteDeploy): Promise<RemoteDeploy> {
  const last = remote.deployment === null ? undefined : await findDeployment(ctx.redis, remote.deployment);
  if (last !== undefined && !last.runOver) return endFirst(ctx, remote, last);

  const mayBeUp = remote.mayBeUp || (last?.intendedAt ?? null) !== null;
  const logUrl = last?.logUrl ?? remote.logUrl;
  const live =
    last?.state === 'success' ? { ...liveOf(last), since: last.endedAt ?? last.updatedAt } : remote.live;
  const now = { ...remote, mayBeUp, logUrl, live };
  if (!mayBeUp) return isOver(ctx, now);
  if (now.teardown === null) return tearDown(ctx, now, 1);

  const teardown = await findDeployment(ctx.redis, now.teardown.deployment);
  if (teardown === undefined) return start(ctx, now, now.teardown);
  if (teardown.state === 'success' || teardown.lateEnd === 'success') return isOver(ctx, now);
  if (!teardown.runOver) {
    // An earlier look may have died between the record and the queue.
    if (teardown.intendedAt === null) await handOn(ctx, teardown);
    return saveRemote(ctx.redis, onItsWay(now, teardown));
  }
  return tryAgain(ctx, now, now.teardown, teardown);
}

function liveOf({ id: deployment, sha, url }: Deployment) {
  return { deployment, sha, url };
}

/** What has not begun is ended; what runs is asked to end, and waited for. */
async function endFirst(ctx: Context, remote: RemoteDeploy, last: Deployment): Promise<RemoteDeploy> {
  if (last.state === 'queued' && last.intendedAt === null) {
    const summary = 'Nobody wants it any more, so it was not started.';
    await endBeforeStart(ctx, last, 'cancelled', { reason: 'cancelled', summary });
    await lookSoon(ctx, remote, `${last.id}-ended`);
    return remote;
  }
  const asked = `${last.id}-cancel`;
  if (remote.deployedFor !== asked) {
    const answer = await cancelRun(ctx, last);
    ctx.log.info({ deployment: last.id, answer: answer.state }, 'asked to end the run of a remote deploy');
    await wake(ctx, last, 'cancel');
  }
  return saveRemote(ctx.redis, { ...busy(remote, RUN_GOES_ON), deployedFor: asked });
}

type Teardown = NonNullable<RemoteDeploy['teardown']>;

async function tearDown(ctx: Context, remote: RemoteDeploy, attempt: number): Promise<RemoteDeploy> {
  const { stop, environment, round } = remote;
  const since = stop?.at.getTime() ?? 0;
  const deployment = deploymentIdFor(environment, ['down', nameOf(remote), since, round, attempt].join(' '));
  const teardown = { deployment, attempt, againAt: null };
  // First on the record: whoever looks later looks for this one.
  return start(ctx, await saveRemote(ctx.redis, { ...remote, teardown }), teardown);
}

/** Records the teardown with its lease and hands it on: from there it is started once, and watched, like every deployment. */
async function start(
  ctx: Context,
  remote: RemoteDeploy,
  { deployment: id }: Teardown,
): Promise<RemoteDeploy> {
  const { environment, service, repository, number, live, head, stop, wish } = remote;
  const rules = rulesFor(ctx.config, environment);
  if (rules === undefined) return remote;
  const by = stop?.by || (wish?.by ?? 'baton');
  const sha = live?.sha ?? remote.deployedSha ?? head;
  const resolved = { ref: sha, sha, title: '', kind: 'sha', pullRequest: number } as const;
  const actor = { id: by, name: '', team: '', timezone: 'UTC', barred: null };
  const asked = {
    command: id,
    reference: id.slice(-8),
    actor,
    environment,
    service,
    repository,
    channel: '',
  };
  const wanted = newDeployment(ctx, id, { ...asked, resolved, wait: false }, rules);
  const of = live?.deployment ?? remote.deployment;
  const created = await createDeployment(ctx.redis, { ...wanted, kind: 'down', of, url: null });
  if (created.kind === 'leased') {
    return saveRemote(ctx.redis, busy(remote, RUN_GOES_ON));
  }
  await handOn(ctx, created.deployment);
  return saveRemote(ctx.redis, onItsWay(remote, created.deployment));
}

async function handOn(ctx: Context, deployment: Deployment): Promise<void> {
  const { id, reference } = deployment;
  await ctx.jobs.add('deployments', id, { version: 1, deployment: id, reference });
  await tell(ctx, deployment);
}

function onItsWay(remote: RemoteDeploy, { state, summary }: Deployment): RemoteDeploy {
  if (state === 'unknown') return { ...remote, state: 'failed', reason: 'driver_unknown', why: summary };
  return busy(remote, '');
}

/** A refusal stays what it is while what was up before goes. */
function busy(remote: RemoteDeploy, why: string): RemoteDeploy {
  return remote.stop?.why === 'refused' ? remote : { ...remote, state: 'deploying', reason: null, why };
}

async function tryAgain(
  ctx: Context,
  remote: RemoteDeploy,
  { attempt, againAt }: Teardown,
  { id, summary, endedAt, updatedAt, logUrl }: Deployment,
): Promise<RemoteDeploy> {
  const seconds = AGAIN_AFTER_SECONDS[attempt - 1];
  const failed = {
    ...remote,
    state: 'failed' as const,
    reason: 'driver_failed' as const,
    logUrl: logUrl ?? remote.logUrl,
  };
  if (seconds === undefined) {
    const why = `It could not be torn down, ${attempt} times. ${summary}`;
    return saveRemote(ctx.redis, { ...failed, why, teardown: { deployment: id, attempt, againAt: null } });
  }
  const at = againAt ?? new Date((endedAt ?? updatedAt).getTime() + seconds * 1_000);
  if (at <= ctx.now()) return tearDown(ctx, failed, attempt + 1);
  const why = `It could not be torn down and is tried again. ${summary}`;
  return saveRemote(ctx.redis, { ...failed, why, teardown: { deployment: id, attempt, againAt: at } });
}

/** Nothing is up any more: the place is free for another one. */
async function isOver(ctx: Context, remote: RemoteDeploy): Promise<RemoteDeploy> {
  if (remote.live !== null) await markGone(ctx, remote.live.deployment);
  const isRefused = remote.stop?.why === 'refused';
  const saved = await saveRemote(ctx.redis, {
    ...remote,
    state: isRefused ? 'refused' : 'down',
    why: isRefused ? remote.why : '',
    reason: isRefused ? remote.reason : null,
    inLine: false,
    round: remote.round + 1,
    ...NOTHING_UP,
  });
  const next = await freePlace(ctx.redis, remote, ctx.config.remote_deploys?.max ?? 0);
  for (const one of next)
    await lookSoon(ctx, one, `place-${nameOf(remote).replaceAll('/', '-')}-${saved.revision}`);
  return saved;
}
