import type { Compared, ComparedCommit } from '../github/compare.ts';
import { code, joined, link, type Mrkdwn, mrkdwn, shortened } from './view.ts';

/** So many commits have a line of their own; the others are counted. */
const MOST_LINES = 8;

/** What a deployment would bring, compared with what is live: a heading, then a line for each of the newest commits. */
export function whatItBrings(compared: Compared): Mrkdwn {
  if (compared.kind === 'base_missing') {
    return mrkdwn`What is live is no longer in the repository, so nothing can be compared with it.`;
  }
  if (compared.kind === 'unrelated') return mrkdwn`It has no history in common with what is live.`;
  const { commits, total, url } = compared;
  const lines = commits.slice(0, MOST_LINES).map((commit) => lineOf(commit, url));
  const left = total - lines.length;
  const rest = left > 0 ? [mrkdwn`… and ${left} more`] : [];
  return joined([headingOf(compared), ...lines, ...rest]);
}

function headingOf({ total, behindBy, url }: Extract<Compared, { kind: 'compared' }>): Mrkdwn {
  const brings = total === 0 ? mrkdwn`It brings no new commits` : mrkdwn`It brings ${counted(total)}`;
  const takes =
    behindBy === 0
      ? mrkdwn``
      : mrkdwn` and takes back ${counted(behindBy)} that ${behindBy === 1 ? 'is' : 'are'} live`;
  const where = url === null ? mrkdwn`` : mrkdwn` (${link(url, 'compare')})`;
  return mrkdwn`${brings}${takes}${where}`;
}

function lineOf({ sha, title, author, pullRequest }: ComparedCommit, url: string | null): Mrkdwn {
  const number = pullRequest === undefined ? mrkdwn`` : mrkdwn` ${pullRequestLink(pullRequest, url)}`;
  return mrkdwn`• ${code(sha.slice(0, 7))} ${shortened(title, 80)}${number} by ${shortened(author, 40)}`;
}

/** The comparison's own address begins with the repository's. */
function pullRequestLink(number: number, url: string | null): Mrkdwn {
  const [repository = '', rest] = url?.split('/compare/') ?? [];
  return link(rest === undefined ? null : `${repository}/pull/${number}`, `#${number}`);
}

function counted(count: number): string {
  return count === 1 ? '1 commit' : `${count} commits`;
}
