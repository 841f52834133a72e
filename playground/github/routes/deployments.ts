import { showDeployment, showStatus } from '../answers.ts';
import { findCommit, historyOf } from '../history.ts';
import { type DeploymentStatus, type GitHubDeployment, instant, nextId, type Repository } from '../state.ts';
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

const HERE = '/repos/{owner}/{repo}/deployments';

/** GitHub Deployments and their statuses, with what GitHub does by itself unless it is told not to. */
export const DEPLOYMENTS: Routes = {
  [`GET ${HERE}`]: ({ repository, query }) => {
    const asked = (['sha', 'ref', 'task', 'environment'] as const).filter((field) => query.has(field));
    const listed = repository.deployments.filter((deployment) =>
      asked.every((field) => deployment[field] === query.get(field)),
    );
    return ok(pageOf(query, listed.toReversed()).map(showDeployment));
  },
  [`POST ${HERE}`]: createDeployment,
  [`GET ${HERE}/{deployment_id}`]: (call) => {
    const deployment = named(call);
    return okOrNotFound(deployment && showDeployment(deployment));
  },
  [`GET ${HERE}/{deployment_id}/statuses`]: (call) => {
    const statuses = named(call)?.statuses.toReversed();
    return okOrNotFound(statuses && pageOf(call.query, statuses).map(showStatus));
  },
  [`POST ${HERE}/{deployment_id}/statuses`]: createStatus,
};

function createDeployment({ repository, body }: Call): Answer {
  const ref = textOf(body, 'ref');
  const commit = findCommit(repository, ref);
  if (commit === undefined) return refuse(422, `No ref found for: ${ref}`);
  const base = repository.branches.get(repository.defaultBranch) ?? '';
  if (body['auto_merge'] !== false && !historyOf(repository, commit.sha).has(base)) {
    return {
      status: 202,
      body: { message: `Auto-merged ${repository.defaultBranch} into ${ref} on deployment.` },
    };
  }
  if (!checksPass(repository, commit.sha, body['required_contexts'])) {
    return refuse(409, `Conflict: Commit status checks failed for ${ref}.`);
  }
  const environment = textOf(body, 'environment', 'production');
  const deployment: GitHubDeployment = {
    id: nextId(),
    sha: commit.sha,
    ref,
    task: textOf(body, 'task', 'deploy'),
    environment,
    description: textOf(body, 'description'),
    payload: body['payload'] ?? {},
    transient: body['transient_environment'] === true,
    production: Boolean(body['production_environment'] ?? environment === 'production'),
    createdAt: instant(repository.now()),
    statuses: [],
  };
  repository.deployments.push(deployment);
  return { status: 201, body: showDeployment(deployment) };
}

function checksPass({ statuses, checkRuns }: Repository, sha: string, required: unknown): boolean {
  const results = [
    ...statuses.map(({ sha: of, context, state }) => ({ of, name: context, passed: state === 'success' })),
    ...checkRuns.map(({ sha: of, name, conclusion }) => ({ of, name, passed: conclusion === 'success' })),
  ].filter(({ of }) => of === sha);
  if (!Array.isArray(required)) return results.every(({ passed }) => passed);
  return required.every((wanted) => results.some(({ name, passed }) => name === wanted && passed));
}

function createStatus(call: Call): Answer {
  const { repository, body, by } = call;
  const deployment = named(call);
  if (deployment === undefined) return NOT_FOUND;
  const status = addStatus(repository, deployment, {
    state: textOf(body, 'state'),
    description: textOf(body, 'description'),
    logUrl: textOf(body, 'log_url', textOf(body, 'target_url')),
    environmentUrl: textOf(body, 'environment_url'),
  });
  if (status.state === 'success' && body['auto_inactive'] !== false) endEarlier(repository, deployment);
  const about = { deployment: showDeployment(deployment), deployment_status: showStatus(status) };
  repository.tell({ event: 'deployment_status', action: 'created', sender: by, about });
  return { status: 201, body: showStatus(status) };
}

/** Only earlier ones of the same environment that are neither transient nor production, and were a success. */
function endEarlier(repository: Repository, latest: GitHubDeployment): void {
  const earlier = repository.deployments.filter(
    ({ id, environment, transient, production, statuses }) =>
      id < latest.id &&
      environment === latest.environment &&
      !transient &&
      !production &&
      statuses.at(-1)?.state === 'success',
  );
  const said = { state: 'inactive', description: '', logUrl: '', environmentUrl: '' };
  for (const deployment of earlier) addStatus(repository, deployment, said);
}

function addStatus(
  repository: Repository,
  { statuses }: GitHubDeployment,
  given: Omit<DeploymentStatus, 'id' | 'createdAt'>,
): DeploymentStatus {
  const status = { id: nextId(), createdAt: instant(repository.now()), ...given };
  statuses.push(status);
  return status;
}

function named({ repository, path }: Call): GitHubDeployment | undefined {
  return repository.deployments.find(({ id }) => id === Number(path['deployment_id']));
}
