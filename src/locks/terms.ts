import type { Asked, HandoffEnd, Lock, TiedTo } from './lock.ts';

export interface Terms {
  /** Empty when none was given. */
  readonly reason: string;
  /** The end that was asked for. */
  readonly until?: Date | undefined;
  /** The handoff that was asked for in place of a time. */
  readonly handoff?: HandoffEnd | undefined;
  /** The length that was asked for, from which `until` was counted. */
  readonly seconds?: number | undefined;
  readonly pullRequest?: TiedTo | undefined;
}

/** What is kept of the terms for when the turn comes; undefined for none. */
export function askedIn({ until, seconds, handoff, pullRequest }: Terms): Asked | undefined {
  if (until === undefined && handoff === undefined && pullRequest === undefined) return undefined;
  return { ...(seconds === undefined ? { until } : { seconds }), handoff, pullRequest };
}

/** The terms of somebody whose turn has come: what they say now, else what they said when they came into the line. */
export function termsAtTurn({ reason, asked }: Lock, given: Terms, now: Date): Terms {
  const until = asked?.seconds === undefined ? asked?.until : new Date(now.getTime() + asked.seconds * 1_000);
  const isGiven = given.until !== undefined || given.handoff !== undefined;
  const handoff = isGiven ? given.handoff : asked?.handoff;
  return {
    reason: given.reason === '' ? reason : given.reason,
    // What has passed in the line is as if it had not been said.
    until: isGiven || until === undefined || until <= now ? given.until : until,
    handoff: handoff !== undefined && handoff.at > now ? handoff : undefined,
    pullRequest: given.pullRequest ?? asked?.pullRequest,
  };
}
