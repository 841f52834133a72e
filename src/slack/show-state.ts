import type { Context } from '../context.ts';
import { type Deployment, isFinished } from '../deployments/deployment.ts';
import { ConflictError } from '../errors.ts';
import { deploymentView } from '../views/deployment.ts';
import { directMessage } from '../views/direct.ts';
import type { View } from '../views/view.ts';
import type { Outcome } from '../worker.ts';
import { attemptToSend, isClosed, isGone } from './attempt.ts';
import type { SlackRefusedError } from './client.ts';
import { deploymentMessageKey, distrustMessage, type HeldMessage } from './message-store.ts';
import { takeTurn } from './pace.ts';
import { waitForSlack } from './patience.ts';
import { postOnce } from './post-once.ts';
import { fingerprint, showOutput } from './show-output.ts';

/** Makes the one message of a deployment say what its record says, and puts the output of its run in the thread. */
export async function showState(
  ctx: Context,
  held: HeldMessage,
  deployment: Deployment,
  job: string,
): Promise<Outcome> {
  const view = deploymentView(deployment);
  const shown = fingerprint(view);
  const { posted } = held.message;
  if (posted === null) {
    const { channel, requestedBy: user, state } = deployment;
    const post = { channel, user, view, state, final: isFinished(deployment), shown, job };
    const outcome = await postOnce(ctx, held, post);
    if (outcome !== 'done') return outcome;
  } else if (posted.shown !== shown) {
    const outcome = await edit(ctx, held, deployment, { view, shown, job });
    if (outcome !== 'done') return outcome;
  }
  return showOutput(ctx, held, deployment, job);
}

async function edit(
  ctx: Context,
  held: HeldMessage,
  deployment: Deployment,
  { view, shown, job }: { readonly view: View; readonly shown: string; readonly job: string },
): Promise<Outcome> {
  const { posted, direct } = held.message;
  if (posted === null) return 'done';
  const wait = await takeTurn(ctx.redis, posted.channel);
  if (wait > 0) return { againInSeconds: wait };

  const whole = direct === null ? view : directMessage(view, direct, deployment.channel);
  await held.save({ ...held.message, posted: { ...posted, shown: '' } });
  const attempted = await attemptToSend(ctx, posted.channel, whole, (form) => ctx.slack.update(posted, form));
  if (attempted.result === 'sent') {
    await saveOrDistrust(ctx, held, deployment.id, shown);
    return 'done';
  }
  if (attempted.result === 'refused') return postAnew(held, attempted.error);
  // An edit whose outcome is not known may be repeated.
  return waitForSlack(ctx.redis, job, attempted.result === 'later' ? attempted.seconds : undefined);
}

/** Where a message cannot be edited any more, the next run posts another. */
async function postAnew(held: HeldMessage, error: SlackRefusedError): Promise<Outcome> {
  if (!isGone(error) && !isClosed(error)) throw error;
  const direct = isClosed(error) ? 'closed' : held.message.direct;
  await held.save({ ...held.message, posted: null, direct, tail: null });
  return { againInSeconds: 0 };
}

/** A worker that was frozen may have sent its older state last: then the newest is sent once more. */
async function saveOrDistrust(ctx: Context, held: HeldMessage, id: string, shown: string): Promise<void> {
  const { posted } = held.message;
  if (posted === null) return;
  try {
    await held.save({ ...held.message, posted: { ...posted, shown } });
  } catch (error) {
    if (error instanceof ConflictError) await distrustMessage(ctx.redis, deploymentMessageKey(id));
    throw error;
  }
}
