import type { Octokit } from 'octokit';
import * as z from 'zod';
import { createDeployment, findDeployment } from './deployment-record.ts';
import { listStatuses, progressOf } from './deployment-statuses.ts';
import {
  type DriverRequest,
  type DriverTools,
  defineDriver,
  type Found,
  overIf,
  type Progress,
  refuseLateStart,
  secondsSinceAttempt,
  type Started,
} from './driver.ts';
import { GITHUB_OFF, progressWithout, refusal, troubleOf } from './github-trouble.ts';

export const GithubDeploymentOptions = z.strictObject({
  type: z.literal('github-deployment'),
  task: z.string().min(1).optional().describe('What the tools are asked to do; "deploy" when left out'),
  payload: z.record(z.string(), z.json()).optional().describe('Further values for the tools'),
});
type GithubDeploymentOptions = z.infer<typeof GithubDeploymentOptions>;

/** After an unclear answer: what GitHub lists by then is all that there is. Two runs are worse than two minutes. */
const LISTED_LATE_SECONDS = 120;
const NO_CANCEL =
  'GitHub has no way to cancel a deployment. Stop it where it runs, and have its end reported to GitHub.';

/** Creates a GitHub Deployment, which other tools act on and report the end of. That is also GitHub's record of it. */
export const githubDeployment = defineDriver({
  options: GithubDeploymentOptions,

  async start(tools, request, options) {
    const { github } = tools;
    if (github === undefined) return refusal(request, GITHUB_OFF);
    if (request.mayHaveStarted) {
      const found = await lookup(tools, request);
      if (found.state === 'found') return { ...found, state: 'started' };
      if (found.state === 'unknown') return found;
      if (found.state === 'later') throw new Error('GitHub may still list what the earlier attempt created.');
    }
    return create(github, request, options);
  },

  async check(tools, request, run) {
    const { github } = tools;
    if (github === undefined) return { state: 'in_progress', checkAgainInSeconds: 60, summary: GITHUB_OFF };
    try {
      return await readProgress(github, request, run);
    } catch (error) {
      const young = secondsSinceAttempt(tools, request) < LISTED_LATE_SECONDS;
      return progressWithout(troubleOf(error), young ? undefined : DELETED);
    }
  },

  lookup,

  async cancel({ github }, request, run) {
    if (github === undefined) return { state: 'cannot', why: GITHUB_OFF };
    try {
      return overIf(await readProgress(github, request, run)) ?? { state: 'cannot', why: NO_CANCEL };
    } catch (error) {
      return { state: 'cannot', why: `${troubleOf(error).why}.` };
    }
  },
});

const DELETED = 'GitHub does not show the GitHub Deployment: it was deleted, or access was lost.';

async function create(
  github: Octokit,
  request: DriverRequest,
  { task = 'deploy', payload = {} }: GithubDeploymentOptions,
): Promise<Started> {
  const { repository } = request;
  refuseLateStart(request);
  try {
    const id = await createDeployment(github, request, { task, payload });
    if (id !== undefined) return { state: 'started', run: String(id) };
    return refusal(request, `GitHub merged a branch of ${repository} instead of creating a deployment.`);
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble.kind === 'later') throw error; // nothing was created
    if (trouble.kind === 'unclear') return lookOnce(github, request, trouble.why);
    return refusal(request, `GitHub would not create a deployment in ${repository}: ${trouble.why}`);
  }
}

/** After an answer that says nothing: what was created may be listed at once; when it is not, that proves nothing. */
async function lookOnce(github: Octokit, request: DriverRequest, why: string): Promise<Started> {
  try {
    const found = await findDeployment(github, request);
    if (typeof found === 'number') return { state: 'started', run: String(found) };
  } catch {
    // the outage that was the trouble in the first place
  }
  return { state: 'unknown', why: `${why}, so nobody can tell whether the GitHub Deployment was created.` };
}

async function lookup(tools: DriverTools, request: DriverRequest): Promise<Found> {
  if (tools.github === undefined) return { state: 'unknown', why: GITHUB_OFF };
  try {
    const found = await findDeployment(tools.github, request);
    if (typeof found === 'number') return { state: 'found', run: String(found) };
    if (found === 'unsure') {
      return { state: 'unknown', why: 'GitHub has too many deployments of this commit to look through.' };
    }
  } catch (error) {
    return { state: 'unknown', why: `${troubleOf(error).why}.` };
  }
  return secondsSinceAttempt(tools, request) < LISTED_LATE_SECONDS
    ? { state: 'later', againInSeconds: 10 }
    : { state: 'not_found' };
}

async function readProgress(github: Octokit, request: DriverRequest, run: string): Promise<Progress> {
  const statuses = await listStatuses(github, request, Number(run));
  if (statuses !== undefined) return progressOf(statuses);
  return { state: 'unknown', why: 'The GitHub Deployment has more statuses than can be read.' };
}
