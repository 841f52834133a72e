import type { Octokit } from 'octokit';
import * as z from 'zod';
import { readAllPages, readAs } from './pages.ts';
import { owned } from './repository.ts';

const WorkflowRuns = z.object({
  total_count: z.int(),
  workflow_runs: z.array(
    z.object({
      id: z.int(),
      event: z.string(),
      path: z.string(),
      workflow_id: z.int(),
      check_suite_id: z.int().optional(),
    }),
  ),
});

/** A run of a workflow of GitHub Actions. Its jobs are the check runs of its suite. */
export type ActionsRun = z.infer<typeof WorkflowRuns>['workflow_runs'][number];

/** The runs of all workflows for a commit. Throws what the request throws, and GitHubUnreadableError. */
export async function listRunsOf(github: Octokit, repository: string, sha: string): Promise<ActionsRun[]> {
  return readAllPages('workflow runs', async (paging) => {
    const { data } = await github.rest.actions.listWorkflowRunsForRepo({
      ...owned(repository),
      head_sha: sha,
      ...paging,
    });
    const { total_count: total, workflow_runs } = readAs(WorkflowRuns, data);
    return { total, items: workflow_runs.map((run) => [run.id, run] as const) };
  });
}

interface Job {
  readonly name: string;
  readonly conclusion: string | null;
  readonly check_suite?: { readonly id: number } | null | undefined;
}

interface Around {
  /** All check runs of GitHub Actions for the commit. */
  readonly runs: readonly Job[];
  readonly known: readonly ActionsRun[];
  readonly deployWorkflows: readonly string[];
}

/**
 * True for a job that says nothing about the commit: it deployed it, or it was done again by a newer run of the same
 * workflow for the same kind of event, which GitHub keeps beside the old one. A job that the newer run skipped was not
 * done again.
 */
export function saysNothing(job: Job, { runs, known, deployWorkflows }: Around): boolean {
  const run = known.find(({ check_suite_id }) => isSuite(job, check_suite_id));
  if (run === undefined) return false;
  if (isDeployment(run, deployWorkflows)) return true;
  const newer = known.filter(
    ({ id, workflow_id, event }) => id > run.id && workflow_id === run.workflow_id && event === run.event,
  );
  return newer.some(({ check_suite_id }) =>
    runs.some(
      (other) => other.name === job.name && isSuite(other, check_suite_id) && other.conclusion !== 'skipped',
    ),
  );
}

/** A dispatched run of CI counts; one of the workflow that deploys does not. */
function isDeployment({ event, path, workflow_id }: ActionsRun, deployWorkflows: readonly string[]): boolean {
  if (event === 'deployment') return true;
  const file = path.replace(/@.*$/, '').replace(/^.*\//, '');
  return (
    event === 'workflow_dispatch' && [file, String(workflow_id)].some((one) => deployWorkflows.includes(one))
  );
}

function isSuite({ check_suite }: Job, id: number | undefined): boolean {
  return id !== undefined && check_suite?.id === id;
}
