import { type Octokit, RequestError } from 'octokit';
import { owned } from './repository.ts';

/** A default branch that was changed on GitHub is deployed from at the latest after this time. */
const FRESH_MS = 5 * 60_000;
const LOOK_EVERY_MS = 4 * 60_000;

interface Known {
  readonly name: string;
  readonly etag: string | undefined;
  readonly at: number;
}

/** What each client was told last, by repository. */
const knownTo = new WeakMap<Octokit, Map<string, Known>>();

/** The name of the default branch as GitHub told it within the last five minutes; asks when nobody has. */
export async function defaultBranchOf(github: Octokit, repository: string): Promise<string> {
  const known = namesKnownTo(github).get(repository);
  if (known !== undefined && performance.now() - known.at < FRESH_MS) return known.name;
  return askDefaultBranch(github, repository);
}

/** Asks, whatever is remembered. An unchanged answer costs nothing of the rate limit (docs.github.com: conditional requests). */
export async function askDefaultBranch(github: Octokit, repository: string): Promise<string> {
  const names = namesKnownTo(github);
  const before = names.get(repository);
  const at = performance.now();
  try {
    const { data, headers } = await github.rest.repos.get({
      ...owned(repository),
      ...(before?.etag !== undefined && { headers: { 'if-none-match': before.etag } }),
    });
    names.set(repository, { name: data.default_branch, etag: headers.etag, at });
    return data.default_branch;
  } catch (error) {
    if (before === undefined || !(error instanceof RequestError) || error.status !== 304) throw error;
    names.set(repository, { ...before, at });
    return before.name;
  }
}

/**
 * Asks for the names at once and every few minutes, so that no deployment has to. What cannot be read is left to the
 * deployment that needs it. Returns what ends it.
 */
export function keepDefaultBranches(github: Octokit, repositories: () => Iterable<string>): () => void {
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    const begin = performance.now();
    for (const repository of new Set(repositories())) {
      if (!ended) await askDefaultBranch(github, repository).catch(() => undefined);
    }
    if (!ended) timer = setTimeout(() => void look(), LOOK_EVERY_MS - (performance.now() - begin));
  };
  void look();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}

function namesKnownTo(github: Octokit): Map<string, Known> {
  const known = knownTo.get(github) ?? new Map<string, Known>();
  knownTo.set(github, known);
  return known;
}
