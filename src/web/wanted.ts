import type { Context } from '../context.ts';
import { UnavailableError } from '../errors.ts';
import type { GitHub } from '../github/client.ts';
import { openPullRequestsOf } from '../github/pull-requests-of.ts';
import { mayHaveRemote, repositoryNamed } from '../pull-requests/look.ts';
import { whoLabelled } from '../pull-requests/who-labelled.ts';
import { findRemote } from '../remote-deploys/store.ts';
import { judgeLabelling } from '../remote-deploys/wanted.ts';
import { badParameter } from './paging.ts';
import { type Address, HttpError } from './route.ts';

export interface Wanted {
  readonly wanted: boolean;
  /** The pull request that wants it. */
  readonly pull_request: number | null;
}

const NOT_WANTED: Wanted = { wanted: false, pull_request: null };

/**
 * `GET /api/remote-deploys/wanted`: whether a commit is the head of a pull request that asks for an environment of its
 * own, by GitHub at this moment and by the rules that Baton itself deploys by. Throws HttpError 400 for a parameter, 404 for a repository that no service lives in,
 * 503 where GitHub or Slack cannot be asked.
 */
export async function wanted(ctx: Context, { query }: Address): Promise<Wanted> {
  const { repository: given, sha } = readQuery(query);
  const repository = repositoryNamed(ctx.config, given);
  if (repository === undefined)
    throw new HttpError(404, `No service of the configuration lives in ${given}.`);
  const label = ctx.config.remote_deploys?.label;
  if (label === undefined || !mayHaveRemote(ctx.config, repository)) return NOT_WANTED;
  const { github } = ctx;
  if (github === undefined) {
    throw new HttpError(503, 'GitHub is off: Baton has no credentials for it, so nobody can tell.');
  }
  try {
    return await lookUp(ctx, github, { repository, sha, label });
  } catch (error) {
    if (error instanceof UnavailableError) throw new HttpError(503, error.message);
    throw error;
  }
}

interface Question {
  readonly repository: string;
  readonly sha: string;
  readonly label: string;
}

async function lookUp(ctx: Context, github: GitHub, { repository, sha, label }: Question): Promise<Wanted> {
  for (const { number, isOwn, isDraft, labels } of await openPullRequestsOf(github, repository, sha)) {
    if (!isOwn || isDraft || !labels.includes(label)) continue;
    const pullRequest = { repository, number };
    const labelling = await whoLabelled(ctx, github, pullRequest, label);
    const yes = { wanted: true, pull_request: number };
    // A server that never tells who labels: whoever may do that has at least GitHub's triage role.
    if (labelling === 'untold') return yes;
    if (labelling === undefined) continue;
    const before = await findRemote(ctx.redis, repository, number);
    const { kind } = await judgeLabelling(ctx, { github, pullRequest, before }, labelling);
    if (kind === 'up') return yes;
  }
  return NOT_WANTED;
}

const EXAMPLE = '?repository=acme/api&sha=0123456789abcdef0123456789abcdef01234567';

function readQuery(query: URLSearchParams): { repository: string; sha: string } {
  for (const name of query.keys()) {
    if (name !== 'repository' && name !== 'sha') {
      throw badParameter(name, 'is not known here; known are repository, sha', EXAMPLE);
    }
  }
  const repository = only(
    query,
    'repository',
    /^[\w.-]{1,100}\/[\w.-]{1,100}$/,
    'must be a repository, as owner/name',
  );
  const sha = only(query, 'sha', /^[0-9a-f]{40}$/i, 'must be a whole sha, 40 hexadecimal digits');
  return { repository, sha: sha.toLowerCase() };
}

function only(query: URLSearchParams, name: string, pattern: RegExp, problem: string): string {
  const [value, ...more] = query.getAll(name);
  if (value === undefined) throw badParameter(name, 'is missing', EXAMPLE);
  if (more.length > 0) throw badParameter(name, 'may be given once', EXAMPLE);
  if (!pattern.test(value)) throw badParameter(name, problem, EXAMPLE);
  return value;
}
