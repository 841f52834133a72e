import { createHash } from 'node:crypto';
import { appendAudit } from '../audit/store.ts';
import { findEnvironment } from '../config/find.ts';
import type { Environment } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { isHeldBack } from '../deployments/held-back.ts';
import { deploymentIdFor } from '../deployments/deployment.ts';
import { type Caller, order, orderedBefore } from '../deployments/order.ts';
import { GitHubUnreadableError, UnavailableError, UserError } from '../errors.ts';
import type { GitHub } from '../github/client.ts';
import { removeLabel } from '../github/labels.ts';
import { mayWrite } from '../github/permissions.ts';
import { readPullRequest } from '../github/pull-requests-of.ts';
import { resolveRef } from '../github/refs.ts';
import { secondsUntilWrite } from '../github/write-pace.ts';
import type { Person } from '../people/person.ts';
import { loadMember } from '../people/roles.ts';
import { nextStep, REASONS, type ReasonCode } from '../reason-codes.ts';
import { userError } from '../views/error.ts';
import type { View } from '../views/view.ts';
import { type Asked, commandOf } from './asked.ts';
import { environmentInLabel, serviceFor } from './deploy-label.ts';
import { listAsked, noteAsked, type PullRequestId, saveAsked } from './store.ts';
import { isSameLabelling, whoLabelled } from './who-labelled.ts';

/**
 * Takes every label off that asks for a deployment, once it is noted who put it on, at the pace that GitHub wants. Gives the
 * seconds after which to go on, 0 when all are off. Safe to repeat: a label that was put on once is noted once. Throws
 * GitHubUnreadableError.
 */
export async function takeDeployLabels(ctx: Context, github: GitHub, id: PullRequestId): Promise<number> {
  let wait = 0;
  const { repository, number } = id;
  const pullRequest = await readPullRequest(github, repository, number);
  for (const label of pullRequest?.labels ?? []) {
    const environment = environmentInLabel(ctx.config, label);
    if (environment === undefined || pullRequest === undefined) continue;
    const labelling = await whoLabelled(ctx, github, id, label);
    if (labelling === undefined || labelling === 'untold')
      throw new GitHubUnreadableError('GitHub does not tell yet who put the label on.');
    const { event, login, isBot, at } = labelling;
    // The same label may be known by a webhook's number in one run and by GitHub's in the next.
    const isNoted = (await listAsked(ctx.redis, id)).some(
      (one) =>
        one.environment === environment &&
        (isSameLabelling(one, labelling) || (one.state === 'pending' && one.login === login)),
    );
    const asked = { version: 1, event, environment, login, isBot, at, sha: pullRequest.head } as const;
    if (!isNoted)
      await noteAsked(ctx.redis, id, { ...asked, state: 'pending', deployment: null, reasons: [], says: '' });
    wait = await secondsUntilWrite(ctx, `${repository}#${number}:labels`);
    if (wait === 0) await removeLabel(github, repository, number, label);
  }
  return wait;
}

/**
 * Asks for each deployment that a label asked for, through every gate, on behalf of whoever put the label on. Safe to
 * repeat: each asks for the same deployment. Throws UnavailableError while somebody outside cannot be asked.
 */
export async function orderAsked(ctx: Context, github: GitHub, id: PullRequestId): Promise<void> {
  const pending = (await listAsked(ctx.redis, id)).filter(({ state }) => state === 'pending');
  for (const asked of pending.toReversed()) {
    await saveAsked(ctx.redis, id, { ...asked, ...(await answer(ctx, github, id, asked)) });
  }
}

type Answer = Pick<Asked, 'state' | 'deployment' | 'reasons' | 'says'>;

async function answer(ctx: Context, github: GitHub, id: PullRequestId, asked: Asked): Promise<Answer> {
  let actor: Person | undefined;
  try {
    await requireOwnCode(github, id, asked);
    actor = await personBehind(ctx, github, id, asked);
    return await orderFor(ctx, github, { id, asked, actor });
  } catch (error) {
    if (!(error instanceof UserError) || error instanceof UnavailableError) throw error;
    const { environment } = asked;
    const subject = `${environment}/${serviceFor(ctx.config, environment, id.repository) ?? ''}`;
    await appendAudit(ctx.redis, {
      id: commandOf(asked),
      at: ctx.now(),
      actor: actor?.id ?? `github:${asked.login}`,
      action: 'deploy',
      subject,
      outcome: 'refused',
      reason: error.reason,
      detail: { reasons: error.reason, pull_request: `${id.repository}#${id.number}` },
    });
    if (actor !== undefined) await tellRefused(ctx, asked, actor, userError(error, referenceOf(asked)));
    return refused([error.reason], [error.message, error.hint ?? ''].join(' ').trim());
  }
}

/** Throws UserError unless the pull request is open, no draft, and not a fork's, at this moment. */
async function requireOwnCode(github: GitHub, { repository, number }: PullRequestId, { sha }: Asked) {
  const found = await readPullRequest(github, repository, number);
  if (found === undefined || !found.isOpen) {
    throw new UserError(`Pull request #${number} is not open any more.`, {
      reason: 'ref_not_found',
      hint: 'Deploy the branch that it was merged to, or reopen it.',
    });
  }
  if (!found.isOwn) {
    throw new UserError(`Pull request #${number} comes from a fork. Code from a fork is never run.`, {
      reason: 'fork_refused',
      hint: `Somebody who may push to ${repository} can review it and push it to a branch there.`,
    });
  }
  if (found.isDraft) {
    const hint = 'Put the label on when it is ready for review.';
    throw new UserError(`Pull request #${number} is a draft.`, { reason: 'not_allowed', hint });
  }
  if (found.head === sha) return;
  throw new UserError('There are newer commits than when the label was put on.', {
    reason: 'ref_changed',
    hint: 'Look at them, then put the label on again.',
  });
}

/** Whoever put the label on, as a member of the workspace. Throws UserError `not_allowed`, and PersonUnreadableError. */
async function personBehind(
  { config, slack }: Context,
  github: GitHub,
  { repository }: PullRequestId,
  { login, isBot }: Asked,
): Promise<Person> {
  if (isBot) throw notAllowed('The label was not put on by a person.');
  const known = config.people.find(({ github: one }) => one?.toLowerCase() === login.toLowerCase());
  if (known === undefined) {
    throw notAllowed(
      `Baton does not know who ${login} is in Slack.`,
      'Whoever runs Baton adds them to “people”.',
    );
  }
  if (!(await mayWrite(github, repository, login))) {
    throw notAllowed(`${login} may not write to ${repository}.`);
  }
  const { workspace } = config.slack;
  return loadMember(slack, known.slack, { team: workspace, workspace });
}

interface Wanted {
  readonly id: PullRequestId;
  readonly asked: Asked;
  readonly actor: Person;
}

async function orderFor(ctx: Context, github: GitHub, { id, asked, actor }: Wanted): Promise<Answer> {
  const { environment, sha } = asked;
  const { repository, number } = id;
  const caller: Caller = { id: commandOf(asked), actor, channel: '', reference: referenceOf(asked) };
  const accepted = { state: 'accepted' as const, deployment: deploymentIdFor(environment, caller.id) };
  if ((await orderedBefore(ctx, caller, environment)) !== undefined) {
    return { ...accepted, reasons: [], says: '' };
  }
  const { rules, service } = placeFor(ctx, environment, repository);
  const resolved = await resolveRef(github, repository, `#${number}`);
  if (await isHeldBack(ctx, environment, service, sha)) {
    throw new UserError(`A rollback of ${service} on ${environment} left this commit behind.`, {
      reason: 'locked',
      hint: `A label does not bring it back: type “/unlock ${environment}/${service}” when it may go out again.`,
    });
  }
  const place = { rules, environment, service, repository, wait: false, asked: `${service}#${number}` };
  const reply = await order(ctx, caller, { ...place, resolved: { ...resolved, sha } });
  if (reply.to !== 'caller' || reply.reason === undefined) return { ...accepted, reasons: [], says: '' };
  await tellRefused(ctx, asked, actor, reply.view);
  const reasons = [...(reply.reasons ?? [reply.reason])];
  return refused(
    reasons,
    reasons.map((reason) => `${REASONS[reason].says} ${nextStep(reason, { environment })}`).join(' '),
  );
}

function placeFor(
  { config }: Context,
  environment: string,
  repository: string,
): { rules: Environment; service: string } {
  const rules = findEnvironment(config, environment);
  const service = serviceFor(config, environment, repository);
  if (rules === undefined) {
    throw new UserError(`There is no environment ${environment} any more.`, {
      reason: 'unknown_environment',
    });
  }
  if (service !== undefined) return { rules, service };
  throw new UserError(`No service of ${environment} lives in ${repository}.`, {
    reason: 'unknown_service',
    hint: `There: ${rules.services.join(', ')}.`,
  });
}

/** A direct message: nobody typed anything in a channel. */
async function tellRefused(ctx: Context, asked: Asked, { id: user }: Person, view: View): Promise<void> {
  await ctx.jobs.add('messages', `${commandOf(asked)}-refused`, {
    version: 1,
    kind: 'reply',
    user,
    channel: '',
    responseUrl: '',
    view,
    reference: referenceOf(asked),
  });
}

function refused(reasons: ReasonCode[], says: string): Answer {
  return { state: 'refused', deployment: null, reasons, says };
}

function notAllowed(message: string, hint?: string): UserError {
  return new UserError(message, { reason: 'not_allowed', ...(hint !== undefined && { hint }) });
}

function referenceOf(asked: Asked): string {
  return createHash('sha256').update(commandOf(asked)).digest('hex').slice(0, 8);
}
