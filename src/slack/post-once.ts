import type { Context } from '../context.ts';
import { directMessage } from '../views/direct.ts';
import type { View } from '../views/view.ts';
import type { Outcome } from '../worker.ts';
import { attemptToSend, type Attempted, isClosed } from './attempt.ts';
import type { HeldMessage, Message } from './message-store.ts';
import { takeTurn } from './pace.ts';
import { repeatUnconfirmed, waitForSlack } from './patience.ts';

export interface Post {
  readonly channel: string;
  /** Who gets it where the channel does not; empty for nobody. */
  readonly user: string;
  readonly view: View;
  /** A post of the same state is never repeated in a channel. */
  readonly state: string;
  /** Nothing comes after it: it must reach somebody. */
  readonly final: boolean;
  /** How `posted.shown` remembers what was sent. */
  readonly shown: string;
  /** Id of the job. */
  readonly job: string;
  /** Posted in the thread of this message. */
  readonly thread?: string | undefined;
}

/**
 * Posts a state in the channel at most once, whatever breaks: the intent is recorded first. Where the outcome is not
 * known, one newer state is posted anew; after that the person is told the end. A direct message may come twice, and
 * says so.
 */
export async function postOnce(ctx: Context, held: HeldMessage, post: Post): Promise<Outcome> {
  const before = held.message;
  const { posting } = before;
  const unconfirmed = posting !== null && (posting.anew || posting.state === post.state);
  if (unconfirmed && !post.final) {
    ctx.log.warn({ state: post.state }, 'a message may not have arrived; a later state will be told');
    return 'done';
  }
  const direct = before.direct ?? (unconfirmed ? 'unconfirmed' : null);
  if (direct !== null && post.user === '') return giveUp(ctx, post);

  const place =
    direct === null ? { result: 'sent' as const, value: post.channel } : await openDirect(ctx, post);
  if (place.result === 'refused') return giveUp(ctx, post);
  if (place.result !== 'sent') return waitForSlack(ctx.redis, post.job, secondsOf(place));

  const wait = await takeTurn(ctx.redis, place.value, held.key);
  if (wait > 0) return { againInSeconds: wait };
  await held.save({ ...before, direct, posting: { state: post.state, anew: posting !== null } });
  const view = direct === null ? post.view : directMessage(post.view, direct, post.channel);
  const thread = direct === null ? post.thread : undefined;
  const attempted = await attemptToSend(ctx, place.value, view, (shown) =>
    ctx.slack.post(place.value, shown, thread === undefined ? {} : { thread }),
  );
  if (attempted.result === 'refused' && thread !== undefined) {
    // What it was to stand under is gone: the channel has to hear of it all the same.
    await held.save(before);
    return postOnce(ctx, held, { ...post, thread: undefined });
  }
  return recordResult(ctx, held, post, { before, attempted });
}

async function recordResult(
  ctx: Context,
  held: HeldMessage,
  post: Post,
  { before, attempted }: { before: Message; attempted: Attempted<{ channel: string; ts: string }> },
): Promise<Outcome> {
  const { direct } = held.message;
  if (attempted.result === 'sent') {
    await held.save({ ...held.message, posting: null, posted: { ...attempted.value, shown: post.shown } });
    return 'done';
  }
  if (attempted.result === 'uncertain') {
    if (!post.final) return 'done';
    return (await repeatUnconfirmed(ctx.redis, post.job)) ?? giveUp(ctx, post);
  }
  if (attempted.result === 'refused' && isClosed(attempted.error)) {
    await held.save({ ...before, direct: direct ?? 'closed', posting: null });
    return direct === null ? { againInSeconds: 0 } : giveUp(ctx, post);
  }
  await held.save(before);
  if (attempted.result === 'refused') throw attempted.error;
  return waitForSlack(ctx.redis, post.job, attempted.seconds);
}

function openDirect(ctx: Context, { user, view }: Post): Promise<Attempted<string>> {
  return attemptToSend(ctx, user, { text: view.text, blocks: [] }, () => ctx.slack.openDirectMessage(user));
}

function secondsOf(attempted: Attempted<unknown>): number | undefined {
  return attempted.result === 'later' ? attempted.seconds : undefined;
}

function giveUp(ctx: Context, { channel, user, state }: Post): Outcome {
  ctx.log.error({ channel, user, state }, 'a message reached nobody');
  return 'done';
}
