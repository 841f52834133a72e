import type { KnownBlock } from '@slack/types';
import type { Answer } from '../locks/change.ts';
import { durationWords } from '../locks/duration.ts';
import { ALL, type Blocked, isOverdue, type Lock, type Place, type Warning } from '../locks/lock.ts';
import { aheadOf } from '../locks/settle.ts';
import { unreadableLine } from './lock-list.ts';
import { because, ending, itsEnd, place as named, leaveLook, unlockButton, waitLook } from './lock-words.ts';
import {
  buttons,
  code,
  joined,
  type Mrkdwn,
  mrkdwn,
  person,
  section,
  sections,
  shortened,
  smallPrint,
  summaryText,
  time,
  type View,
} from './view.ts';

/** For whoever has the lock: since when, until when, why. `again`: they asked for what they have. */
export function lockHeld(lock: Lock, word: 'already' | 'now' | 'still', now: Date): View {
  const where = named(lock.scope);
  const begin = {
    already: mrkdwn`You have held *${where}* since ${time(lock.since)}`,
    now: mrkdwn`You hold *${where}*`,
    still: mrkdwn`You keep *${where}*, held since ${time(lock.since)}`,
  }[word];
  return {
    text: summaryText(`You hold ${where}`),
    blocks: [
      section(mrkdwn`:lock: ${begin}${itsEnd(lock, isOverdue(lock, now))}${because(lock)}.`),
      unlockButton(lock),
    ],
  };
}

/** For whoever asks to unlock what is not locked; `elsewhere` is what they hold beside it, and what else is in the way there. */
export function lockFree(scope: string, elsewhere: readonly Lock[] = [], reader = ''): View {
  const where = named(scope);
  const sentences = elsewhere.map((lock) =>
    lock.holder === reader
      ? mrkdwn`You hold *${named(lock.scope)}*: ${code(`/unlock ${lock.scope}`)}.`
      : mrkdwn`${person(lock.holder)} has locked *${named(lock.scope)}*.`,
  );
  const itself = sentences.length === 0 ? mrkdwn`` : mrkdwn` itself`;
  return {
    text: summaryText(`${where} is not locked`),
    blocks: [section(joined([mrkdwn`:unlock: *${where}*${itself} is not locked.`, ...sentences], ' '))],
  };
}

/** For `unlock all`: everything that was freed, and where that cannot be told. */
export function allFreed(
  locks: readonly Lock[],
  warnings: readonly Warning[],
  unreadable: readonly string[],
): View {
  const lines = [
    ...locks.map((lock) => mrkdwn`• *${named(lock.scope)}*, held since ${time(lock.since)}${because(lock)}`),
    ...warnings.map(({ scope, reason }) => mrkdwn`• the warning about *${named(scope)}*: “${reason}”`),
  ];
  const nothing = unreadable.length === 0 ? 'You hold no locks' : 'You hold no locks that can be read';
  const begin =
    lines.length === 0 ? mrkdwn`:unlock: ${nothing}, so nothing was freed.` : mrkdwn`:unlock: Freed:`;
  return {
    text: lines.length === 0 ? nothing : summaryText(`${lines.length} freed`),
    blocks: sections([begin, ...lines, ...unreadable.map(unreadableLine)]),
  };
}

/** For whoever clicks a button of a lock, an offer or a turn that is over. */
export function lockOver(scope: string, lock: Lock | null, now: Date): View {
  const where = named(scope);
  const standing = lock === null ? mrkdwn`It is not locked now` : mrkdwn`Now ${whoHasIt(lock, now)}`;
  return {
    text: summaryText('That is over'),
    blocks: [
      section(
        joined([
          mrkdwn`:information_source: What this button was for is over on *${where}*. ${standing}; nothing was changed.`,
          mrkdwn`${code(`/lock ${scope}`)} shows the ways to have it now.`,
        ]),
      ),
    ],
  };
}

function whoHasIt(lock: Lock, now: Date): Mrkdwn {
  const end = itsEnd(lock, isOverdue(lock, now));
  return lock.turn
    ? mrkdwn`it is kept for ${person(lock.holder)}, whose turn it is${end}`
    : mrkdwn`${person(lock.holder)} has it since ${time(lock.since)}${end}${because(lock)}`;
}

/** For whoever stands in the line: the place, who has it, and how to leave. */
export function lockWaiting(
  { place, ahead, lock }: Answer,
  { now, away }: Pick<Blocked, 'away'> & { readonly now: Date },
): View {
  const scope = place?.scope ?? '';
  const holder =
    lock === null
      ? mrkdwn``
      : joined([mrkdwn` ${whoHolds(lock, isOverdue(lock, now))}.`, ...awayLine(lock, away)], ' ');
  const lines = [
    mrkdwn`:hourglass: You are number ${ahead + 1} in the line for *${named(scope)}*.${holder}`,
    mrkdwn`You are told by direct message when it is your turn${yoursThen(place?.asked)}.`,
  ];
  return {
    text: summaryText(`You wait for ${named(scope)}`),
    blocks: [section(joined(lines)), buttons(leaveLook({ scope, id: place?.id ?? '' }))],
  };
}

/** `; once you accept, it is yours for 2h`; nothing where they did not say for how long. */
function yoursThen(asked: Place['asked']): Mrkdwn {
  if (asked === undefined) return mrkdwn``;
  const { seconds, until = null, handoff = null, pullRequest = null } = asked;
  const length = seconds === undefined ? mrkdwn`` : mrkdwn` for ${durationWords(seconds)}`;
  const isOpen = until === null && handoff === null && pullRequest === null;
  const end = isOpen ? mrkdwn`` : mrkdwn` ${ending({ until, handoff, pullRequest }, false)}`;
  return mrkdwn`; once you accept, it is yours${length}${end}`;
}

/** A sentence for one person about what they did: the details are in the channel. */
export function lockNote(icon: string, line: Mrkdwn, summary: string): View {
  return { text: summaryText(summary), blocks: [section(mrkdwn`${{ mrkdwn: icon }} ${line}`)] };
}

/** For whoever meets somebody else's lock: who, since when, until when, why, and every way out. */
export function lockInTheWay(lock: Lock, blocked: Blocked, reference: string): View {
  const { away, overdue = false } = blocked;
  const facts = [mrkdwn`:lock: ${whoHolds(lock, overdue)}.`, ...awayLine(lock, away)];
  return {
    text: summaryText(`${named(lock.scope)} is locked`),
    blocks: [
      section(joined([joined(facts, ' '), waysOut(lock, blocked)])),
      ...waysOutButtons(lock, blocked),
      smallPrint('locked', reference),
    ],
  };
}

/** `@asha has locked *staging* since …, until …, because …`, without a full stop. */
export function whoHolds(lock: Lock, overdue: boolean): Mrkdwn {
  const where = named(lock.scope);
  return lock.turn
    ? mrkdwn`*${where}* is kept for ${person(lock.holder)}, whose turn it is${itsEnd(lock, overdue)}`
    : mrkdwn`${person(lock.holder)} has locked *${where}* since ${time(lock.since)}, ${ending(lock, overdue)}${because(lock)}`;
}

/** Every way on for whoever meets a lock, in one sentence. */
export function waysOut({ scope, holder }: Lock, blocked: Blocked): Mrkdwn {
  const steal = scope === ALL ? mrkdwn`` : mrkdwn`, in need ${code(`/lock ${scope} --steal because …`)}`;
  return mrkdwn`${inLine(scope, blocked)} ${person(holder)} for ${code(`/unlock ${scope}`)}${steal}; an admin types ${code(`/unlock ${scope} --force because …`)}.`;
}

/** What whoever meets the lock may do, or does, about its line; an invitation to ask its holder follows. */
function inLine(scope: string, blocked: Blocked): Mrkdwn {
  const { waiting, reader, wanted = scope, mayWait = true, needsReason = false } = blocked;
  const own = ownPlace(blocked);
  if (own !== undefined) return mrkdwn`You are number ${aheadOf(waiting, own) + 1} in the line. Ask`;
  if (!mayWait) return mrkdwn`Ask`;
  const before = waiting.filter(({ person: who }) => who !== reader).length;
  const line = before === 0 ? mrkdwn`` : mrkdwn` (${before} before you)`;
  const how = needsReason ? mrkdwn` with ${code(`/lock ${wanted} --wait because …`)}` : mrkdwn``;
  return mrkdwn`Wait in the line${how}${line}, ask`;
}

/** The place of whoever meets the lock, if they themselves, and not a deployment, wait for what they want. */
export function ownPlace({ waiting, reader, wanted = '' }: Blocked): Place | undefined {
  return waiting.find(
    ({ person: who, scope, deployment }) =>
      who === reader &&
      deployment === null &&
      (wanted === '' || wanted === scope || wanted.startsWith(`${scope}/`)),
  );
}

export function awayLine({ holder }: Lock, away: Blocked['away']): Mrkdwn[] {
  if (away === undefined) return [];
  const awake =
    away.awake.length === 0 ? mrkdwn`` : mrkdwn` At work now: ${joined(away.awake.map(person), ', ')}.`;
  return [mrkdwn`It is ${away.clock} for ${person(holder)}, outside working hours.${awake}`];
}

/** Wait, or Leave for whoever waits already, and Steal where the person's own reason is known: everybody will read it. */
function waysOutButtons(lock: Lock, blocked: Blocked): KnownBlock[] {
  const { reason = '', lasting = '', wanted = lock.scope, mayWait = true, needsReason = false } = blocked;
  const { scope, id } = lock;
  const length = lasting === '' ? '' : ` ${lasting}`;
  const why = `${length}${reason === '' ? '' : ` because ${shortened(reason, LONGEST_REASON)}`}`;
  const own = ownPlace(blocked);
  if (own === undefined && (!mayWait || needsReason)) return [];
  const wait = own === undefined ? waitLook(lock, wanted, why) : leaveLook(own);
  if (reason === '' || scope === ALL) return [buttons(wait)];
  const steal = `lock ${scope} --steal --lock ${id}${why}`;
  return [buttons(wait, { label: 'Steal', command: steal, style: 'danger' })];
}

/** Slack takes 2,000 letters behind a button. */
const LONGEST_REASON = 500;

/** For whoever meets locks that cannot be read. */
export function lockUnreadable(scope: string, reference: string): View {
  const where = named(scope);
  const lines = [
    mrkdwn`:lock: The locks stored for *${where}* cannot be read, so they block and were left as they are.`,
    mrkdwn`An admin looks at them in Redis, then removes them with ${code(`/unlock ${scope} --force because …`)}.`,
  ];
  return {
    text: summaryText(`The locks of ${where} cannot be read`),
    blocks: [section(joined(lines)), smallPrint('lock_ambiguous', reference)],
  };
}
