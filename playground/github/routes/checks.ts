import { appOf, checkRunsOf, latestRuns, latestStatuses } from '../checks.ts';
import { findCommit } from '../history.ts';
import type { CheckRun, Repository } from '../state.ts';
import { type Answer, type Call, NOT_FOUND, ok, pageOf, refuse, type Routes } from './route.ts';

const HERE = '/repos/{owner}/{repo}/commits/{ref}';

/** What others say about a commit: check runs, and the older commit statuses. */
export const CHECKS: Routes = {
  [`GET ${HERE}/check-runs`]: listCheckRuns,
  [`GET ${HERE}/status`]: combineStatuses,
};

function listCheckRuns({ repository, path, query }: Call): Answer {
  const commit = findCommit(repository, path['ref'] ?? '');
  if (commit === undefined) return refuse(422, `No commit found for SHA: ${path['ref']}`);
  const all = checkRunsOf(repository, commit.sha);
  const runs = (query.get('filter') === 'all' ? all : latestRuns(all)).filter(
    ({ name, status }) =>
      (query.get('check_name') ?? name) === name && (query.get('status') ?? status) === status,
  );
  const newestFirst = runs.toSorted((one, other) => other.id - one.id);
  const shown = pageOf(query, newestFirst).map((run) => showCheckRun(repository, run));
  return ok({ total_count: runs.length, check_runs: shown });
}

function showCheckRun(repository: Repository, run: CheckRun) {
  const { id, sha, name, status, conclusion, suite = 1 } = run;
  const slug = appOf(run);
  return {
    id,
    head_sha: sha,
    name,
    status,
    conclusion,
    html_url: `https://github.com/${repository.name}/runs/${id}`,
    details_url: `https://github.com/${repository.name}/runs/${id}`,
    check_suite: { id: suite },
    app: { id: slug.length, slug, name: slug },
  };
}

function combineStatuses({ repository, path, query }: Call): Answer {
  const commit = findCommit(repository, path['ref'] ?? '');
  if (commit === undefined) return NOT_FOUND;
  const latest = latestStatuses(repository, commit.sha);
  const isBad = latest.some(({ state }) => state === 'failure' || state === 'error');
  const isGood = latest.length > 0 && latest.every(({ state }) => state === 'success');
  const state = isBad ? 'failure' : isGood ? 'success' : 'pending';
  const statuses = pageOf(query, latest).map((status) => ({
    context: status.context,
    state: status.state,
    target_url: status.url ?? null,
    description: null,
  }));
  return ok({ state, sha: commit.sha, total_count: latest.length, statuses });
}
