import type { CheckRun, CommitStatus, Repository, WorkflowRun } from './state.ts';

/** What started a run. */
export function eventOf({ event = 'workflow_dispatch' }: WorkflowRun): string {
  return event;
}

/** Each run of a workflow has a check suite of its own. */
export function suiteOf({ id }: WorkflowRun): number {
  return id + 1_000_000;
}

/** The check runs of a commit: those that were added, and the jobs of the workflow runs for it, as GitHub has them. */
export function checkRunsOf(repository: Repository, sha: string): CheckRun[] {
  const jobs = repository.runs.map((run): CheckRun => {
    const { status, conclusion } = run.steps[0] ?? { status: 'queued', conclusion: null };
    return { id: run.id, sha: run.sha, name: run.workflow.name, status, conclusion, suite: suiteOf(run) };
  });
  return [...repository.checkRuns, ...jobs].filter((run) => run.sha === sha);
}

/** Of the runs with one name in one suite only the newest. */
export function latestRuns(runs: readonly CheckRun[]): CheckRun[] {
  return runs.filter(
    (run) =>
      !runs.some(
        (other) =>
          other.id > run.id &&
          other.name === run.name &&
          appOf(other) === appOf(run) &&
          other.suite === run.suite,
      ),
  );
}

export function appOf({ app = 'github-actions' }: CheckRun): string {
  return app;
}

/** The newest status of each context. */
export function latestStatuses({ statuses }: Repository, sha: string): CommitStatus[] {
  const own = statuses.filter((status) => status.sha === sha);
  return own.filter(({ context }, index) => !own.slice(index + 1).some((later) => later.context === context));
}
