import type { Context } from '../context.ts';
import { type Deployment, isFinished } from '../deployments/deployment.ts';
import { deploymentOutput } from '../views/deployment.ts';
import type { View } from '../views/view.ts';
import type { Outcome } from '../worker.ts';
import { attemptToSend } from './attempt.ts';
import { fingerprint } from './fingerprint.ts';
import type { HeldMessage } from './message-store.ts';
import { takeTurn } from './pace.ts';
import { waitForSlack } from './patience.ts';

/**
 * Puts the last lines of a run's output in the thread of its message: one message, brought up to date while the run
 * goes on and for the last time at its end.
 */
export async function showOutput(
  ctx: Context,
  held: HeldMessage,
  deployment: Deployment,
  job: string,
): Promise<Outcome> {
  const { posted, output, tail } = held.message;
  const view = deploymentOutput(deployment);
  if (view === undefined || posted === null || output !== 'none') return 'done';
  const final = isFinished(deployment);
  const shown = fingerprint(view);
  if (typeof tail === 'object' && tail !== null) {
    if (tail.shown !== shown) return edit(ctx, held, { view, shown, final, ts: tail.ts, job });
    if (final) await held.save({ ...held.message, output: 'posted' });
    return 'done';
  }
  // Where it is not known whether the running output was posted, only its end is.
  if (tail === 'posting' && !final) return 'done';
  return post(ctx, held, { view, shown, final, job });
}

interface Showing {
  readonly view: View;
  readonly shown: string;
  readonly final: boolean;
  readonly job: string;
}

async function edit(
  ctx: Context,
  held: HeldMessage,
  { view, shown, final, ts, job }: Showing & { readonly ts: string },
): Promise<Outcome> {
  const channel = held.message.posted?.channel ?? '';
  const wait = await takeTurn(ctx.redis, channel, held.key);
  if (wait > 0) return { againInSeconds: wait };

  const attempted = await attemptToSend(ctx, channel, view, (form) =>
    ctx.slack.update({ channel, ts }, form),
  );
  if (attempted.result === 'sent') {
    await held.save({ ...held.message, tail: { ts, shown }, ...(final && { output: 'posted' }) });
    return 'done';
  }
  if (attempted.result === 'refused') {
    // It was deleted, or may not be edited any more: the end comes as a message of its own.
    await held.save({ ...held.message, tail: 'posting' });
    return final ? { againInSeconds: 0 } : 'done';
  }
  // An edit whose outcome is not known may be repeated.
  return waitForSlack(ctx.redis, job, attempted.result === 'later' ? attempted.seconds : undefined);
}

async function post(ctx: Context, held: HeldMessage, { view, shown, final, job }: Showing): Promise<Outcome> {
  const before = held.message;
  const { channel = '', ts: thread = '' } = before.posted ?? {};
  const wait = await takeTurn(ctx.redis, channel, held.key);
  if (wait > 0) return { againInSeconds: wait };

  await held.save(final ? { ...before, output: 'posting' } : { ...before, tail: 'posting' });
  const send = (form: View) => ctx.slack.post(channel, form, { thread });
  const attempted = await attemptToSend(ctx, channel, view, send);
  if (attempted.result === 'later') {
    await held.save(before);
    return waitForSlack(ctx.redis, job, attempted.seconds);
  }
  if (attempted.result !== 'sent') return 'done';
  const tail = { ts: attempted.value.ts, shown };
  await held.save(final ? { ...held.message, output: 'posted' } : { ...held.message, tail });
  return 'done';
}
