import type { LockEvent } from '../locks/event.ts';
import { ALL, type Lock } from '../locks/lock.ts';
import {
  because,
  ending,
  endingThen,
  held,
  news,
  offerEnd,
  place as named,
  pullRequestOf,
  quote,
  waitLook,
} from './lock-words.ts';
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

export interface Direct {
  readonly to: string;
  readonly view: View;
}

/** What single people are told of it by direct message. */
export function lockDirect(event: LockEvent): Direct[] {
  const { kind, other, actor, lock, scope } = event;
  const view = directView(event);
  if (view === undefined || other === null || other === actor) return [];
  if (kind !== 'offer_expired' || lock === null) return [{ to: other, view }];
  const line = mrkdwn`:handshake: ${person(other)} did not answer your offer of *${named(scope)}* in time, so you keep it.`;
  const still = news(`${named(scope)} is still yours`, [line, wayOn(scope)]);
  return [
    { to: other, view },
    { to: lock.holder, view: still },
  ];
}

function directView(event: LockEvent): View | undefined {
  const { kind, scope, actor, lock, warning, reason } = event;
  const where = named(scope);
  switch (kind) {
    case 'forced':
      return news(`Your lock on ${where} is gone`, [
        mrkdwn`:unlock: ${person(actor)} removed your lock on *${where}*${held(lock)} by force: ${quote(reason)}.`,
        mrkdwn`Talk to ${person(actor)}, or take it again with ${code(`/lock ${scope}`)}.`,
      ]);
    case 'warning_forced':
      return news(`Your warning about ${where} is gone`, [
        mrkdwn`:warning: ${person(actor)} removed your warning about *${where}* (${quote(warning?.reason ?? '')}) by force: ${quote(reason)}.`,
        mrkdwn`Talk to ${person(actor)}, or warn again with ${code(`/lock ${scope} --warn because …`)}.`,
      ]);
    case 'stolen':
      return stolen(event);
    case 'expired':
      return news(`Your lock on ${where} has ended`, [
        mrkdwn`:unlock: Your lock on *${where}*${lock === null ? '' : because(lock)}${held(lock)}, has ended by itself. ${code(`/lock ${scope}`)} takes it again.`,
      ]);
    case 'merged':
      return news(`Your lock on ${where} has ended`, [
        mrkdwn`:unlock: ${pullRequestOf(lock)} has been merged, so your lock on *${where}*${held(lock)}, has ended. ${code(`/lock ${scope}`)} takes it again.`,
      ]);
    case 'handed_over':
      return news(`Your lock on ${where} has ended`, [
        mrkdwn`:unlock: ${person(actor)} has taken the handoff, so your lock on *${where}*${lock === null ? '' : because(lock)}${held(lock)}, has ended. ${code(`/lock ${scope}`)} takes it again.`,
      ]);
    case 'offered':
      return offer(`${where} is offered to you`, event, [
        mrkdwn`:handshake: ${person(actor)} offers you the lock on *${where}*${lock === null ? '' : because(lock)}${offerEnd(lock)}.`,
        ...(lock === null ? [] : [mrkdwn`Once you accept, it is yours ${endingThen(lock, event)}.`]),
      ]);
    case 'turn':
      return offer(`It is your turn on ${where}`, event, [
        mrkdwn`:hourglass: It is your turn: *${where}* is kept for you${lock === null ? '' : mrkdwn` ${endingThen(lock, event)}`}, then it goes to the next.`,
      ]);
    case 'turn_passed':
      return news(`Your turn on ${where} has passed`, [
        mrkdwn`:hourglass: *${where}* was kept for you${lock === null ? '' : mrkdwn` ${ending(lock, false)}`}, and you did not accept it in time.`,
        mrkdwn`${code(`/lock ${scope} --wait`)} puts you in the line again.`,
      ]);
    case 'accepted':
      return news(`${where} has changed hands`, [
        mrkdwn`:handshake: ${person(actor)} has accepted: the lock on *${where}* is theirs now${lock === null ? '' : mrkdwn`, ${endingThen(lock, event)}`}.`,
      ]);
    case 'taken_over':
      return news(`${where} was handed over`, [
        mrkdwn`:handshake: ${person(actor)} took over your lock on *${where}* at the handoff, for your day was ending.`,
      ]);
    case 'declined':
      return news(`${where} is still yours`, [
        mrkdwn`:handshake: ${person(actor)} does not take the lock on *${where}*, so you keep it.`,
        wayOn(scope),
      ]);
    case 'waiting':
      return waiting(event);
    default:
      return question(event);
  }
}

function stolen(event: LockEvent): View {
  const { scope, actor, lock, reason, turn = false } = event;
  const where = named(scope);
  const what = turn ? mrkdwn`*${where}*, which was kept for you` : mrkdwn`your lock on *${where}*`;
  const theirs = lock === null ? mrkdwn`` : mrkdwn`It is theirs ${endingThen(lock, event)}. `;
  const lines = [
    mrkdwn`:lock: ${person(actor)} took ${what}: ${quote(reason)}.`,
    mrkdwn`${theirs}Talk to ${person(actor)}, or wait for it: ${code(`/lock ${scope} --wait`)}.`,
  ];
  return news(
    `Your ${turn ? 'turn' : 'lock'} on ${where} was taken`,
    lines,
    lock === null ? [] : [waitLook(lock)],
  );
}

/** The holder hears of the first who waits; `/lock` shows how many have come since. */
function waiting({ scope, actor, lock, place, ahead }: LockEvent): View | undefined {
  if (ahead > 0) return undefined;
  const where = named(scope);
  const locked = lock?.scope ?? scope;
  const what = locked === scope ? mrkdwn`it` : mrkdwn`*${named(locked)}*`;
  return news(`Somebody waits for ${where}`, [
    mrkdwn`:hourglass: ${person(actor)} waits for *${where}*${whyTheyWait(place)}; you have locked ${what}.`,
    wayOn(locked, actor),
  ]);
}

/** A deployment's place says it in words of ours: `to deploy main`. */
function whyTheyWait(place: LockEvent['place']): Mrkdwn {
  if (place === null) return mrkdwn``;
  return place.deployment === null ? because(place) : mrkdwn` ${place.reason}`;
}

/** What a holder may do who no longer needs it. */
function wayOn(scope: string, to?: string): Mrkdwn {
  if (scope === ALL)
    return mrkdwn`When you no longer need it: ${code('/unlock all')}, which frees all that is yours.`;
  const whom = to === undefined ? mrkdwn`@person` : person(to);
  return mrkdwn`When you no longer need it: ${code(`/unlock ${scope}`)}, or ${code(`/lock ${scope} --offer`)} ${whom}.`;
}

/** What the holder is asked; they answer with a button. */
function question(event: LockEvent): View | undefined {
  const { kind, scope, lock, other } = event;
  const where = named(scope);
  if (kind === 'offer_expired' && other !== null) {
    return news(`The offer of ${where} has ended`, [
      mrkdwn`:handshake: You did not answer the offer of *${where}* in time, so ${lock === null ? 'its holder' : person(lock.holder)} keeps it.`,
      mrkdwn`${code(`/lock ${scope} --wait`)} puts you in the line.`,
    ]);
  }
  if (lock === null) return undefined;
  if (kind === 'reminded') {
    return kept(
      lock,
      mrkdwn`:alarm_clock: You have held *${where}* since ${time(lock.since)}${because(lock)}, ${endingThen(lock, event)}. Do you still need it?`,
    );
  }
  if (kind === 'closed') {
    return kept(
      lock,
      mrkdwn`:question: ${pullRequestOf(lock)}, to which your lock on *${where}* is tied, was closed without a merge. You have held it since ${time(lock.since)}. Do you still need it?`,
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
