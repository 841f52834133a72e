import type { LockEvent } from '../locks/event.ts';
import type { Lock } from '../locks/lock.ts';
import { because, ending, place as named, unlockButton } from './lock-words.ts';
import {
  buttons,
  code,
  joined,
  type Mrkdwn,
  mrkdwn,
  person,
  section,
  summaryText,
  time,
  type View,
} from './view.ts';

/** What everybody in the channel must know of what happened to a lock; undefined for what concerns only some. */
export function lockNews(event: LockEvent): View | undefined {
  const { kind, scope, actor, lock, warning, other } = event;
  const where = named(scope);
  switch (kind) {
    case 'taken':
      return lock === null ? undefined : lockTaken(lock);
    case 'freed':
    case 'forced':
      return lockFreed(event);
    case 'expired':
      return news(`${where} is unlocked`, [
        mrkdwn`:unlock: The lock of ${person(other ?? '')} on *${where}* has ended by itself${held(lock)}.`,
      ]);
    case 'stolen': {
      const lines = [
        mrkdwn`:lock: ${person(actor)} took the lock on *${where}* from ${person(other ?? '')}: “${event.reason}”.`,
        ...(lock === null ? [] : [mrkdwn`Nobody else deploys there ${ending(lock)}.`]),
      ];
      return news(`${where} has changed hands`, lines, lock);
    }
    case 'offered':
      return news(`${where} is offered`, [
        mrkdwn`:handshake: ${person(actor)} offers the lock on *${where}* to ${person(other ?? '')}, and keeps it until they accept${offerEnd(lock)}.`,
      ]);
    case 'accepted':
      return news(
        `${where} has changed hands`,
        [
          mrkdwn`:lock: ${person(actor)} has the lock on *${where}* now, from ${person(other ?? '')}${lock === null ? '' : because(lock)}.`,
        ],
        lock,
      );
    case 'taken_over':
      return news(
        `${where} has changed hands`,
        [
          mrkdwn`:handshake: ${person(actor)} took over *${where}* from ${person(other ?? '')} at the handoff.`,
        ],
        lock,
      );
    case 'turn':
      return news(`It is somebody's turn on ${where}`, [
        mrkdwn`:hourglass: *${where}* is free, and ${person(other ?? '')} is next in the line: it is kept for them ${lock === null ? '' : ending(lock)}.`,
      ]);
    case 'warned':
      return news(`A warning about ${where}`, [
        mrkdwn`:warning: ${person(actor)} warns whoever deploys to *${where}*: “${warning?.reason ?? ''}”. It blocks nobody.`,
      ]);
    case 'merged':
      return news(`${where} is unlocked`, [
        mrkdwn`:unlock: *${where}* is unlocked: ${pullRequestOf(lock)} has been merged, and the lock of ${person(other ?? '')} was tied to it.`,
      ]);
    default:
      return undefined;
  }
}

export interface Direct {
  readonly to: string;
  readonly view: View;
}

/** What single people are told of it by direct message. */
export function lockDirect(event: LockEvent): Direct[] {
  const { other, actor } = event;
  const view = directView(event);
  if (view === undefined || other === null || other === actor) return [];
  return [{ to: other, view }];
}

function directView(event: LockEvent): View | undefined {
  const { kind, scope, actor, lock, reason, ahead } = event;
  const where = named(scope);
  switch (kind) {
    case 'forced':
      return news(`Your lock on ${where} is gone`, [
        mrkdwn`:unlock: ${person(actor)} removed your lock on *${where}* by force: “${reason}”.`,
      ]);
    case 'stolen':
      return news(`Your lock on ${where} was taken`, [
        mrkdwn`:lock: ${person(actor)} took your lock on *${where}*: “${reason}”.`,
        mrkdwn`Talk to ${person(actor)}, or stand in the line: ${code(`/lock ${scope} --wait`)}.`,
      ]);
    case 'expired':
      return news(`Your lock on ${where} has ended`, [
        mrkdwn`:unlock: Your lock on *${where}* has ended by itself. ${code(`/lock ${scope}`)} takes it again.`,
      ]);
    case 'offered':
      return offer(`${where} is offered to you`, event, [
        mrkdwn`:handshake: ${person(actor)} offers you the lock on *${where}*${lock === null ? '' : because(lock)}${offerEnd(lock)}.`,
      ]);
    case 'turn':
      return offer(`It is your turn on ${where}`, event, [
        mrkdwn`:hourglass: It is your turn: *${where}* is kept for you ${lock === null ? '' : ending(lock)}, then it goes to the next.`,
      ]);
    case 'turn_passed':
      return news(`Your turn on ${where} has passed`, [
        mrkdwn`:hourglass: *${where}* was kept for you and nobody accepted it in time. ${code(`/lock ${scope} --wait`)} puts you in the line again.`,
      ]);
    case 'accepted':
      return news(`${where} has changed hands`, [
        mrkdwn`:handshake: ${person(actor)} has accepted: the lock on *${where}* is theirs now.`,
      ]);
    case 'taken_over':
      return news(`${where} was handed over`, [
        mrkdwn`:handshake: ${person(actor)} took over your lock on *${where}* at the handoff, for your day was ending.`,
      ]);
    case 'declined':
      return news(`${where} is still yours`, [
        mrkdwn`:handshake: ${person(actor)} does not take the lock on *${where}*, so you keep it.`,
      ]);
    case 'waiting':
      return news(`Somebody waits for ${where}`, [
        mrkdwn`:hourglass: ${person(actor)} waits for *${where}*, which you have locked${ahead === 0 ? '' : mrkdwn`, behind ${ahead} more`}. ${code(`/unlock ${lock?.scope ?? scope}`)} when you no longer need it.`,
      ]);
    default:
      return question(event);
  }
}

/** What the holder is asked; they answer with a button. */
function question({ kind, scope, lock, other }: LockEvent): View | undefined {
  const where = named(scope);
  if (kind === 'offer_expired' && other !== null) {
    return news(`Your offer of ${where} has ended`, [
      mrkdwn`:handshake: You did not accept *${where}* in time, so its holder keeps it.`,
    ]);
  }
  if (lock === null) return undefined;
  if (kind === 'reminded') {
    return kept(
      lock,
      mrkdwn`:alarm_clock: You have held *${where}* since ${time(lock.since)}${because(lock)}. Do you still need it?`,
    );
  }
  if (kind === 'closed') {
    return kept(
      lock,
      mrkdwn`:question: ${pullRequestOf(lock)}, to which your lock on *${where}* is tied, was closed without a merge. Do you still need the lock?`,
    );
  }
  return undefined;
}

function kept(lock: Lock, line: Mrkdwn): View {
  const { scope, id } = lock;
  return {
    text: summaryText(`Do you still need ${named(scope)}?`),
    blocks: [
      section(line),
      buttons(
        { label: 'Unlock', command: `unlock ${scope} --lock ${id}` },
        { label: 'Keep', command: `lock ${scope} --keep --lock ${id}` },
      ),
    ],
  };
}

function offer(text: string, { scope, lock }: LockEvent, lines: readonly Mrkdwn[]): View {
  const id = lock?.offer?.id ?? lock?.id ?? '';
  return {
    text: summaryText(text),
    blocks: [
      section(joined(lines)),
      buttons(
        { label: 'Accept', command: `lock ${scope} --accept --lock ${id}`, style: 'primary' },
        { label: 'Decline', command: `lock ${scope} --decline --lock ${id}` },
      ),
    ],
  };
}

function lockTaken(lock: Lock): View {
  const where = named(lock.scope);
  const lines = [
    mrkdwn`:lock: ${person(lock.holder)} locked *${where}*${because(lock)}.`,
    mrkdwn`Nobody else deploys there ${ending(lock)}.`,
  ];
  return news(`${where} is locked`, lines, lock);
}

function lockFreed({ kind, scope, actor, lock, reason }: LockEvent): View {
  const where = named(scope);
  const what =
    lock === null ? mrkdwn`a lock that could not be read` : mrkdwn`the lock of ${person(lock.holder)}`;
  const line =
    kind === 'freed'
      ? mrkdwn`:unlock: ${person(actor)} unlocked *${where}*${held(lock)}${reason === '' ? '' : mrkdwn`: “${reason}”`}.`
      : mrkdwn`:unlock: ${person(actor)} removed ${what} from *${where}* by force: “${reason}”.`;
  return news(`${where} is unlocked`, [line]);
}

function news(text: string, lines: readonly Mrkdwn[], lock: Lock | null = null): View {
  const blocks = [section(joined(lines))];
  return { text: summaryText(text), blocks: lock === null ? blocks : [...blocks, unlockButton(lock)] };
}

function held(lock: Lock | null): Mrkdwn {
  return lock === null ? mrkdwn`` : mrkdwn`, held since ${time(lock.since)}`;
}

function offerEnd(lock: Lock | null): Mrkdwn {
  const until = lock?.offer?.until;
  return until === undefined ? mrkdwn`` : mrkdwn` (open until ${time(until)})`;
}

function pullRequestOf(lock: Lock | null): Mrkdwn {
  const tie = lock?.pullRequest;
  return tie == null ? mrkdwn`the pull request` : mrkdwn`${tie.repository}#${tie.number}`;
}
