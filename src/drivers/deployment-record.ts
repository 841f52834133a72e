import type { Octokit } from 'octokit';
import type { DriverRequest } from './driver.ts';
import { plainText } from './text.ts';
import { owned } from '../github/repository.ts';

const PAGES = 10;
const PER_PAGE = 100;
const LONGEST_DESCRIPTION = 140; // GitHub's limit

export interface Wish {
  readonly task: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

/**
 * Creates the GitHub Deployment that other tools act on: the request is sent once, merges nothing and asks for no checks.
 * The id, or undefined when GitHub merged a branch instead, which was never asked for.
 */
export async function createDeployment(
  github: Octokit,
  request: DriverRequest,
  { task, payload }: Wish,
): Promise<number | undefined> {
  const { deployment, action, transient, environment, service, repository, ref, sha, fence, requestedBy } =
    request;
  const { status, data } = await github.rest.repos.createDeployment({
    ...owned(repository),
    ref: sha,
    task,
    environment,
    auto_merge: false,
    required_contexts: [],
    payload: {
      ...payload,
      ...(action === 'down' && { action }),
      deployment,
      environment,
      service,
      ref,
      fence,
      requested_by: requestedBy,
      driver: 'github-deployment',
    },
    description: plainText(`${service} from ${ref}, by Baton (${deployment})`, LONGEST_DESCRIPTION),
    transient_environment: transient,
    production_environment: /^prod(uction)?$/i.test(environment),
    request: { retries: 0 }, // octokit would create another one after a 5xx or a broken connection
  });
  return status === 201 ? data.id : undefined;
}

/**
 * Looks for the GitHub Deployment that stands for ours, by the id in its payload. `none` when the whole list was read,
 * `unsure` when it is too long for that.
 */
export async function findDeployment(
  github: Octokit,
  { deployment, environment, repository, sha }: DriverRequest,
): Promise<number | 'none' | 'unsure'> {
  for (let page = 1; page <= PAGES; page += 1) {
    const { data } = await github.rest.repos.listDeployments({
      ...owned(repository),
      sha,
      environment,
      per_page: PER_PAGE,
      page,
    });
    const ours = data.find(({ payload }) => deploymentIn(payload) === deployment);
    if (ours !== undefined) return ours.id;
    if (data.length < PER_PAGE) return 'none';
  }
  return 'unsure';
}

/** The deployment that a GitHub Deployment's payload names. Some versions of GitHub's server hand it back as JSON text. */
export function deploymentIn(payload: unknown): unknown {
  const value: unknown = typeof payload === 'string' ? parsed(payload) : payload;
  return typeof value === 'object' && value !== null && 'deployment' in value ? value.deployment : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // somebody else's payload
  }
}
