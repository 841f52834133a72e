import type { Octokit } from 'octokit';
import { RequestError } from 'octokit';
import type { Deployment } from '../deployments/deployment.ts';
import { deploymentIn } from '../drivers/deployment-record.ts';
import { description, ReportedState } from './report.ts';
import { isRemoteEnvironment } from '../config/remote-name.ts';
import { owned } from './repository.ts';

const TASK = 'deploy';

/** GitHub merged something instead of creating the deployment: never asked for, and no deployment. */
export class MergedInsteadError extends Error {
  constructor(repository: string) {
    super(`GitHub merged a branch of ${repository} instead of recording a deployment`);
    this.name = 'MergedInsteadError';
  }
}

/**
 * The id of the GitHub Deployment that stands for ours, created where there is none. It looks first: an attempt that
 * broke off may have created it. Everything in it says that it is a record and no request: no merging, no required
 * checks, and `baton` in its payload for workflows that start on deployments.
 */
export async function findOrCreateGitHubDeployment(
  github: Octokit,
  deployment: Deployment,
  environment: string,
): Promise<number> {
  const { id, sha } = deployment;
  const where = { ...owned(deployment.repository), environment, task: TASK };
  const { data: existing } = await github.rest.repos.listDeployments({ ...where, sha, per_page: 100 });
  const ours = existing.find(({ payload }) => deploymentIn(payload) === id);
  return ours?.id ?? createGitHubDeployment(github, deployment, environment);
}

/** Creates it unseen: for the first attempt, before which there can be none. */
export async function createGitHubDeployment(
  github: Octokit,
  deployment: Deployment,
  environment: string,
): Promise<number> {
  const { id, service, fence, sha, ref, requestedBy, driver } = deployment;
  const where = { ...owned(deployment.repository), environment, task: TASK };
  const created = await github.rest.repos.createDeployment({
    ...where,
    ref: sha,
    auto_merge: false,
    required_contexts: [],
    // With it the record can be made anew, should Redis lose it (our-deployments.ts).
    payload: { deployment: id, service, fence, ref, requested_by: requestedBy, driver, baton: 1 },
    description: description(`${service} from ${ref}, by Baton (${id})`),
    transient_environment: isRemoteEnvironment(deployment.environment),
    production_environment: /^prod(uction)?$/i.test(deployment.environment),
  });
  if (created.status !== 201) throw new MergedInsteadError(deployment.repository);
  return created.data.id;
}

/** The states that the GitHub Deployment has had, as far as Baton uses them. */
export async function listReportedStates(
  github: Octokit,
  repository: string,
  deployment_id: number,
): Promise<ReportedState[]> {
  const { data } = await github.rest.repos.listDeploymentStatuses({
    ...owned(repository),
    deployment_id,
    per_page: 100,
  });
  return data.flatMap(({ state }) => ReportedState.safeParse(state).data ?? []);
}

export interface Status {
  readonly state: ReportedState;
  readonly description: string;
  /** False leaves earlier deployments of the environment as they are. */
  readonly endsEarlier: boolean;
}

export async function createStatus(
  github: Octokit,
  { repository, url, logUrl }: Deployment,
  deployment_id: number,
  { state, description: text, endsEarlier }: Status,
): Promise<void> {
  await github.rest.repos.createDeploymentStatus({
    ...owned(repository),
    deployment_id,
    state,
    description: description(text),
    auto_inactive: endsEarlier,
    ...(isAddress(logUrl) && { log_url: logUrl }),
    ...(isAddress(url) && { environment_url: url }),
  });
}

/** True when asking again will be answered no better: nothing there, not allowed, or not understood. */
export function isRefusedForGood(error: unknown): error is Error {
  if (error instanceof MergedInsteadError) return true;
  return error instanceof RequestError && [403, 404, 409, 410, 422].includes(error.status);
}

function isAddress(url: string | null): url is string {
  return url !== null && /^https?:\/\/[^\s]+$/i.test(url);
}
