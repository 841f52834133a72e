import { UserError } from '../errors.ts';
import type { Terms } from './terms.ts';
import type { Moment } from './change.ts';
import { durationWords } from './duration.ts';
import type { Lock } from './lock.ts';

/**
 * When a lock ends; one until a handoff, or until a pull request is merged and no time, lasts at most as long as locks
 * may. Throws UserError for longer ones.
 */
export function endOf(
  since: Date,
  { until, handoff, pullRequest }: Terms,
  moment: Moment,
): Pick<Lock, 'until' | 'handoff'> {
  const longest = after(since, moment.rules.maxSeconds);
  if (handoff !== undefined) {
    withinBounds(since, handoff.at, moment);
    return { until: longest, handoff };
  }
  if (until !== undefined) return { until: withinBounds(since, until, moment), handoff: null };
  return { until: pullRequest === undefined ? endElse(since, moment) : longest, handoff: null };
}

/** The end of a lock of which nobody says how long it lasts. */
export function endElse(since: Date, { rules }: Moment): Date | null {
  return after(since, rules.defaultSeconds ?? rules.maxSeconds);
}

function after(since: Date, seconds: number | undefined): Date | null {
  return seconds === undefined ? null : new Date(since.getTime() + seconds * 1_000);
}

function withinBounds(since: Date, until: Date, { rules }: Moment): Date {
  const { maxSeconds } = rules;
  if (maxSeconds === undefined || until.getTime() - since.getTime() <= maxSeconds * 1_000) return until;
  const most = durationWords(maxSeconds);
  throw new UserError(`A lock may last ${most} here at most, counted from its beginning.`, {
    hint: `“for ${most}” is the longest.`,
  });
}
