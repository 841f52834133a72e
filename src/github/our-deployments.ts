import type { Octokit } from 'octokit';
import * as z from 'zod';
import { environmentOfDeployment } from '../deployments/deployment.ts';
import { foundOrNot, readFailure } from './failure.ts';
import { readAs } from './pages.ts';
import { owned } from './repository.ts';

/** What the GitHub Deployment of a deployment of ours says of it: as the mirror, or the driver, wrote it. */
export interface OurDeployment {
  /** GitHub's number. */
  readonly github: number;
  readonly id: string;
  readonly service: string;
  readonly fence: number;
  readonly sha: string;
  readonly ref: string;
  /** Slack id; empty where an older version wrote it. */
  readonly requestedBy: string;
  /** Type of the driver; null where it is not told. */
  readonly driver: string | null;
  readonly createdAt: Date;
}

const Payload = z.object({
  deployment: z.string(),
  service: z.string(),
  fence: z.int().min(1),
  ref: z.string().optional(),
  requested_by: z.string().optional(),
  driver: z.string().optional(),
});

const Listed = z.array(
  z.object({ id: z.int(), sha: z.string(), payload: z.unknown(), created_at: z.coerce.date() }),
);

const PER_PAGE = 100;

export interface Where {
  /** Ours; a deployment of another environment is left out. */
  readonly environment: string;
  readonly repository: string;
}

export interface Listing {
  /** GitHub's name of the environment. */
  readonly name: string;
  readonly pages: number;
  /** What a repository that GitHub does not show stands for; without it that throws too. */
  readonly missing?: readonly OurDeployment[];
}

/** Our deployments among the newest on GitHub, newest first. Throws GitHubUnreadableError. */
export async function listOurDeployments(
  github: Octokit,
  { environment, repository }: Where,
  { name, pages, missing }: Listing,
): Promise<readonly OurDeployment[]> {
  const ours: OurDeployment[] = [];
  const where = { ...owned(repository), environment: name, per_page: PER_PAGE };
  try {
    for (let page = 1; page <= pages; page += 1) {
      const asking = github.rest.repos.listDeployments({ ...where, page });
      const answer = await (missing === undefined ? asking : foundOrNot(asking));
      if (answer === undefined) return missing ?? [];
      const listed = readAs(Listed, answer.data);
      ours.push(...listed.flatMap((one) => readOurs(one, environment)));
      if (listed.length < PER_PAGE) break;
    }
  } catch (error) {
    throw readFailure(error, repository);
  }
  return ours;
}

function readOurs(
  { id: github, sha, payload, created_at: createdAt }: z.infer<typeof Listed>[number],
  environment: string,
): OurDeployment[] {
  const read = Payload.safeParse(typeof payload === 'string' ? parsed(payload) : payload);
  if (!read.success || environmentOfDeployment(read.data.deployment) !== environment) return [];
  const {
    deployment: id,
    service,
    fence,
    ref = sha,
    requested_by: requestedBy = '',
    driver = null,
  } = read.data;
  return [{ github, id, service, fence, sha, ref, requestedBy, driver, createdAt }];
}

/** Some versions of GitHub's server hand the payload back as text. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // somebody else's
  }
}

/** How it ended by GitHub's word. `open`: it may be running; also after `error`, which a time-out is told as. */
export type GitHubEnd = { readonly state: 'success' | 'failure' | 'cancelled'; readonly at: Date } | 'open';

const Statuses = z.array(z.object({ id: z.int(), state: z.string(), created_at: z.coerce.date() }));

/** Reads how a deployment of ours ended. Throws GitHubUnreadableError. */
export async function readGitHubEnd(
  github: Octokit,
  repository: string,
  { github: deployment_id, driver }: OurDeployment,
): Promise<GitHubEnd> {
  const where = { ...owned(repository), deployment_id, per_page: PER_PAGE };
  const data = await github.rest.repos.listDeploymentStatuses(where).then(
    (answer) => answer.data,
    (error: unknown) => {
      throw readFailure(error, repository);
    },
  );
  const statuses = readAs(Statuses, data).toSorted((one, other) => one.id - other.id);
  if (statuses.length === PER_PAGE) return 'open'; // its first end may not be among these
  // The first end counts: GitHub itself makes a success inactive when a later one comes.
  const ends = statuses.filter(({ state }) => ENDS.has(state));
  // Our own record of a time-out is an error, before the end of its run.
  const end = driver === 'github-deployment' ? ends[0] : ends.find(({ state }) => state !== 'error');
  if (end?.state === 'success' || end?.state === 'failure') return { state: end.state, at: end.created_at };
  const [first] = statuses;
  const begun = statuses.some(({ state }) => state === 'in_progress');
  const gaveUp = statuses.find(({ state }) => state === 'inactive');
  // Our record becomes inactive before it has begun only when nothing was started.
  if (driver !== 'github-deployment' && first !== undefined && !begun && gaveUp !== undefined) {
    return { state: 'cancelled', at: gaveUp.created_at };
  }
  return 'open';
}

const ENDS: ReadonlySet<string> = new Set(['success', 'failure', 'error']);
