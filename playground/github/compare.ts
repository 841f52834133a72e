import { showCommit, type Shown } from './answers.ts';
import { findCommit, historyOf } from './history.ts';
import { pageOf } from './routes/route.ts';
import type { Commit, Repository } from './state.ts';

/** As many commits as GitHub tells without pages. */
const MOST_COMMITS = 250;

/** How two commits lie to each other, `base...head`; undefined where one is missing or they have nothing in common. */
export function compare(repository: Repository, basehead: string, query: URLSearchParams): Shown | undefined {
  const [base, head] = basehead.split('...').map((ref) => findCommit(repository, ref));
  if (base === undefined || head === undefined) return undefined;
  const baseHistory = historyOf(repository, base.sha);
  const headHistory = historyOf(repository, head.sha);
  if (![...headHistory].some((sha) => baseHistory.has(sha))) return undefined;
  const ahead = oldestFirst(repository, without(headHistory, baseHistory));
  const behind = without(baseHistory, headHistory);
  return {
    status: statusOf(ahead.length, behind.length),
    html_url: `https://github.com/${repository.name}/compare/${basehead}`,
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: partOf(ahead, query).map(showCommit),
    files: [],
  };
}

/** A page; without pages the beginning and the very last commit. */
function partOf(ahead: readonly Commit[], query: URLSearchParams): readonly Commit[] {
  if (query.has('page') || query.has('per_page')) return pageOf(query, ahead);
  return ahead.length > MOST_COMMITS ? [...ahead.slice(0, MOST_COMMITS - 1), ...ahead.slice(-1)] : ahead;
}

function oldestFirst(repository: Repository, shas: readonly string[]): Commit[] {
  return shas.flatMap((sha) => repository.commits.get(sha) ?? []).toReversed();
}

function without(shas: ReadonlySet<string>, others: ReadonlySet<string>): string[] {
  return [...shas].filter((sha) => !others.has(sha));
}

function statusOf(ahead: number, behind: number): string {
  if (ahead === 0) return behind === 0 ? 'identical' : 'behind';
  return behind === 0 ? 'ahead' : 'diverged';
}
