import { createHash } from 'node:crypto';
import type { Context } from '../context.ts';
import { GitHubUnreadableError } from '../errors.ts';
import type { GitHub } from '../github/client.ts';
import { findLabelling, type Labelling } from '../github/labelling.ts';
import { findNotedLabelling, forgetLabelling, noteLabelling, type PullRequestId } from './store.ts';

/**
 * Who put a label on the last time: by GitHub's list of what happened, else as a signed webhook told it, which may come
 * before the list has it. `untold` where neither can tell; undefined where the list does not have it yet. Throws
 * GitHubUnreadableError.
 */
export async function whoLabelled(
  { redis }: Pick<Context, 'redis'>,
  github: GitHub,
  id: PullRequestId,
  label: string,
): Promise<Labelling | 'untold' | undefined> {
  const listed = await listedLabelling(github, id, label);
  if (listed !== undefined && listed !== 'untold' && !(listed instanceof GitHubUnreadableError))
    return listed;
  const noted = await findNotedLabelling(redis, id, label);
  if (noted !== undefined) return noted;
  if (listed instanceof GitHubUnreadableError) throw listed;
  return listed;
}

async function listedLabelling(github: GitHub, { repository, number }: PullRequestId, label: string) {
  try {
    return await findLabelling(github, repository, number, label);
  } catch (error) {
    if (error instanceof GitHubUnreadableError) return error;
    throw error;
  }
}

export interface ToldOfLabel extends PullRequestId {
  readonly action: string;
  readonly label: string;
  readonly sender: { readonly login: string; readonly type: string } | null;
  readonly delivery: string;
}

/** Keeps what a signed webhook tells of a label. */
export async function noteToldLabel({ redis, now }: Context, told: ToldOfLabel): Promise<void> {
  const { action, label, sender, delivery, ...id } = told;
  if (action === 'unlabeled') return forgetLabelling(redis, id, label);
  if (sender === null) return;
  const { login, type } = sender;
  await noteLabelling(redis, id, {
    label,
    event: numberOf(delivery),
    login,
    isBot: type !== 'User',
    at: now(),
  });
}

/** The same for each attempt at a delivery, and below zero: GitHub's own numbers are above. */
function numberOf(delivery: string): number {
  return -Number.parseInt(createHash('sha256').update(delivery).digest('hex').slice(0, 12), 16);
}

/** As far as a clock here and GitHub's may be apart. */
const SKEW_MS = 5_000;

/** A delivery waits that long at most before it is worked, or GitHub's list has had the time to catch up. */
const TOLD_WITHIN_MS = 15 * 60_000;

type Known = Pick<Labelling, 'event' | 'login' | 'at'>;

/** Whether both are one labelling, be it that a webhook told it first and GitHub's list has it by its own number now. */
export function isSameLabelling(one: Known, other: Known): boolean {
  if (one.event === other.event) return true;
  const [told, listed] = one.event < 0 ? [one, other] : [other, one];
  if (told.event >= 0 || listed.event < 0 || told.login !== listed.login) return false;
  const laterMs = told.at.getTime() - listed.at.getTime();
  return laterMs >= -SKEW_MS && laterMs <= TOLD_WITHIN_MS;
}
