import type { Octokit } from 'octokit';
import * as z from 'zod';
import { owned } from '../github/repository.ts';
import {
  type Cancelled,
  type DriverRequest,
  type DriverTools,
  defineDriver,
  type Found,
  overIf,
  secondsSinceAttempt,
} from './driver.ts';
import { GITHUB_OFF, progressWithout, refusal, troubleOf } from './github-trouble.ts';
import { BY_TITLE, defaultBranch, dispatch } from './workflow-dispatch.ts';
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

/** After an unclear answer: what GitHub lists by then is all that there is. Two runs are worse than two minutes. */
const LISTED_LATE_SECONDS = 120;
const GIVEN_UP_SECONDS = 120;
const DELETED = 'GitHub does not show the run: it was deleted, or access was lost.';

/** Dispatches a workflow of the service's repository and watches its run. */
export const githubActions = defineDriver({
  options: GithubActionsOptions,

  async start(tools, request, options) {
    const { github } = tools;
    if (github === undefined) return refusal(request, GITHUB_OFF);
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
    if (github === undefined) return { state: 'in_progress', checkAgainInSeconds: 60, summary: GITHUB_OFF };
    try {
      if (run !== BY_TITLE) return progressOf(await loadRun(github, request, run));
      const found = await findRun(github, request, workflow);
      if (typeof found === 'object') return progressOf(found);
    } catch (error) {
      return progressWithout(troubleOf(error), DELETED);
    }
    return secondsSinceAttempt(tools, request) < GIVEN_UP_SECONDS
      ? { state: 'in_progress', checkAgainInSeconds: 5 }
      : { state: 'unknown', why: `GitHub took the request, and no run of ${workflow} carries its id.` };
  },

  lookup,

  async cancel({ github }, request, run, { workflow }) {
    if (github === undefined) return { state: 'cannot', why: GITHUB_OFF };
    try {
      const found = run === BY_TITLE ? await findRun(github, request, workflow) : { id: Number(run) };
      if (typeof found !== 'object') return { state: 'cannot', why: 'GitHub does not list the run yet.' };
      return await cancelWorkflowRun(github, request, found.id);
    } catch (error) {
      return { state: 'cannot', why: `${troubleOf(error).why}.` };
    }
  },
});

async function lookup(
  tools: DriverTools,
  request: DriverRequest,
  { workflow }: GithubActionsOptions,
): Promise<Found> {
  if (tools.github === undefined) return { state: 'unknown', why: GITHUB_OFF };
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

/** GitHub refuses with 409 also what cannot be cancelled yet, so only the run itself tells whether it is over. */
async function cancelWorkflowRun(
  github: Octokit,
  request: DriverRequest,
  run_id: number,
): Promise<Cancelled> {
  try {
    await github.rest.actions.cancelWorkflowRun({ ...owned(request.repository), run_id });
    return { state: 'asked' };
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble.kind !== 'refused' || trouble.status !== 409) throw error;
    const over = overIf(progressOf(await loadRun(github, request, String(run_id))));
    return over ?? { state: 'cannot', why: `GitHub does not cancel the run now: ${trouble.why}.` };
  }
}

async function loadRun(github: Octokit, { repository }: DriverRequest, run: string) {
  const { data } = await github.rest.actions.getWorkflowRun({ ...owned(repository), run_id: Number(run) });
  return data;
}
