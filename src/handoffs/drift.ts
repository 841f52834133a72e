import type { Context } from '../context.ts';
import type { Live } from '../deployments/deployment.ts';
import { GitHubUnreadableError, UserError } from '../errors.ts';
import { compareCommits } from '../github/compare.ts';
import { resolveRef } from '../github/refs.ts';
import { within } from '../within.ts';
import { counted } from './age.ts';

/** What is live on an environment and where it comes from. */
export interface LiveThere {
  readonly environment: string;
  readonly service: string;
  readonly repository: string;
  readonly live: Live;
}

/** Commits of the default branch that are not live. */
export interface Drift extends LiveThere {
  readonly commits: number;
  /** The default branch's name. */
  readonly branch: string;
  /** Of the oldest of these commits; undefined where GitHub does not tell. */
  readonly since: Date | undefined;
}

export interface Drifts {
  readonly drifts: readonly Drift[];
  /** What was not looked at, a sentence each. */
  readonly gaps: readonly string[];
}

/** Repositories and commits that are asked about for one digest: one to four requests each. */
const MOST_REPOSITORIES = 20;
const MOST_COMPARED = 40;
const AT_ONCE = 4;
const SECONDS = 20;

/**
 * Where what is live differs from the head of the default branch. It asks GitHub a bounded number of times; where GitHub
 * is off, slow or broken it says so and the rest of the digest goes on.
 */
export async function findDrift({ github, log }: Context, live: readonly LiveThere[]): Promise<Drifts> {
  if (live.length === 0) return { drifts: [], gaps: [] };
  if (github === undefined) {
    return { drifts: [], gaps: ['GitHub is off, so unshipped commits were not looked up.'] };
  }
  const found: Drift[] = [];
  try {
    return { drifts: found, gaps: await within(SECONDS, lookAll(github, live, found)) };
  } catch (error) {
    log.warn({ err: error }, 'unshipped commits could not be looked up');
    const why = error instanceof GitHubUnreadableError ? error.message : 'GitHub is slow just now.';
    // A copy: what was too slow may still come in.
    return { drifts: [...found], gaps: [`${why} Not all unshipped commits were looked up.`] };
  }
}

type GitHub = NonNullable<Context['github']>;

async function lookAll(github: GitHub, live: readonly LiveThere[], found: Drift[]): Promise<string[]> {
  const repositories = [...new Set(live.map(({ repository }) => repository))].slice(0, MOST_REPOSITORIES);
  const heads = new Map<string, { sha: string; ref: string }>();
  const missing: string[] = [];
  await inTurns(repositories, async (repository) => {
    const head = await headOf(github, repository);
    if (head === undefined) missing.push(repository);
    else heads.set(repository, head);
  });
  const behind = live.flatMap((one) => {
    const head = heads.get(one.repository);
    return head === undefined || head.sha === one.live.sha ? [] : [{ one, head }];
  });
  await inTurns(behind.slice(0, MOST_COMPARED), async ({ one, head }) => {
    const compared = await compareCommits(github, one.repository, one.live.sha, head.sha);
    if (compared.kind !== 'compared' || compared.total === 0) return;
    const since = compared.truncated ? undefined : compared.commits.at(-1)?.committedAt;
    found.push({ ...one, commits: compared.total, branch: head.ref, since });
  });
  const asked = new Set(repositories);
  const left = live.filter(({ repository }) => !asked.has(repository)).length;
  const skipped = left + Math.max(0, behind.length - MOST_COMPARED);
  return [
    ...(skipped === 0 ? [] : [`${counted(skipped, 'live service')} more were not compared with GitHub.`]),
    ...(missing.length === 0
      ? []
      : [`Without a readable default branch: ${missing.slice(0, 3).join(', ')}.`]),
  ];
}

/** Undefined for an empty repository. */
async function headOf(github: GitHub, repository: string) {
  try {
    return await resolveRef(github, repository);
  } catch (error) {
    if (error instanceof UserError && error.reason === 'ref_not_found') return undefined;
    throw error;
  }
}

async function inTurns<Thing>(
  things: readonly Thing[],
  work: (thing: Thing) => Promise<void>,
): Promise<void> {
  for (let index = 0; index < things.length; index += AT_ONCE) {
    await Promise.all(things.slice(index, index + AT_ONCE).map(work));
  }
}
