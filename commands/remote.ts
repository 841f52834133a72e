import { appendAudit } from '../src/audit/store.ts';
import { type Call, defineCommand, type Reply } from '../src/command.ts';
import { remoteEnvironmentName } from '../src/config/remote-name.ts';
import type { Context } from '../src/context.ts';
import { hasSucceeded } from '../src/deployments/deployment.ts';
import { findDeployment } from '../src/deployments/store.ts';
import { UserError } from '../src/errors.ts';
import { findWholePullRequest } from '../src/github/whole-pull-request.ts';
import { requireRole } from '../src/people/permission.ts';
import { type AskedFor, readAskedFor } from '../src/remote-deploys/asked-for.ts';
import { whoIsIdle } from '../src/remote-deploys/idle.ts';
import { lookSoon } from '../src/remote-deploys/look-again.ts';
import { takePlace } from '../src/remote-deploys/places.ts';
import { newRemote, type RemoteDeploy } from '../src/remote-deploys/remote-deploy.ts';
import { findRemote, nameOf, saveRemote } from '../src/remote-deploys/store.ts';
import { remoteAsked, remoteNone, remoteStatus } from '../src/views/remote.ts';

export const remote = defineCommand({
  name: 'remote',
  usage: '/remote SERVICE#PR up|down|status',
  summary: 'Give a pull request an environment of its own, or take it away',
  example: '/remote api#12 up',
  grammar: { words: ['SERVICE#PR', 'up|down|status'], flags: [], clauses: [] },

  async run(ctx, call) {
    const asked = readAskedFor(ctx.config, call.words);
    if (asked.verb === 'up') return bringUp(ctx, call, asked);
    if (asked.verb === 'down') return tearDown(ctx, call, asked);
    const found = await findRemote(ctx.redis, asked.repository, asked.number);
    const view = found === undefined ? remoteNone(asked.service, asked.number) : remoteStatus(found);
    return { to: 'caller', view };
  },
});

/** Notes the wish; a worker puts the label on, which is the wish that others see, and brings it up. */
async function bringUp(ctx: Context, call: Call, asked: AskedFor): Promise<Reply> {
  await requireDeployer(ctx, call, asked);
  await requirePullRequest(ctx, asked);
  const { actor, channel, id } = call;
  const before = await findRemote(ctx.redis, asked.repository, asked.number);
  if (before?.wish?.id !== id) {
    const wish = { id, by: actor.id, login: '', at: ctx.now(), channel, unlabelled: true };
    const base = before ?? newRemote({ ...asked, now: ctx.now() });
    const state = base.state === 'down' || base.state === 'refused' ? 'queued' : base.state;
    await saveRemote(ctx.redis, { ...base, wish, stop: null, expiresAt: null, state, why: '', reason: null });
  }
  await handOn(ctx, call, asked);
  const max = ctx.config.remote_deploys?.max ?? 0;
  const hasPlace = await takePlace(ctx.redis, asked, { max, now: ctx.now() });
  return { to: 'caller', view: remoteAsked(shown(asked), 'up', hasPlace ? '' : await whoIsIdle(ctx, max)) };
}

async function tearDown(ctx: Context, call: Call, asked: AskedFor): Promise<Reply> {
  await requireDeployer(ctx, call, asked);
  const before = await findRemote(ctx.redis, asked.repository, asked.number);
  const isOver = before === undefined || before.state === 'down' || before.state === 'refused';
  if (isOver && !call.again) return { to: 'caller', view: remoteNone(asked.service, asked.number) };
  if (before !== undefined && !isOver && before.stop?.command !== call.id) {
    const stop = {
      why: 'command' as const,
      at: ctx.now(),
      by: call.actor.id,
      command: call.id,
      unlabelled: false,
    };
    const teardown = await teardownThatCounts(ctx, before);
    await saveRemote(ctx.redis, { ...before, stop, teardown });
  }
  await handOn(ctx, call, asked);
  return { to: 'caller', view: remoteAsked(shown(asked), 'down', '') };
}

/** One that is under way is enough; one that failed is tried anew for a person, however often it has failed before. */
async function teardownThatCounts(
  ctx: Context,
  { teardown }: RemoteDeploy,
): Promise<RemoteDeploy['teardown']> {
  const tried = teardown === null ? undefined : await findDeployment(ctx.redis, teardown.deployment);
  return tried !== undefined && tried.runOver && !hasSucceeded(tried) ? null : teardown;
}

async function requireDeployer(ctx: Context, { actor }: Call, asked: AskedFor): Promise<void> {
  const { service, number, verb } = asked;
  const environment = remoteEnvironmentName(number);
  const may = `bring ${service}#${number} ${verb}`;
  await requireRole(ctx, actor, { role: 'deployer', environment, may });
}

/** Throws UserError for what cannot be deployed whoever asks. */
async function requirePullRequest({ github }: Context, { repository, number }: AskedFor): Promise<void> {
  if (github === undefined) {
    throw new UserError('GitHub is not configured, so there are no remote deploys.', {
      hint: 'Whoever runs Baton can give it a GITHUB_TOKEN or a GitHub App.',
    });
  }
  const found = await findWholePullRequest(github, repository, number);
  if (found === undefined || found.state !== 'open') {
    const what = found === undefined ? 'There is no' : 'It is over:';
    throw new UserError(`${what} pull request #${number} in ${repository}.`, { reason: 'ref_not_found' });
  }
  if (found.fromFork) {
    throw new UserError(`Pull request #${number} comes from a fork. Code from a fork is never run.`, {
      reason: 'fork_refused',
      hint: `Somebody who may push to ${repository} can review it and push it to a branch there.`,
    });
  }
  if (found.draft) {
    const hint = 'Mark it as ready for review first.';
    throw new UserError(`Pull request #${number} is a draft.`, { hint });
  }
}

async function handOn(ctx: Context, call: Call, asked: AskedFor): Promise<void> {
  const { id, actor } = call;
  await Promise.all([
    lookSoon(ctx, asked, `command-${id}`),
    appendAudit(ctx.redis, {
      id: `${id}-remote`,
      at: ctx.now(),
      actor: actor.id,
      action: `remote ${asked.verb}`,
      subject: `${remoteEnvironmentName(asked.number)}/${asked.service}`,
      outcome: 'accepted',
      reason: null,
      detail: { pull_request: nameOf(asked) },
    }),
  ]);
}

function shown({ service, number }: AskedFor) {
  return { service, number, environment: remoteEnvironmentName(number) };
}
