import { showRun } from '../answers.ts';
import { eventOf } from '../checks.ts';
import { commitOfTag } from '../history.ts';
import { instant, nextId, type Repository, type Workflow, type WorkflowRun } from '../state.ts';
import {
  type Answer,
  type Call,
  NOT_FOUND,
  ok,
  okOrNotFound,
  pageOf,
  refuse,
  type Routes,
  textOf,
} from './route.ts';

const HERE = '/repos/{owner}/{repo}/actions';

/** Workflows, their dispatch and their runs. */
export const ACTIONS: Routes = {
  [`GET ${HERE}/workflows`]: ({ repository, query }) => {
    const { workflows } = repository;
    return ok({ total_count: workflows.length, workflows: pageOf(query, workflows).map(showWorkflow) });
  },
  [`GET ${HERE}/workflows/{workflow_id}`]: (call) => {
    const workflow = workflowOf(call);
    return okOrNotFound(workflow && showWorkflow(workflow));
  },
  [`POST ${HERE}/workflows/{workflow_id}/dispatches`]: dispatch,
  [`GET ${HERE}/workflows/{workflow_id}/runs`]: (call) => {
    const workflow = workflowOf(call);
    return workflow === undefined ? NOT_FOUND : listRuns(call, workflow);
  },
  [`GET ${HERE}/runs`]: (call) => listRuns(call),
  [`GET ${HERE}/runs/{run_id}`]: (call) => {
    const run = runOf(call);
    if (run === undefined) return NOT_FOUND;
    const shown = showRun(call.repository, run);
    if (run.steps.length > 1) run.steps = run.steps.slice(1);
    return ok(shown);
  },
  [`POST ${HERE}/runs/{run_id}/cancel`]: (call) => {
    const run = runOf(call);
    if (run === undefined) return NOT_FOUND;
    if (run.steps[0]?.status === 'completed')
      return refuse(409, 'Cannot cancel a workflow run that is completed.');
    run.steps = [{ status: 'completed', conclusion: 'cancelled' }];
    return { status: 202, body: {} };
  },
};

function dispatch(call: Call): Answer {
  const { repository, body } = call;
  const workflow = workflowOf(call);
  if (workflow === undefined) return NOT_FOUND;
  const ref = textOf(body, 'ref');
  const sha = repository.branches.get(ref) ?? commitOfTag(repository, ref);
  if (sha === undefined) return refuse(422, `No ref found for: ${ref}`);
  const inputs = (body['inputs'] ?? {}) as Record<string, unknown>;
  const unexpected = Object.keys(inputs).filter((name) => !workflow.inputs.includes(name));
  if (unexpected.length > 0) return refuse(422, `Unexpected inputs provided: ${JSON.stringify(unexpected)}`);

  const run = startRun(repository, workflow, { branch: ref, sha, inputs });
  if (body['return_run_details'] !== true) return { status: 204 };
  const html_url = `https://github.com/${repository.name}/actions/runs/${run.id}`;
  const run_url = `https://api.github.com/repos/${repository.name}/actions/runs/${run.id}`;
  return ok({ workflow_run_id: run.id, run_url, html_url });
}

function startRun(
  repository: Repository,
  workflow: Workflow,
  { branch, sha, inputs }: Pick<WorkflowRun, 'branch' | 'sha' | 'inputs'>,
): WorkflowRun {
  const run: WorkflowRun = {
    id: nextId(),
    workflow,
    branch,
    sha,
    inputs,
    title: workflow.runName(inputs),
    createdAt: instant(repository.now()),
    steps: workflow.course,
  };
  repository.runs.push(run);
  return run;
}

function listRuns({ repository, query }: Call, workflow?: Workflow): Answer {
  const event = query.get('event');
  const runs = repository.runs.filter(
    (run) =>
      (workflow === undefined || run.workflow.id === workflow.id) &&
      (event === null || event === eventOf(run)) &&
      (query.get('branch') ?? run.branch) === run.branch &&
      (query.get('head_sha') ?? run.sha) === run.sha &&
      hasStatus(run, query.get('status')) &&
      wasCreated(run, query.get('created')),
  );
  const shown = pageOf(query, runs.toReversed()).map((run) => showRun(repository, run));
  return ok({ total_count: runs.length, workflow_runs: shown });
}

function hasStatus({ steps: [step] }: WorkflowRun, wanted: string | null): boolean {
  return wanted === null || step?.status === wanted || step?.conclusion === wanted;
}

/** GitHub's search syntax for instants: `>=2030-01-01T00:00:00Z`, `A..B`, or one instant. */
function wasCreated({ createdAt }: WorkflowRun, searched: string | null): boolean {
  if (searched === null) return true;
  const at = Date.parse(createdAt);
  const [, sign, limit = ''] = /^(>=|<=|>|<)(.+)$/.exec(searched) ?? [];
  if (sign === '>=') return at >= Date.parse(limit);
  if (sign === '<=') return at <= Date.parse(limit);
  if (sign === '>') return at > Date.parse(limit);
  if (sign === '<') return at < Date.parse(limit);
  const [from = '', to = from] = searched.split('..');
  return at >= Date.parse(from) && at <= Date.parse(to);
}

function showWorkflow({ id, file, name }: Workflow) {
  return { id, name, path: `.github/workflows/${file}`, state: 'active' };
}

function workflowOf({ repository, path }: Call): Workflow | undefined {
  const wanted = path['workflow_id'] ?? '';
  return repository.workflows.find(({ id, file }) => file === wanted || String(id) === wanted);
}

function runOf({ repository, path }: Call): WorkflowRun | undefined {
  return repository.runs.find(({ id }) => id === Number(path['run_id']));
}
