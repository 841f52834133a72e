import type { Octokit } from 'octokit';
import type { Detail, DriverRequest, Ended, Progress } from './driver.ts';
import { plainText, webAddress } from './text.ts';
import { owned } from '../github/repository.ts';

const PAGES = 10;
const PER_PAGE = 100;
const POLL_SECONDS = 10;

/** What a tool has said of a GitHub Deployment. */
export interface Status {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly log_url?: string;
  readonly target_url: string;
  readonly environment_url?: string;
}

/** All statuses, oldest first; undefined when there are too many to be read. */
export async function listStatuses(
  github: Octokit,
  { repository }: DriverRequest,
  deployment_id: number,
): Promise<readonly Status[] | undefined> {
  const statuses: Status[] = [];
  for (let page = 1; page <= PAGES; page += 1) {
    const { data } = await github.rest.repos.listDeploymentStatuses({
      ...owned(repository),
      deployment_id,
      per_page: PER_PAGE,
      page,
    });
    statuses.push(...data);
    if (data.length < PER_PAGE) return statuses.toSorted((a, b) => a.id - b.id);
  }
  return undefined;
}

/**
 * What the statuses mean for the deployment. The first end counts, as with a callback: GitHub itself makes a success
 * inactive when a later one comes. `inactive` before any end says that somebody gave it up, and not that nothing runs.
 */
export function progressOf(statuses: readonly Status[]): Progress {
  const ends = statuses.flatMap((status) => {
    const state = ENDS.get(status.state);
    return state === undefined ? [] : [{ status, state }];
  });
  const [first] = ends;
  if (first !== undefined) {
    const until = statuses.slice(0, statuses.indexOf(first.status) + 1);
    const other = ends.find(({ state }) => state !== first.state);
    return endOf(first.state, until, other?.status);
  }
  const latest = statuses.at(-1);
  if (latest?.state === 'inactive') return { state: 'unknown', why: GIVEN_UP };
  const { summary: _said, ...detail } = detailOf(statuses);
  const heard = latest !== undefined; // nobody has said anything: no tool may have seen it
  return { ...detail, state: 'in_progress', checkAgainInSeconds: POLL_SECONDS, ...(heard && { heard }) };
}

const GIVEN_UP =
  'It was made inactive on GitHub before a tool reported an end, so nobody can tell if it runs.';

const ENDS: ReadonlyMap<string, 'success' | 'failure'> = new Map([
  ['success', 'success'],
  ['failure', 'failure'],
  ['error', 'failure'],
]);

function endOf(state: 'success' | 'failure', until: readonly Status[], other: Status | undefined): Ended {
  const { summary, ...detail } = detailOf(until);
  const said = summary ?? (state === 'failure' ? 'The tool that deploys reported a failure.' : undefined);
  const contradicted = other && `GitHub was told “${other.state}” afterwards; the first end counts.`;
  const words = [said, contradicted].filter((text) => text !== undefined).join(' ');
  return { ...detail, state, ...(words && { summary: words }) };
}

/** The words of the latest status, and the latest addresses: a tool need not repeat them. */
function detailOf(statuses: readonly Status[]): Detail {
  const summary = plainText(statuses.at(-1)?.description ?? '');
  const url = lastOf(statuses, ({ environment_url }) => environment_url);
  const logUrl = lastOf(statuses, ({ log_url, target_url }) => log_url || target_url);
  return { ...(summary && { summary }), ...(url && { url }), ...(logUrl && { logUrl }) };
}

function lastOf(statuses: readonly Status[], address: (status: Status) => string | undefined) {
  return statuses.map((status) => webAddress(address(status))).findLast((found) => found !== undefined);
}
