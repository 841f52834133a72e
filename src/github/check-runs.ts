import type { Octokit } from 'octokit';
import * as z from 'zod';
import { isNotShown, readFailure } from './failure.ts';
import { readAllPages, readAs } from './pages.ts';
import { owned } from './repository.ts';
import { type ActionsRun, listRunsOf, saysNothing } from './runs-of-commit.ts';

/** What somebody says about a commit: a check run, or a commit status, whose name is its context. */
export interface Check {
  readonly name: string;
  readonly state: 'passed' | 'pending' | 'failing';
  readonly url: string | null;
  /** Whose check run it is, such as `github-actions`; null for a commit status. */
  readonly app: string | null;
}

const CheckRuns = z.object({
  total_count: z.int(),
  check_runs: z.array(
    z.object({
      id: z.int(),
      name: z.string(),
      status: z.string(),
      conclusion: z.string().nullable(),
      html_url: z.string().nullish(),
      app: z.object({ slug: z.string().optional() }).nullish(),
      check_suite: z.object({ id: z.int() }).nullish(),
    }),
  ),
});

export type CheckRun = z.infer<typeof CheckRuns>['check_runs'][number];

const CombinedStatus = z.object({
  total_count: z.int(),
  statuses: z.array(z.object({ context: z.string(), state: z.string(), target_url: z.string().nullish() })),
});

/** The conclusions that GitHub itself takes for a pass (docs.github.com: about status checks). */
const PASSED = new Set(['success', 'neutral', 'skipped']);

const ACTIONS = 'github-actions';

/**
 * All that is said about a commit, the newest of each kind: check runs of every app, and commit statuses. Throws
 * GitHubUnreadableError when any part of it cannot be read to its end. Two requests; a third where runs of GitHub
 * Actions may not count: those that deploy, and those that a newer run of the same workflow has replaced.
 * `deployWorkflows` comes from `deployWorkflowsFor`. With `onlyShown`, what GitHub shows Baton nothing of (403, 404: fine-
 * grained tokens see no check runs) counts as none.
 */
export async function readChecks(
  github: Octokit,
  repository: string,
  sha: string,
  {
    deployWorkflows,
    onlyShown = false,
  }: { deployWorkflows?: readonly string[] | undefined; onlyShown?: boolean } = {},
): Promise<readonly Check[]> {
  const all = <Value>(listing: Promise<Value[]>) => (onlyShown ? orNothing(listing) : listing);
  try {
    const [runs, statuses] = await Promise.all([
      all(listCheckRuns(github, repository, sha)),
      all(listStatuses(github, repository, sha)),
    ]);
    const counting = await whatCounts(github, { repository, sha, deployWorkflows, runs });
    return [...counting.map(checkOfRun), ...statuses];
  } catch (error) {
    throw readFailure(error, repository);
  }
}

async function orNothing<Value>(listing: Promise<Value[]>): Promise<Value[]> {
  try {
    return await listing;
  } catch (error) {
    if (isNotShown(error)) return [];
    throw error;
  }
}

async function listCheckRuns(github: Octokit, repository: string, sha: string): Promise<CheckRun[]> {
  return readAllPages('check runs', async (paging) => {
    const asked = { ...owned(repository), ref: sha, filter: 'latest' as const, ...paging };
    const { data } = await github.rest.checks.listForRef(asked);
    const { total_count: total, check_runs } = readAs(CheckRuns, data);
    return { total, items: check_runs.map((run) => [run.id, run] as const) };
  });
}

async function listStatuses(github: Octokit, repository: string, sha: string): Promise<Check[]> {
  const statuses = await readAllPages('commit statuses', async (paging) => {
    const { data } = await github.rest.repos.getCombinedStatusForRef({
      ...owned(repository),
      ref: sha,
      ...paging,
    });
    const { total_count: total, statuses: said } = readAs(CombinedStatus, data);
    return { total, items: said.map((status) => [status.context, status] as const) };
  });
  return statuses.map(({ context, state, target_url }) => {
    const known = state === 'success' ? 'passed' : state === 'pending' ? 'pending' : 'failing';
    return { name: context, state: known, url: target_url ?? null, app: null };
  });
}

interface Told {
  readonly repository: string;
  readonly sha: string;
  readonly deployWorkflows: readonly string[] | undefined;
  readonly runs: readonly CheckRun[];
}

async function whatCounts(github: Octokit, told: Told): Promise<readonly CheckRun[]> {
  const { repository, sha, runs, deployWorkflows } = told;
  const ofActions = runs.filter(({ app }) => app?.slug === ACTIONS);
  const isBlocked = ofActions.some((run) => stateOf(run) !== 'passed');
  // A workflow `on: deployment` that skips what Baton has done leaves a skipped job behind.
  const isEmpty = ofActions.every(({ conclusion }) => conclusion === 'skipped');
  const mayFlatter = ofActions.length > 0 && (deployWorkflows !== undefined || isEmpty);
  if (!isBlocked && !mayFlatter) return runs;
  const known = await runsOrNone(github, { repository, sha, mayFlatter });
  return runs.filter(
    (run) => !saysNothing(run, { runs: ofActions, known, deployWorkflows: deployWorkflows ?? [] }),
  );
}

/** Without the list every check counts, which is safe only as long as a deployment's own success cannot be among them. */
async function runsOrNone(
  github: Octokit,
  { repository, sha, mayFlatter }: { repository: string; sha: string; mayFlatter: boolean },
): Promise<readonly ActionsRun[]> {
  try {
    return await listRunsOf(github, repository, sha);
  } catch (error) {
    if (mayFlatter) throw error;
    return [];
  }
}

function checkOfRun(run: CheckRun): Check {
  return { name: run.name, state: stateOf(run), url: run.html_url ?? null, app: run.app?.slug ?? null };
}

function stateOf({ status, conclusion }: Pick<CheckRun, 'status' | 'conclusion'>): Check['state'] {
  if (status !== 'completed') return 'pending';
  return conclusion !== null && PASSED.has(conclusion) ? 'passed' : 'failing';
}
