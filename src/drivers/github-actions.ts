import type { Octokit } from 'octokit';
import * as z from 'zod';
import { owned } from '../github/repository.ts';
import { type DriverRequest, type DriverTools, defineDriver, type Found, type Progress } from './driver.ts';
import { type Trouble, troubleOf } from './github-trouble.ts';
import { BY_TITLE, defaultBranch, dispatch, refusal } from './workflow-dispatch.ts';
import { findRun, progressOf } from './workflow-runs.ts';

export const GithubActionsOptions = z.strictObject({
  type: z.literal('github-actions'),
  workflow: z.string().min(1).describe('File name of the workflow, such as deploy.yml'),
  ref: z
    .string()
    .min(1)
    .optional()
    .describe('Branch whose workflow file runs; the default branch when left out'),
  inputs: z.record(z.string(), z.string()).optional().describe('Further inputs of the workflow'),
});
type GithubActionsOptions = z.infer<typeof GithubActionsOptions>;

const LISTED_LATE_SECONDS = 30;
const GIVEN_UP_SECONDS = 120;
const OFF = 'GitHub is not configured: set GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_PRIVATE_KEY.';

/** Dispatches a workflow of the service's repository and watches its run. */
export const githubActions = defineDriver({
  options: GithubActionsOptions,

  async start(tools, request, options) {
    const { github } = tools;
    if (github === undefined) return refusal(request, OFF);
    if (request.mayHaveStarted) {
      const found = await lookup(tools, request, options);
      if (found.state === 'found') return { ...found, state: 'started' };
      if (found.state === 'unknown') return found;
      if (found.state === 'later') throw new Error('GitHub may still list the run of the earlier attempt.');
    }
    const ref = options.ref ?? (await defaultBranch(github, request));
    if (typeof ref !== 'string') return ref;
    return dispatch(github, request, options, { ref, return_run_details: true });
  },

  async check(tools, request, run, { workflow }) {
    const { github } = tools;
    if (github === undefined) return { state: 'in_progress', checkAgainInSeconds: 60, summary: OFF };
    try {
      if (run !== BY_TITLE) return progressOf(await loadRun(github, request, run));
      const found = await findRun(github, request, workflow);
      if (typeof found === 'object') return progressOf(found);
    } catch (error) {
      return progressWithout(troubleOf(error));
    }
    return secondsSinceAttempt(tools, request) < GIVEN_UP_SECONDS
      ? { state: 'in_progress', checkAgainInSeconds: 5 }
      : { state: 'unknown', why: `GitHub took the request, and no run of ${workflow} carries its id.` };
  },

  lookup,

  async cancel({ github }, request, run, { workflow }) {
    if (github === undefined) return { state: 'refused', why: OFF };
    try {
      const found = run === BY_TITLE ? await findRun(github, request, workflow) : { id: Number(run) };
      if (typeof found !== 'object') return { state: 'refused', why: 'GitHub does not list the run yet.' };
      await github.rest.actions.cancelWorkflowRun({ ...owned(request.repository), run_id: found.id });
      return { state: 'asked' };
    } catch (error) {
      const trouble = troubleOf(error);
      const ended = trouble.kind === 'refused' && trouble.status === 409;
      return { state: 'refused', why: ended ? 'The run cannot be cancelled any more.' : `${trouble.why}.` };
    }
  },
});

async function lookup(
  tools: DriverTools,
  request: DriverRequest,
  { workflow }: GithubActionsOptions,
): Promise<Found> {
  if (tools.github === undefined) return { state: 'unknown', why: OFF };
  try {
    const found = await findRun(tools.github, request, workflow);
    if (typeof found === 'object') return { state: 'found', run: String(found.id) };
    if (found === 'unsure') {
      return {
        state: 'unknown',
        why: `A run of ${workflow} does not carry a deployment’s id in its run-name.`,
      };
    }
  } catch (error) {
    return { state: 'unknown', why: `${troubleOf(error).why}.` };
  }
  return secondsSinceAttempt(tools, request) < LISTED_LATE_SECONDS
    ? { state: 'later', againInSeconds: 10 }
    : { state: 'not_found' };
}

async function loadRun(github: Octokit, { repository }: DriverRequest, run: string) {
  const { data } = await github.rest.actions.getWorkflowRun({ ...owned(repository), run_id: Number(run) });
  return data;
}

/** Asking is harmless, so an outage only delays; but a run that is gone will not come back. */
function progressWithout(trouble: Trouble): Progress {
  if (trouble.kind === 'refused' && trouble.status === 404) {
    return { state: 'unknown', why: 'GitHub does not show the run: it was deleted, or access was lost.' };
  }
  const checkAgainInSeconds = trouble.kind === 'later' ? trouble.againInSeconds : 30;
  return { state: 'in_progress', checkAgainInSeconds, summary: `GitHub cannot be asked now: ${trouble.why}` };
}

function secondsSinceAttempt({ now }: DriverTools, { attemptedAt }: DriverRequest): number {
  return (now().getTime() - attemptedAt.getTime()) / 1_000;
}
