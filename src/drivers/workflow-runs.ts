import type { Octokit } from 'octokit';
import { owned } from '../github/repository.ts';
import type { DriverRequest, Progress } from './driver.ts';
import { webAddress } from './text.ts';

type WorkflowRun = Awaited<ReturnType<Octokit['rest']['actions']['getWorkflowRun']>>['data'];

const POLL_SECONDS = 10;
const POLL_WAITING_SECONDS = 30;
const PAGES = 10; // GitHub lists at most 1,000 runs of a search
const CLOCKS_DIFFER_MS = 60_000;

/**
 * Looks for the run that a deployment dispatched, by the deployment's id in the run's name. `none` is certain;
 * `unsure` when the list could not be read whole, or holds a run whose name carries no deployment's id.
 */
export async function findRun(
  github: Octokit,
  request: DriverRequest,
  workflow: string,
): Promise<WorkflowRun | 'none' | 'unsure'> {
  const since = new Date(request.intendedAt.getTime() - CLOCKS_DIFFER_MS).toISOString();
  let nameless = false;
  let read = 0;
  for (let page = 1; page <= PAGES; page += 1) {
    const { data } = await github.rest.actions.listWorkflowRuns({
      ...owned(request.repository),
      workflow_id: workflow,
      event: 'workflow_dispatch',
      created: `>=${since.slice(0, 19)}Z`,
      per_page: 100,
      page,
    });
    const runs = data.workflow_runs;
    const found = runs.find((run) => namesIn(run).includes(request.deployment));
    if (found !== undefined) return found;

    nameless ||= runs.some((run) => !namesIn(run).some((name) => DEPLOYMENT_ID.test(name)));
    read += runs.length;
    if (read >= data.total_count) return nameless ? 'unsure' : 'none';
    if (runs.length === 0) return 'unsure';
  }
  return 'unsure';
}

const DEPLOYMENT_ID = /^.+-[a-z0-9]{8}$/;

/** The words of a run's name that could be a deployment's id. */
function namesIn(run: WorkflowRun): string[] {
  return `${run.display_title} ${run.name ?? ''}`.match(/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?/g) ?? [];
}

/** What a run's status and conclusion mean for the deployment. */
export function progressOf(run: WorkflowRun): Progress {
  const logUrl = webAddress(run.html_url);
  const detail = logUrl === undefined ? {} : { logUrl };
  if (run.status !== 'completed' || run.conclusion === null || run.conclusion === 'action_required') {
    const going = { ...detail, state: 'in_progress', heard: true } as const;
    const waits = run.status === 'waiting' || run.conclusion === 'action_required';
    return waits
      ? { ...going, checkAgainInSeconds: POLL_WAITING_SECONDS, summary: WAITS }
      : { ...going, checkAgainInSeconds: POLL_SECONDS };
  }
  const end = ENDS.get(run.conclusion);
  return end === undefined
    ? { state: 'unknown', why: `GitHub says that the run ended with “${run.conclusion}”.` }
    : { ...detail, ...end };
}

const WAITS = 'The run waits for somebody’s approval on GitHub.';

/** Everything that ended without `success` did not deploy: `neutral` and `skipped` too, although they pass as checks. */
const ENDS: ReadonlyMap<string, { state: 'success' | 'failure' | 'cancelled'; summary?: string }> = new Map([
  ['success', { state: 'success' }],
  ['failure', { state: 'failure', summary: 'The workflow run failed.' }],
  ['timed_out', { state: 'failure', summary: 'The workflow run exceeded its time limit on GitHub.' }],
  ['startup_failure', { state: 'failure', summary: 'GitHub could not start the workflow run.' }],
  ['stale', { state: 'failure', summary: 'GitHub gave the workflow run up: it was stale for two weeks.' }],
  ['neutral', { state: 'failure', summary: 'The workflow run ended neutral, without a success.' }],
  [
    'skipped',
    { state: 'failure', summary: 'Every job of the workflow run was skipped: nothing was deployed.' },
  ],
  [
    'cancelled',
    {
      state: 'cancelled',
      summary: 'The run was cancelled on GitHub: by a person, or by a newer run of its concurrency group.',
    },
  ],
]);
