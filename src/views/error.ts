import { UserError } from '../errors.ts';
import { LockedError, UnreadableLockError } from '../locks/lock.ts';
import { lockInTheWay, lockUnreadable } from './lock.ts';
import { code, context, joined, mrkdwn, section, shortened, summaryText, type View } from './view.ts';

/** An error that the person can act on: what is wrong, what to do, and an example. */
export function userError(error: UserError, reference: string): View {
  if (error instanceof LockedError) return lockInTheWay(error.lock, reference);

  const { message, hint, example, reason } = error;
  const lines = [mrkdwn`:warning: ${shortened(message, 1_000)}`];
  if (hint !== undefined) lines.push(mrkdwn`${shortened(hint, 1_000)}`);
  if (example !== undefined) lines.push(mrkdwn`For example: ${code(example)}`);
  return {
    text: summaryText(message),
    blocks: [section(joined(lines)), context(mrkdwn`${code(reason)} · reference ${reference}`)],
  };
}

/** Everything else: the person sees a reference, we see the stack. */
export function unexpectedError(reference: string): View {
  const text = `Something went wrong on our side. Reference: ${reference}`;
  return { text, blocks: [section(mrkdwn`:x: ${text}`)] };
}

/** The answer to an error that is the person's to see, or undefined for a bug or an outage. */
export function answerTo(error: unknown, reference: string): View | undefined {
  if (error instanceof UserError) return userError(error, reference);
  if (error instanceof UnreadableLockError) return lockUnreadable(error.scope, reference);
  return undefined;
}
