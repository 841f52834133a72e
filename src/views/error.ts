import { RoleMissingError, UserError } from '../errors.ts';
import { LockedError, UnreadableLockError } from '../locks/lock.ts';
import { lockInTheWay, lockUnreadable } from './lock.ts';
import { code, joined, mrkdwn, named, section, smallPrint, summaryText, type View, worded } from './view.ts';

/** An error that the person can act on: what is wrong, what to do, and an example. */
export function userError(error: UserError, reference: string): View {
  if (error instanceof LockedError) return lockInTheWay(error.lock, error.blocked, reference);

  const { message, hint, example, reason } = error;
  const lines = [mrkdwn`:warning: ${worded(message)}`];
  if (error instanceof RoleMissingError && error.holders.length > 0)
    lines.push(mrkdwn`Ask one of those who may: ${named(error.holders)}.`);
  if (hint !== undefined) lines.push(worded(hint));
  if (example !== undefined) lines.push(mrkdwn`For example: ${code(example)}`);
  return {
    text: summaryText(message),
    blocks: [section(joined(lines)), smallPrint(reason, reference)],
  };
}

/** Everything else: the person sees a reference, we see the stack. */
export function unexpectedError(reference: string): View {
  const text = `Something went wrong on our side. Reference: ${reference}`;
  return { text, blocks: [section(mrkdwn`:x: ${text}`)] };
}

/** What becomes of a command of which the person was told that nothing was done. */
export function wasNotTaken(reference: string): View {
  const text = 'That was not taken when it first came, so it is not run. Please type or click it again.';
  return {
    text: `${text} Reference: ${reference}`,
    blocks: [section(mrkdwn`:warning: ${text}`), smallPrint('cancelled', reference)],
  };
}

/** Takes back that nothing was done. */
export function wasTakenAfterAll(reference: string): View {
  const text = `Baton has its store again and took your command after all: it runs, so there is no need to repeat it. Reference: ${reference}`;
  return { text, blocks: [section(mrkdwn`:information_source: ${text}`)] };
}

/** The answer to an error that is the person's to see, or undefined for a bug or an outage. */
export function answerTo(error: unknown, reference: string): View | undefined {
  if (error instanceof UserError) return userError(error, reference);
  if (error instanceof UnreadableLockError) return lockUnreadable(error.scope, reference);
  return undefined;
}
