import type { Context } from '../context.ts';
import type { View } from '../views/view.ts';
import type { Outcome } from '../worker.ts';
import { attemptToSend } from './attempt.ts';
import { takeTurn } from './pace.ts';
import { repeatUnconfirmed, waitForSlack } from './patience.ts';

export interface PrivateReply {
  readonly user: string;
  readonly channel: string;
  /** Empty when Slack gave none that may be used. */
  readonly responseUrl: string;
  readonly view: View;
}

/**
 * Answers one person: at the address that came with the command, else in the channel for their eyes only, else by
 * direct message. When Slack does not confirm an answer it is repeated: reading it twice does no harm.
 */
export async function sendReply(ctx: Context, reply: PrivateReply, job: string): Promise<Outcome> {
  for (const way of waysTo(ctx, reply)) {
    const wait = await takeTurn(ctx.redis, way.pace, job);
    if (wait > 0) return { againInSeconds: wait };
    const attempted = await attemptToSend(ctx, way.pace, reply.view, way.send);
    if (attempted.result === 'sent') return 'done';
    if (attempted.result === 'later') return waitForSlack(ctx.redis, job, attempted.seconds);
    if (attempted.result === 'uncertain') return (await repeatUnconfirmed(ctx.redis, job)) ?? 'done';
  }
  ctx.log.error({ user: reply.user }, 'an answer reached nobody');
  return 'done';
}

interface Way {
  /** What the pace is kept for: the person where the channel plays no part. */
  readonly pace: string;
  readonly send: (view: View) => Promise<unknown>;
}

function waysTo({ slack }: Context, { user, channel, responseUrl }: PrivateReply): readonly Way[] {
  const respond = { pace: user, send: (view: View) => slack.respond(responseUrl, view) };
  const ephemeral = { pace: channel, send: (view: View) => slack.postEphemeral(channel, user, view) };
  const direct = {
    pace: user,
    send: async (view: View) => slack.post(await slack.openDirectMessage(user), view),
  };
  return [...(responseUrl === '' ? [] : [respond]), ...(channel === '' ? [] : [ephemeral]), direct];
}
