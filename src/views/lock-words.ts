import type { KnownBlock } from '@slack/types';
import { ALL, type Lock } from '../locks/lock.ts';
import { buttons, type Mrkdwn, mrkdwn, time } from './view.ts';

/** How people read a scope: the global one has no name of its own. */
export function place(scope: string): string {
  return scope === ALL ? 'all environments' : scope;
}

export function because({ reason }: Pick<Lock, 'reason'>): Mrkdwn {
  return reason === '' ? mrkdwn`` : mrkdwn` because “${reason}”`;
}

/** `until …`, to complete a sentence. */
export function ending({ until, pullRequest }: Lock): Mrkdwn {
  const tied =
    pullRequest === null ? undefined : mrkdwn`${pullRequest.repository}#${pullRequest.number} is merged`;
  if (until === null) return mrkdwn`until ${tied ?? mrkdwn`it is unlocked`}`;
  return tied === undefined
    ? mrkdwn`until ${time(until)}`
    : mrkdwn`until ${tied}, at most until ${time(until)}`;
}

/** `, until …` behind who holds it; nothing for a lock without an end. */
export function itsEnd(lock: Lock): Mrkdwn {
  return lock.until === null && lock.pullRequest === null ? mrkdwn`` : mrkdwn`, ${ending(lock)}`;
}

export function unlockButton({ scope, id }: Lock): KnownBlock {
  return buttons({ label: 'Unlock', command: `unlock ${scope} --lock ${id}` });
}
