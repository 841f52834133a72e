import type { KnownBlock } from '@slack/types';
import type { LockEvent } from '../locks/event.ts';
import { ALL, isOverdue, type Lock, type Place } from '../locks/lock.ts';
import {
  type ButtonLook,
  buttons,
  joined,
  type Mrkdwn,
  mrkdwn,
  section,
  shortened,
  summaryText,
  time,
  type View,
} from './view.ts';

/** How people read a scope: the global one has no name of its own. */
export function place(scope: string): string {
  return scope === ALL ? 'every environment' : scope;
}

/** ` because “…”`, so short that the rest of the message is still shown. */
export function because({ reason }: Pick<Lock, 'reason'>): Mrkdwn {
  return reason === '' ? mrkdwn`` : mrkdwn` because ${quote(reason)}`;
}

export function quote(reason: string): Mrkdwn {
  return mrkdwn`“${shortened(reason, 500)}”`;
}

type End = Pick<Lock, 'until' | 'handoff' | 'pullRequest'>;

/** `until …`, to complete a sentence. An overdue lock is past its end, and a deployment keeps it. */
export function ending({ until, handoff, pullRequest }: End, overdue: boolean): Mrkdwn {
  if (overdue) return mrkdwn`until the deployment that runs there ends`;
  const ways = [
    ...(pullRequest === null ? [] : [mrkdwn`${pullRequest.repository}#${pullRequest.number} is merged`]),
    ...(handoff === null
      ? []
      : [mrkdwn`somebody takes the handoff of *${handoff.from}* ${time(handoff.at)}`]),
  ];
  if (ways.length === 0) return until === null ? mrkdwn`until it is unlocked` : mrkdwn`until ${time(until)}`;
  const most = until === null ? mrkdwn`` : mrkdwn`, at most until ${time(until)}`;
  return mrkdwn`until ${joined(ways, ' or ')}${most}`;
}

/** The end of the lock as it was when that happened. */
export function endingThen(lock: Lock, { at }: Pick<LockEvent, 'at'>): Mrkdwn {
  return ending(lock, isOverdue(lock, at));
}

/** `, until …` behind who holds it; nothing for a lock without an end. */
export function itsEnd(lock: Lock, overdue: boolean): Mrkdwn {
  const { until, handoff, pullRequest } = lock;
  const isOpen = until === null && handoff === null && pullRequest === null;
  return isOpen ? mrkdwn`` : mrkdwn`, ${ending(lock, overdue)}`;
}

export function unlockButton(lock: Lock): KnownBlock {
  return buttons(unlockLook(lock));
}

/** Under news of a lock: its holder gives it up, everybody else may stand in the line for it. */
export function lockButtons(lock: Lock): KnownBlock {
  // Only admins wait for everything at once; everybody else waits for what they want of it.
  return lock.scope === ALL ? unlockButton(lock) : buttons(unlockLook(lock), waitLook(lock));
}

/** Puts whoever clicks in the line behind this very lock; `wanted` is the scope that they want, `why` ` for 2h because …`. */
export function waitLook({ scope, id }: Lock, wanted = scope, why = ''): ButtonLook {
  return { label: 'Wait', command: `lock ${wanted} --wait --lock ${id}${why}` };
}

/** Gives up that very place in the line. */
export function leaveLook({ scope, id }: Pick<Place, 'scope' | 'id'>): ButtonLook {
  return { label: 'Leave', command: `lock ${scope} --leave --lock ${id}` };
}

function unlockLook({ scope, id }: Lock): ButtonLook {
  return { label: 'Unlock', command: `unlock ${scope} --lock ${id}` };
}

/** A message about locks. */
export function news(text: string, lines: readonly Mrkdwn[], looks: readonly ButtonLook[] = []): View {
  const [first, ...more] = looks;
  const blocks = [section(joined(lines))];
  return {
    text: summaryText(text),
    blocks: first === undefined ? blocks : [...blocks, buttons(first, ...more)],
  };
}

/** `, held since …`; nothing for a lock that could not be read. */
export function held(lock: Lock | null): Mrkdwn {
  return lock === null ? mrkdwn`` : mrkdwn`, held since ${time(lock.since)}`;
}

/** ` (open until …)`. */
export function offerEnd(lock: Lock | null): Mrkdwn {
  const until = lock?.offer?.until;
  return until === undefined ? mrkdwn`` : mrkdwn` (open until ${time(until)})`;
}

export function pullRequestOf(lock: Lock | null): Mrkdwn {
  const tie = lock?.pullRequest;
  return tie == null ? mrkdwn`the pull request` : mrkdwn`${tie.repository}#${tie.number}`;
}
