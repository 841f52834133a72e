import type { Context } from '../context.ts';
import { ConflictError } from '../errors.ts';
import { directMessage } from '../views/direct.ts';
import type { Outcome } from '../worker.ts';
import { attemptToSend, isClosed, isGone } from './attempt.ts';
import type { SlackRefusedError } from './client.ts';
import { distrustMessage, type HeldMessage } from './message-store.ts';
import { takeTurn } from './pace.ts';
import { waitForSlack } from './patience.ts';
import { fingerprint } from './fingerprint.ts';
import { type Post, postOnce } from './post-once.ts';

/** A message that is posted once and edited from then on. */
export interface Shown extends Omit<Post, 'shown'> {
  /** Where it is remembered. */
  readonly key: string;
}

/** Makes a message say what the view says: posts it, or edits it where it stands and says something else. */
export async function showView(ctx: Context, held: HeldMessage, wanted: Shown): Promise<Outcome> {
  const shown = fingerprint(wanted.view);
  const { posted } = held.message;
  if (posted === null) return postOnce(ctx, held, { ...wanted, shown });
  return posted.shown === shown ? 'done' : edit(ctx, held, { ...wanted, shown });
}

async function edit(
  ctx: Context,
  held: HeldMessage,
  { view, shown, job, channel, key }: Shown & { readonly shown: string },
): Promise<Outcome> {
  const { posted, direct } = held.message;
  if (posted === null) return 'done';
  const wait = await takeTurn(ctx.redis, posted.channel, held.key);
  if (wait > 0) return { againInSeconds: wait };

  const whole = direct === null ? view : directMessage(view, direct, channel);
  await held.save({ ...held.message, posted: { ...posted, shown: '' } });
  const attempted = await attemptToSend(ctx, posted.channel, whole, (form) => ctx.slack.update(posted, form));
  if (attempted.result === 'sent') {
    await saveOrDistrust(ctx, held, key, shown);
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
async function saveOrDistrust(ctx: Context, held: HeldMessage, key: string, shown: string): Promise<void> {
  const { posted } = held.message;
  if (posted === null) return;
  try {
    await held.save({ ...held.message, posted: { ...posted, shown } });
  } catch (error) {
    if (error instanceof ConflictError) await distrustMessage(ctx.redis, key);
    throw error;
  }
}
