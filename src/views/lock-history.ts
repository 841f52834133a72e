import type { LockEvent } from '../locks/event.ts';
import { endingThen, place as named } from './lock-words.ts';
import { joined, type Mrkdwn, mrkdwn, person, shortened, time } from './view.ts';

/** One line of the history: who did what to which lock, when and why. */
export function lockHistoryLine(event: LockEvent): Mrkdwn {
  const { at, lock, kind } = event;
  const sets = lock !== null && ['taken', 'extended', 'stolen', 'accepted', 'taken_over'].includes(kind);
  const why = reasonOf(event);
  return joined([
    mrkdwn`:lock: ${whatHappened(event)}${why === '' ? mrkdwn`` : mrkdwn`: “${shortened(why)}”`}`,
    mrkdwn`${time(at)}${sets ? mrkdwn` · ${endingThen(lock, event)}` : mrkdwn``}`,
  ]);
}

function reasonOf({ kind, reason, lock, warning }: LockEvent): string {
  if (kind === 'warned') return warning?.reason ?? reason;
  return kind === 'extended' ? (lock?.reason ?? '') : reason;
}

function whatHappened({ kind, scope, actor, other, lock, turn = false }: LockEvent): Mrkdwn {
  const who = person(actor);
  const whom = person(other ?? '');
  const where = mrkdwn`*${named(scope)}*`;
  switch (kind) {
    case 'taken':
      return mrkdwn`${who} locked ${where}`;
    case 'extended':
      return mrkdwn`${who} changed the lock on ${where}`;
    case 'freed':
      return mrkdwn`${who} unlocked ${where}`;
    case 'forced':
      return other === null
        ? mrkdwn`${who} removed locks that could not be read from ${where}`
        : mrkdwn`${who} removed the lock of ${whom} from ${where} by force`;
    case 'expired':
      return mrkdwn`The lock of ${whom} on ${where} ended by itself`;
    case 'stolen':
      return mrkdwn`${who} stole ${where}${turn ? ', which was kept for' : ' from'} ${whom}`;
    case 'offered':
      return mrkdwn`${who} offered ${where} to ${whom}`;
    case 'offer_expired':
      return mrkdwn`The offer of ${where} to ${whom} ended without an answer`;
    case 'accepted':
      return mrkdwn`${who} accepted ${where} from ${whom}`;
    case 'taken_over':
      return mrkdwn`${who} took over ${where} from ${whom} at the handoff`;
    case 'handed_over':
      return mrkdwn`The lock of ${whom} on ${where} ended: ${who} took the handoff`;
    case 'declined':
      return mrkdwn`${who} declined ${where}, so ${whom} kept it`;
    case 'waiting':
      return mrkdwn`${who} stood in the line for ${where}`;
    case 'left':
      return mrkdwn`${who} left the line for ${where}`;
    case 'turn':
      return mrkdwn`The turn of ${whom} came on ${where}`;
    case 'turn_passed':
      return mrkdwn`The turn of ${whom} on ${where} passed`;
    case 'warned':
      return mrkdwn`${who} warned about ${where}`;
    case 'warning_ended':
      return mrkdwn`The warning of ${whom} about ${where} ended`;
    case 'warning_removed':
      return actor === other
        ? mrkdwn`${who} took away their warning about ${where}`
        : mrkdwn`${who} took away the warning of ${whom} about ${where}`;
    case 'warning_forced':
      return mrkdwn`${who} removed the warning of ${whom} about ${where} by force`;
    case 'reminded':
      return mrkdwn`${whom} was asked whether ${where} is still needed`;
    case 'kept':
      return mrkdwn`${who} kept ${where}`;
    case 'merged':
      return mrkdwn`${where} was unlocked: ${tieOf(lock)} was merged`;
    case 'closed':
      return mrkdwn`${whom} was asked about ${where}: ${tieOf(lock)} was closed without a merge`;
  }
}

function tieOf(lock: LockEvent['lock']): Mrkdwn {
  const tie = lock?.pullRequest;
  return tie == null ? mrkdwn`its pull request` : mrkdwn`${tie.repository}#${tie.number}`;
}
