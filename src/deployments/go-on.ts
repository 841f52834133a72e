import { rulesFor } from '../config/find.ts';
import type { Context } from '../context.ts';
import { REASONS, type ReasonCode } from '../reason-codes.ts';
import type { Outcome } from '../worker.ts';
import { approvalDeadline, approvalsThatStand } from './approval.ts';
import { type Deployment, transition } from './deployment.ts';
import { failpoint } from './failpoint.ts';
import { LOOK_WHILE_HELD_SECONDS } from './quarantine.ts';
import { begin, judgeAgain } from './start.ts';
import { replaceDeployment } from './store.ts';
import { tell } from './tell.ts';
import { admit, endWaiting, isWorthWaiting, standInLine, waitOn, waitWith, whereInLine } from './waiting.ts';

/** Whoever approves wakes it; it looks by itself too, at the latest when its time is over. */
const LOOK_FOR_APPROVALS_SECONDS = 60;

/** One look at a deployment that stands in the line: it waits on, goes on, or ends because a gate refuses it now. */
export async function goOn(ctx: Context, deployment: Deployment): Promise<Outcome> {
  const place = await placeOf(ctx, deployment);
  if (place === 'left') {
    await endWaiting(ctx, deployment, { reason: 'cancelled', summary: 'It was taken out of the line.' });
    return 'done';
  }
  if (place === 'unreadable') {
    const summary = 'The locks cannot be read, so nobody knows whose turn it is. An admin looks at them.';
    return waitWith(ctx, deployment, summary);
  }
  return place.ahead > 0 ? waitOn(ctx, deployment, place.ahead) : enter(ctx, deployment);
}

/** Whoever recorded that it waits may have died before it stood in the line; it stands there once only. */
async function placeOf(ctx: Context, deployment: Deployment): ReturnType<typeof whereInLine> {
  const place = await whereInLine(ctx, deployment);
  if (place !== 'left') return place;
  await standInLine(ctx, deployment);
  return whereInLine(ctx, deployment);
}

/** One look at a deployment that waits for approvals: it goes on once they are complete, and ends when they come late. */
export async function goOnWhenApproved(ctx: Context, deployment: Deployment): Promise<Outcome> {
  const rules = rulesFor(ctx.config, deployment.environment);
  if (rules === undefined) return end(ctx, deployment, 'unknown_environment');
  const { length: given } = await approvalsThatStand(ctx, rules, deployment);
  if (given >= rules.approvals) return enter(ctx, deployment);

  const secondsLeft = (approvalDeadline(deployment, rules).getTime() - ctx.now().getTime()) / 1_000;
  if (secondsLeft > 0) return { againInSeconds: Math.min(secondsLeft, LOOK_FOR_APPROVALS_SECONDS) };
  await endWaiting(ctx, deployment, {
    reason: 'approval_expired',
    summary: 'It was not approved in time. Ask for it again if it is still wanted.',
  });
  return 'done';
}

/** Asks all gates again, GitHub too: while it waited the ref may have moved. What is open takes its lease and starts. */
async function enter(ctx: Context, deployment: Deployment): Promise<Outcome> {
  const refusals = await judgeAgain(ctx, { ...deployment, judgedAt: null });
  const [refusal] = refusals;
  if (refusal === undefined) {
    const admitted = await admit(ctx, deployment);
    if (admitted === undefined) return stayInLine(ctx, deployment, 'deployment_running');
    failpoint('after-admit');
    return begin(ctx, admitted);
  }
  // The store has lost something: it is not known yet what runs.
  if (refusal.reason === 'driver_unknown') return { againInSeconds: LOOK_WHILE_HELD_SECONDS };
  // Somebody may approve it yet; whoever stands in the line for it holds up the others meanwhile.
  if (refusal.reason === 'approval_required' && deployment.state !== 'waiting') {
    return { againInSeconds: LOOK_FOR_APPROVALS_SECONDS };
  }
  // Its turn has not come while a lock or another run is in the way, whatever else refuses it just now.
  const isTimely = deployment.state === 'waiting' && refusals.some((one) => isWorthWaiting([one]));
  return isTimely || isWorthWaiting(refusals)
    ? stayInLine(ctx, deployment, refusal.reason)
    : end(ctx, deployment, refusal.reason);
}

/** A lock or another deployment is in the way: whoever asked with `--wait` waits. */
async function stayInLine(ctx: Context, deployment: Deployment, reason: ReasonCode): Promise<Outcome> {
  if (deployment.state === 'waiting') return waitOn(ctx, deployment, 0);
  if (!deployment.waits) return end(ctx, deployment, reason);
  const waiting = transition(deployment, 'waiting', ctx.now());
  const saved = await replaceDeployment(ctx.redis, deployment, waiting);
  await standInLine(ctx, saved);
  await tell(ctx, saved);
  return { againInSeconds: 1 };
}

async function end(ctx: Context, deployment: Deployment, reason: ReasonCode): Promise<Outcome> {
  const when = deployment.state === 'waiting' ? 'Its turn came' : 'It was about to go on';
  const summary = `${when}, and a gate refused it: ${REASONS[reason].says}`;
  await endWaiting(ctx, deployment, { reason, summary });
  return 'done';
}
