import type { Context } from '../context.ts';
import { type Deployment, isFinished } from '../deployments/deployment.ts';
import { deploymentOutput, deploymentView } from '../views/deployment.ts';
import type { View } from '../views/view.ts';
import type { Outcome } from '../worker.ts';
import { attemptToSend } from './attempt.ts';
import { deploymentMessageKey, type HeldMessage } from './message-store.ts';
import { takeTurn } from './pace.ts';
import { waitForSlack } from './patience.ts';
import { showView } from './show-view.ts';

/** Makes the one message of a deployment say what its record says, and puts the output of its run in the thread. */
export async function showState(
  ctx: Context,
  held: HeldMessage,
  deployment: Deployment,
  job: string,
): Promise<Outcome> {
  const { id, channel, requestedBy: user, state } = deployment;
  const view = deploymentView(deployment);
  const post = { channel, user, view, state, final: isFinished(deployment), job };
  const outcome = await showView(ctx, held, { ...post, key: deploymentMessageKey(id) });
  return outcome === 'done' ? postOutput(ctx, held, deployment, job) : outcome;
}

async function postOutput(
  ctx: Context,
  held: HeldMessage,
  deployment: Deployment,
  job: string,
): Promise<Outcome> {
  const { posted, output } = held.message;
  const view = isFinished(deployment) ? deploymentOutput(deployment) : undefined;
  if (view === undefined || posted === null || output !== 'none') return 'done';
  const { channel, ts: thread } = posted;
  const wait = await takeTurn(ctx.redis, channel);
  if (wait > 0) return { againInSeconds: wait };

  await held.save({ ...held.message, output: 'posting' });
  const send = (form: View) => ctx.slack.post(channel, form, { thread });
  const attempted = await attemptToSend(ctx, channel, view, send);
  if (attempted.result === 'later') {
    await held.save({ ...held.message, output: 'none' });
    return waitForSlack(ctx.redis, job, attempted.seconds);
  }
  if (attempted.result === 'sent') await held.save({ ...held.message, output: 'posted' });
  return 'done';
}
