import type { ChecksRefusal, NamedCheck } from '../deployments/checks.ts';
import { code, joined, link, type Mrkdwn, mrkdwn, shortened } from './view.ts';

/** So many checks are named in one sentence; the others are counted. */
const MOST_NAMED = 5;

/** What the checks of a commit have against its deployment, and the way out. */
export function checksInTheWay(refusal: ChecksRefusal): Mrkdwn {
  switch (refusal.reason) {
    case 'checks_failing':
      return joined(whatFails(refusal), ' ');
    case 'checks_pending':
      return mrkdwn`${whatIsPending(refusal.pending)} Deploy again when they have passed.`;
    case 'checks_unreadable':
      return mrkdwn`GitHub could not be asked for the checks of the commit, so they count as failing. Try again in a minute.`;
  }
}

function whatFails({
  failing,
  missing,
  hasNone,
  pending,
}: Extract<ChecksRefusal, { reason: 'checks_failing' }>): Mrkdwn[] {
  const sentences: Mrkdwn[] = [];
  if (hasNone) {
    sentences.push(
      mrkdwn`The commit has no checks, and all must pass here. Wait for its checks to begin, or have ${code('checks: none')} configured.`,
    );
  }
  if (failing.length > 0) {
    const count = failing.length === 1 ? '1 check fails' : `${failing.length} checks fail`;
    sentences.push(mrkdwn`${count}: ${enumerated(failing)}.`);
  }
  if (missing.length > 0) {
    const names = enumerated(missing.map((name) => ({ name, url: null })));
    sentences.push(
      missing.length === 1 ? mrkdwn`${names} is missing.` : mrkdwn`${missing.length} are missing: ${names}.`,
    );
  }
  if (pending.length > 0) sentences.push(whatIsPending(pending));
  return sentences;
}

function whatIsPending(pending: readonly NamedCheck[]): Mrkdwn {
  const count = pending.length === 1 ? '1 check has' : `${pending.length} checks have`;
  return mrkdwn`${count} not ended yet: ${enumerated(pending)}.`;
}

function enumerated(checks: readonly NamedCheck[]): Mrkdwn {
  const named = checks.slice(0, MOST_NAMED).map(({ name, url }) => link(url, shortened(name, 60)));
  const left = checks.length - named.length;
  return left === 0 ? joined(named, ', ') : mrkdwn`${joined(named, ', ')} and ${left} more`;
}
