import { appendAudit } from '../audit/store.ts';
import { rulesFor } from '../config/find.ts';
import type { Context } from '../context.ts';
import { type Deployment, deploymentIdFor, isFinished } from '../deployments/deployment.ts';
import { isGitHubLogin } from '../deployments/may-deploy.ts';
import { type Requested, requestDeployment } from '../deployments/request.ts';
import { endBeforeStart } from '../deployments/start.ts';
import { findDeployment, replaceDeployment } from '../deployments/store.ts';
import { tell } from '../deployments/tell.ts';
import type { WholePullRequest } from '../github/whole-pull-request.ts';
import { REASONS, type ReasonCode } from '../reason-codes.ts';
import { readClosed } from './checks-of-head.ts';
import { whoIsIdle } from './idle.ts';
import type { RemoteDeploy, Wish } from './remote-deploy.ts';
import { takePlace } from './places.ts';
import { nameOf, saveRemote } from './store.ts';

/** One step towards the newest head being up. */
export async function bringUp(
  ctx: Context,
  remote: RemoteDeploy,
  seen: WholePullRequest,
): Promise<RemoteDeploy> {
  const { wish } = remote;
  const { max = 0 } = ctx.config.remote_deploys ?? {};
  if (wish === null) return remote;
  const teardown = remote.teardown && (await findDeployment(ctx.redis, remote.teardown.deployment));
  if (teardown != null && !teardown.runOver) {
    return wait(ctx, remote, 'It is being torn down first.', 'deployment_running');
  }
  const isDown = teardown?.state === 'success';
  const { deployment } = remote;
  const last = isDown || deployment === null ? undefined : await findDeployment(ctx.redis, deployment);
  const since = isDown ? NOTHING_UP : await outcomeOf(ctx, remote, last);
  const now = { ...remote, teardown: null, ...since };
  if (last !== undefined && !last.runOver) return watchOver(ctx, now, last);

  const isMeant = now.deployedSha === now.head && now.deployedFor === wish.id;
  if (isMeant && last !== undefined && !mayTryAgain(last))
    return saveRemote(ctx.redis, ended(ctx, now, last));
  if (now.live?.sha === now.head) return saveRemote(ctx.redis, stillLive(ctx, now, wish));

  if (!(await takePlace(ctx.redis, now, { max, now: ctx.now() }))) {
    return wait(ctx, { ...now, inLine: true }, await whoIsIdle(ctx, max), null);
  }
  const placed = { ...now, inLine: false };
  const isFirst = now.deployedFor !== wish.id || isMeant;
  const closed = isFirst ? undefined : await readClosed(ctx, placed);
  if (closed !== undefined) return stay(ctx, placed, closed);
  return deploy(
    ctx,
    { ...placed, round: isMeant && last !== undefined ? now.round + 1 : now.round },
    wish,
    seen,
  );
}

/** What a record says after a teardown. */
export const NOTHING_UP = {
  live: null,
  mayBeUp: false,
  teardown: null,
  expiresAt: null,
  deployment: null,
  deployedSha: null,
  deployedFor: '',
} as const;

/** What the last deployment of it has come to. */
async function outcomeOf(
  ctx: Context,
  { live, mayBeUp, logUrl }: RemoteDeploy,
  last: Deployment | undefined,
): Promise<Partial<RemoteDeploy>> {
  if (last === undefined) return {};
  const isUp = last.state === 'success' || last.lateEnd === 'success';
  if (isUp && live?.deployment !== last.id && live !== null) await markGone(ctx, live.deployment);
  return {
    mayBeUp: mayBeUp || last.intendedAt !== null,
    logUrl: last.logUrl ?? logUrl,
    ...(isUp && {
      live: { deployment: last.id, sha: last.sha, since: last.endedAt ?? last.updatedAt, url: last.url },
    }),
  };
}

/** GitHub shows what was there before as inactive from then on. Safe to repeat. */
export async function markGone(ctx: Context, id: string): Promise<void> {
  const deployment = await findDeployment(ctx.redis, id);
  if (deployment === undefined || deployment.gone) return;
  await tell(ctx, await replaceDeployment(ctx.redis, deployment, { ...deployment, gone: true }));
}

/** It runs, or is about to: a newer head takes the place of what has not begun, and waits for what has. */
async function watchOver(ctx: Context, remote: RemoteDeploy, last: Deployment): Promise<RemoteDeploy> {
  if (last.sha === remote.head) {
    // An earlier look may have died between the record and the queue.
    if (last.intendedAt === null) await handOn(ctx, remote, last);
    return saveRemote(ctx.redis, ended(ctx, remote, last));
  }
  if (last.state === 'queued' && last.intendedAt === null) {
    const summary = 'A newer commit has been pushed, and is deployed instead.';
    await endBeforeStart(ctx, last, 'superseded', { reason: 'superseded', summary });
    return stay(ctx, remote, 'A newer commit has been pushed, and is deployed instead.');
  }
  return stay(ctx, remote, 'A newer commit has been pushed; it is deployed when this one has ended.');
}

const STATES = {
  awaiting_approval: 'queued',
  waiting: 'queued',
  queued: 'queued',
  in_progress: 'deploying',
  success: 'live',
  failure: 'failed',
  cancelled: 'failed',
  superseded: 'failed',
  unknown: 'failed',
} as const satisfies Record<Deployment['state'], RemoteDeploy['state']>;

function ended(ctx: Context, remote: RemoteDeploy, last: Deployment): RemoteDeploy {
  const state = last.lateEnd === 'success' ? 'live' : STATES[last.state];
  const { reason, summary } = last;
  const words = state === 'failed' ? summary || (reason === null ? '' : REASONS[reason].says) : '';
  const expiresAt = isFinished(last)
    ? endOfTime(ctx, remote, last.endedAt ?? last.updatedAt)
    : remote.expiresAt;
  return { ...remote, state, why: words, reason: state === 'failed' ? reason : null, expiresAt };
}

/** Asked for again, it has its whole time again. */
function stillLive(ctx: Context, remote: RemoteDeploy, wish: Wish): RemoteDeploy {
  const expiresAt = endOfTime(ctx, remote, remote.live?.since ?? ctx.now());
  return {
    ...remote,
    state: 'live',
    why: '',
    reason: null,
    deployedFor: wish.id,
    deployedSha: remote.head,
    expiresAt,
  };
}

function endOfTime(ctx: Context, { wish }: RemoteDeploy, since: Date): Date {
  const seconds = ctx.config.remote_deploys?.expire_after ?? 0;
  return new Date(Math.max(since.getTime(), wish?.at.getTime() ?? 0) + seconds * 1_000);
}

/** A gate that closed right before the start opens again; what ran, or was ended by somebody, is not repeated. */
function mayTryAgain({ state, reason, intendedAt }: Deployment): boolean {
  if (state === 'superseded') return true; // the branch was pushed back to it
  return state === 'cancelled' && intendedAt === null && reason !== 'cancelled' && reason !== 'not_allowed';
}

async function deploy(
  ctx: Context,
  remote: RemoteDeploy,
  wish: Wish,
  seen: WholePullRequest,
): Promise<RemoteDeploy> {
  const { repository, number, environment, service, head, round } = remote;
  const rules = rulesFor(ctx.config, environment);
  const actor = isGitHubLogin(wish.by) ? somebody(ctx, wish.by) : await ctx.slack.findPerson(wish.by);
  if (rules === undefined || actor === undefined)
    return wait(ctx, remote, 'Slack does not know who asked for it.', 'not_allowed');
  const command = ['remote', nameOf(remote), wish.id, head, round].join(' ');
  const id = deploymentIdFor(environment, command);
  // First on the record: whoever looks later finds what was begun, and asks for the same one again.
  const meant = { ...remote, deployment: id, deployedSha: head, deployedFor: wish.id };
  const noted = await saveRemote(ctx.redis, { ...meant, state: 'queued', why: '', reason: null });
  const requested = await requestDeployment(ctx, rules, {
    command,
    reference: id.slice(-8),
    actor,
    environment,
    service,
    repository,
    channel: wish.channel,
    resolved: { ref: seen.branch, sha: head, title: seen.title, kind: 'sha', pullRequest: number },
    wait: false,
  });
  if (requested.kind === 'refused') return notYet(ctx, noted, requested, wish);
  await handOn(ctx, noted, requested.deployment);
  return noted;
}

async function handOn(ctx: Context, remote: RemoteDeploy, deployment: Deployment): Promise<void> {
  const { id, reference, requestedBy, sha, ref, fence, environment, service } = deployment;
  await ctx.jobs.add('deployments', id, { version: 1, deployment: id, reference });
  await Promise.all([
    tell(ctx, deployment),
    appendAudit(ctx.redis, {
      id: `${id}-asked`,
      at: deployment.createdAt,
      actor: requestedBy,
      action: 'remote deploy',
      subject: id,
      outcome: 'accepted',
      reason: null,
      detail: { environment, service, sha, ref, fence, pull_request: nameOf(remote) },
    }),
  ]);
}

async function notYet(
  ctx: Context,
  remote: RemoteDeploy,
  { refusals }: Extract<Requested, { kind: 'refused' }>,
  { by }: Wish,
): Promise<RemoteDeploy> {
  const reason = refusals[0]?.reason ?? 'deployment_running';
  await appendAudit(ctx.redis, {
    id: `${remote.deployment}-refused-${reason}`,
    at: ctx.now(),
    actor: by,
    action: 'remote deploy',
    subject: `${remote.environment}/${remote.service}`,
    outcome: 'refused',
    reason,
    detail: { pull_request: nameOf(remote), sha: remote.head },
  });
  return wait(ctx, remote, REASONS[reason].says, reason);
}

/** Nothing is live of the newest head yet: it is queued. */
async function wait(
  ctx: Context,
  remote: RemoteDeploy,
  why: string,
  reason: ReasonCode | null,
): Promise<RemoteDeploy> {
  return saveRemote(ctx.redis, { ...remote, state: 'queued', why, reason });
}

/** What is there stays as it is, with a word on the newest head. */
async function stay(ctx: Context, remote: RemoteDeploy, why: string): Promise<RemoteDeploy> {
  const last = remote.deployment === null ? undefined : await findDeployment(ctx.redis, remote.deployment);
  const runs = last !== undefined && !last.runOver;
  const state = runs ? STATES[last.state] : remote.live !== null ? 'live' : 'queued';
  return saveRemote(ctx.redis, { ...remote, state, why, reason: null });
}

/** Somebody whom only GitHub knows, with what a deployment needs of a person. */
function somebody({ config }: Context, id: string) {
  return { id, name: id, team: config.slack.workspace, timezone: 'UTC', barred: null };
}
