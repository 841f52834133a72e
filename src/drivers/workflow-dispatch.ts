import type { Octokit } from 'octokit';
import { owned } from '../github/repository.ts';
import { type DriverRequest, refuseLateStart, type Started } from './driver.ts';
import { refusal, troubleOf } from './github-trouble.ts';
import { webAddress } from './text.ts';
import { findRun } from './workflow-runs.ts';

/** The run's name where GitHub took the dispatch without telling its id: it is found by its title instead. */
export const BY_TITLE = 'by-title';

type Wish = { readonly ref: string; readonly return_run_details?: true };

/**
 * Dispatches the workflow once. `unknown` when the request went out and nobody can tell what came of it; throws when
 * GitHub did nothing and may do it later (a rate limit, no connection).
 */
export async function dispatch(
  github: Octokit,
  request: DriverRequest,
  options: { readonly workflow: string; readonly inputs?: Readonly<Record<string, string>> | undefined },
  wish: Wish,
): Promise<Started> {
  const { environment, service, ref, sha, deployment, fence, repository } = request;
  // GitHub refuses inputs that the workflow does not have, and most deploy only.
  const down = request.action === 'down' ? { action: 'down' } : {};
  refuseLateStart(request);
  try {
    const { data } = await github.rest.actions.createWorkflowDispatch({
      ...owned(repository),
      workflow_id: options.workflow,
      ...wish,
      inputs: {
        ...options.inputs,
        environment,
        service,
        ref,
        sha,
        deployment,
        fence: String(fence),
        ...down,
      },
      request: { retries: 0 }, // octokit would dispatch again after a 5xx or a broken connection
    });
    return startedAs(data);
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble.kind === 'later') throw error; // nothing has begun
    if (trouble.kind === 'unclear') return lookOnce(github, request, options.workflow, trouble.why);
    // An older GitHub Enterprise Server refuses the whole request for a field that it does not know.
    const unknownField = wish.return_run_details && /return_run_details/.test(trouble.why);
    if (unknownField) return dispatch(github, request, options, { ref: wish.ref });
    return refusal(request, `GitHub would not start ${options.workflow} in ${repository}: ${trouble.why}`);
  }
}

function startedAs(data: { workflow_run_id: number; html_url: string } | undefined): Started {
  // Nothing, in a 204: the server does not know return_run_details.
  if (typeof data?.workflow_run_id !== 'number') return { state: 'started', run: BY_TITLE };
  const logUrl = webAddress(data.html_url);
  return { state: 'started', run: String(data.workflow_run_id), ...(logUrl && { logUrl }) };
}

/** After an answer that says nothing: the run may be listed at once; when it is not, that proves nothing. */
async function lookOnce(
  github: Octokit,
  request: DriverRequest,
  workflow: string,
  why: string,
): Promise<Started> {
  try {
    const found = await findRun(github, request, workflow);
    if (typeof found === 'object') return { state: 'started', run: String(found.id) };
  } catch {
    // the outage that was the trouble in the first place
  }
  return { state: 'unknown', why: `${why}, so nobody can tell whether the run began.` };
}

/** The name of the default branch, or the failure that a repository out of reach is. */
export async function defaultBranch(github: Octokit, request: DriverRequest): Promise<string | Started> {
  try {
    const { data } = await github.rest.repos.get(owned(request.repository));
    return data.default_branch;
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble.kind !== 'refused') throw error;
    return refusal(request, `GitHub does not show ${request.repository}: ${trouble.why}`);
  }
}
