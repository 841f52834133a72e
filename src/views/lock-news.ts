import type { LockEvent } from '../locks/event.ts';
import type { Lock } from '../locks/lock.ts';
import {
  because,
  endingThen,
  held,
  lockButtons,
  news,
  offerEnd,
  place as named,
  pullRequestOf,
  quote,
} from './lock-words.ts';
import { type Mrkdwn, mrkdwn, person, time, type View } from './view.ts';

/** What everybody in the channel must know of what happened to a lock; undefined for what concerns only some. */
export function lockNews(event: LockEvent): View | undefined {
  const { kind, scope, actor, lock, warning, other } = event;
  const where = named(scope);
  switch (kind) {
    case 'taken':
      return lock === null ? undefined : lockTaken(lock, event);
    case 'freed':
    case 'forced':
      return lockFreed(event);
    case 'expired':
      return news(`${where} is unlocked`, [
        mrkdwn`:unlock: The lock of ${person(other ?? '')} on *${where}* has ended by itself${held(lock)}.`,
      ]);
    case 'stolen': {
      const whom = person(other ?? '');
      const what =
        event.turn === true
          ? mrkdwn`*${where}*, which was kept for ${whom}`
          : mrkdwn`the lock on *${where}* from ${whom}`;
      const lines = [
        mrkdwn`:lock: ${person(actor)} took ${what}: ${quote(event.reason)}.`,
        ...(lock === null ? [] : [mrkdwn`Nobody else deploys there ${endingThen(lock, event)}.`]),
      ];
      return lockedNews(`${where} has changed hands`, lines, lock);
    }
    case 'offered':
      return news(`${where} is offered`, [
        mrkdwn`:handshake: ${person(actor)} offers the lock on *${where}* to ${person(other ?? '')}, and keeps it until they accept${offerEnd(lock)}.`,
      ]);
    case 'accepted':
      return lockedNews(
        `${where} has changed hands`,
        [
          mrkdwn`:lock: ${person(actor)} has the lock on *${where}* now, from ${person(other ?? '')}${lock === null ? '' : because(lock)}.`,
          ...(lock === null ? [] : [mrkdwn`Nobody else deploys there ${endingThen(lock, event)}.`]),
        ],
        lock,
      );
    case 'taken_over':
      return lockedNews(
        `${where} has changed hands`,
        [
          mrkdwn`:handshake: ${person(actor)} took over *${where}* from ${person(other ?? '')} at the handoff.`,
        ],
        lock,
      );
    case 'turn':
      return news(`The next in the line has ${where}`, [
        mrkdwn`:hourglass: *${where}* is free. ${person(other ?? '')} is next in the line, so it is kept for them${lock === null ? '' : mrkdwn` ${endingThen(lock, event)}`}.`,
      ]);
    case 'turn_passed':
      return notKept(event, mrkdwn`did not take it in time`);
    case 'left':
      // A place in the line concerns nobody else; a turn was told of.
      return lock === null ? undefined : notKept(event, mrkdwn`gave up their turn`);
    case 'warned':
      return news(`A warning about ${where}`, [
        mrkdwn`:warning: ${person(actor)} warns whoever deploys to *${where}*${warningEnd(event)}: ${quote(warning?.reason ?? '')}. It blocks nobody.`,
      ]);
    case 'warning_forced':
      return news(`The warning about ${where} is gone`, [
        mrkdwn`:warning: ${person(actor)} removed the warning of ${person(other ?? '')} about *${where}* by force: ${quote(event.reason)}.`,
      ]);
    case 'handed_over':
      return news(`${where} is unlocked`, [
        mrkdwn`:unlock: *${where}* is unlocked: ${person(actor)} has taken the handoff, until which ${person(other ?? '')} had locked it.`,
      ]);
    case 'merged':
      return news(`${where} is unlocked`, [
        mrkdwn`:unlock: *${where}* is unlocked: ${pullRequestOf(lock)} has been merged, and the lock of ${person(other ?? '')}${held(lock)}, was tied to it.`,
      ]);
    default:
      return undefined;
  }
}

function notKept({ scope, other }: LockEvent, why: Mrkdwn): View {
  const where = named(scope);
  return news(`${where} is kept no longer`, [
    mrkdwn`:hourglass: *${where}* is kept for ${person(other ?? '')} no longer: they ${why}.`,
  ]);
}

function lockTaken(lock: Lock, event: LockEvent): View {
  const where = named(lock.scope);
  const lines = [
    mrkdwn`:lock: ${person(lock.holder)} locked *${where}*${because(lock)}.`,
    mrkdwn`Nobody else deploys there ${endingThen(lock, event)}.`,
  ];
  return lockedNews(`${where} is locked`, lines, lock);
}

function lockFreed({ kind, scope, actor, lock, reason }: LockEvent): View {
  const where = named(scope);
  const what =
    lock === null ? mrkdwn`a lock that could not be read` : mrkdwn`the lock of ${person(lock.holder)}`;
  const line =
    kind === 'freed'
      ? mrkdwn`:unlock: ${person(actor)} unlocked *${where}*${held(lock)}${reason === '' ? '' : mrkdwn`: ${quote(reason)}`}.`
      : mrkdwn`:unlock: ${person(actor)} removed ${what} from *${where}* by force: ${quote(reason)}.`;
  return news(`${where} is unlocked`, [line]);
}

/** With the buttons of the lock that is there now. */
function lockedNews(text: string, lines: readonly Mrkdwn[], lock: Lock | null): View {
  const { blocks, ...view } = news(text, lines);
  return { ...view, blocks: lock === null ? blocks : [...blocks, lockButtons(lock)] };
}

function warningEnd({ warning }: LockEvent): Mrkdwn {
  return warning?.until == null ? mrkdwn`` : mrkdwn`, until ${time(warning.until)}`;
}
