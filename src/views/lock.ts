import type { Lock } from '../locks/lock.ts';
import {
  buttons,
  code,
  context,
  joined,
  type Mrkdwn,
  mrkdwn,
  person,
  section,
  shortened,
  smallPrint,
  summaryText,
  time,
  type View,
} from './view.ts';

/** For the channel: somebody has taken a lock. */
export function lockTaken(lock: Lock): View {
  const { scope, holder, id } = lock;
  const lines = [
    mrkdwn`:lock: ${person(holder)} locked *${scope}*${because(lock)}.`,
    mrkdwn`Nobody else deploys there ${lock.until === null ? 'until it is unlocked' : mrkdwn`until ${time(lock.until)}`}.`,
  ];
  return {
    text: summaryText(`${scope} is locked`),
    blocks: [section(joined(lines)), buttons({ label: 'Unlock', command: `unlock ${scope} --lock ${id}` })],
  };
}

/** For the holder who takes the lock again: nothing has changed. */
export function lockHeld(lock: Lock): View {
  const { scope, id } = lock;
  return {
    text: summaryText(`You have locked ${scope} already`),
    blocks: [
      section(mrkdwn`:lock: You have held *${scope}* since ${time(lock.since)}${end(lock)}${because(lock)}.`),
      buttons({ label: 'Unlock', command: `unlock ${scope} --lock ${id}` }),
    ],
  };
}

/** For the channel: a lock is gone. `lock` is undefined when what was removed could not be read. */
export function lockFreed({ scope, lock, by, reason }: Freed): View {
  const theirs = lock?.holder === by;
  const what =
    lock === undefined ? mrkdwn`a lock that could not be read` : mrkdwn`the lock of ${person(lock.holder)}`;
  const why = reason === undefined ? mrkdwn`` : mrkdwn`: “${reason}”`;
  const line = theirs
    ? mrkdwn`:unlock: ${person(by)} unlocked *${scope}*, held since ${time(lock.since)}${why}.`
    : mrkdwn`:unlock: ${person(by)} removed ${what} from *${scope}* by force: “${reason ?? ''}”.`;
  return { text: summaryText(`${scope} is unlocked`), blocks: [section(line)] };
}

export interface Freed {
  readonly scope: string;
  readonly lock: Lock | undefined;
  readonly by: string;
  /** Why it was forced. */
  readonly reason?: string | undefined;
}

/** For whoever asks to unlock what is not locked. */
export function lockFree(scope: string): View {
  const text = `${scope} is not locked`;
  return { text: summaryText(text), blocks: [section(mrkdwn`:unlock: *${scope}* is not locked.`)] };
}

/** For whoever clicks the button of a lock that is over. */
export function lockChanged(lock: Lock): View {
  const { scope, holder } = lock;
  return {
    text: summaryText('That lock is over'),
    blocks: [
      section(
        mrkdwn`That lock on *${scope}* is over. Now ${person(holder)} has it, since ${time(lock.since)}; it was left alone.`,
      ),
    ],
  };
}

/** For whoever meets somebody else's lock: who, since when, why, and every way out. */
export function lockInTheWay(lock: Lock, reference: string): View {
  const { scope, holder, until } = lock;
  const itself = until === null ? mrkdwn`` : mrkdwn` It ends by itself ${time(until)}.`;
  const lines = [
    mrkdwn`:lock: ${person(holder)} has locked *${scope}* since ${time(lock.since)}${because(lock)}.`,
    mrkdwn`Ask ${person(holder)} for ${code(`/unlock ${scope}`)}.${itself} In need, an admin types ${code(`/unlock ${scope} --force because …`)}.`,
  ];
  return {
    text: summaryText(`${scope} is locked`),
    blocks: [section(joined(lines)), smallPrint('locked', reference)],
  };
}

/** For whoever meets a lock that cannot be read. */
export function lockUnreadable(scope: string, reference: string): View {
  const lines = [
    mrkdwn`:lock: The lock stored for *${scope}* cannot be read, so it blocks and was left as it is.`,
    mrkdwn`An admin looks at it in Redis, then removes it with ${code(`/unlock ${scope} --force because …`)}.`,
  ];
  return {
    text: summaryText(`The lock on ${scope} cannot be read`),
    blocks: [section(joined(lines)), smallPrint('lock_ambiguous', reference)],
  };
}

/** What is locked on one environment, for the list. */
export type ListedLocks = readonly Lock[] | { readonly unreadable: string };

const LINES_A_BLOCK = 10;
const MOST_LINES = 200;

/** Every lock there is: where, who, since when, until when, why. */
export function lockList(environments: readonly ListedLocks[]): View {
  const lines = environments.flatMap((locks) =>
    'unreadable' in locks ? [unreadableLine(locks.unreadable)] : locks.map(listLine),
  );
  if (lines.length === 0) {
    const free = mrkdwn`:unlock: Nothing is locked. ${code('/lock ENV because REASON')} takes a lock.`;
    return { text: 'Nothing is locked', blocks: [section(free)] };
  }
  const shown = lines.slice(0, MOST_LINES);
  const blocks = Array.from({ length: Math.ceil(shown.length / LINES_A_BLOCK) }, (_, index) =>
    section(joined(shown.slice(index * LINES_A_BLOCK, (index + 1) * LINES_A_BLOCK))),
  );
  const left = lines.length - shown.length;
  if (left > 0) blocks.push(context(mrkdwn`… and ${left} more`));
  return { text: lines.length === 1 ? '1 lock' : `${lines.length} locks`, blocks };
}

function listLine(lock: Lock): Mrkdwn {
  const why = lock.reason === '' ? mrkdwn`` : mrkdwn`: ${shortened(lock.reason)}`;
  return mrkdwn`:lock: *${lock.scope}* ${person(lock.holder)} since ${time(lock.since)}${end(lock)}${why}`;
}

function unreadableLine(scope: string): Mrkdwn {
  return mrkdwn`:lock: *${scope}* a lock that cannot be read blocks it (${code('lock_ambiguous')})`;
}

function because({ reason }: Lock): Mrkdwn {
  return reason === '' ? mrkdwn`` : mrkdwn` because “${reason}”`;
}

function end({ until }: Lock): Mrkdwn {
  return until === null ? mrkdwn`` : mrkdwn`, until ${time(until)}`;
}
