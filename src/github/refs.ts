import type { Octokit } from 'octokit';
import { UserError } from '../errors.ts';
import { nearestWord } from '../nearest.ts';
import { quoted } from '../quoted.ts';
import { askDefaultBranch, defaultBranchOf } from './default-branch.ts';
import { foundOrNot, readFailure } from './failure.ts';
import { findHeadSha, findTaggedSha } from './named-refs.ts';
import { findPullRequestHead } from './pull-requests.ts';
import { isReachable, type Repository } from './reachable.ts';
import { isSha, readRefText, type RefText, type WantedRef } from './ref-text.ts';
import { owned } from './repository.ts';

/** A ref and the one commit that it stood for when it was asked about. */
export interface Resolved {
  readonly sha: string;
  /** The bare name of the branch or tag; a pull request's branch; the whole sha. */
  readonly ref: string;
  readonly kind: 'branch' | 'tag' | 'sha' | 'pull_request';
  /** First line of the commit's message; may hold anything. Empty where GitHub is off. */
  readonly title: string;
  readonly pullRequest?: number;
}

/**
 * Finds the commit that a ref stands for; without a ref, the head of the default branch. Throws UserError
 * `ref_not_found` or `fork_refused` with what to type instead, and GitHubUnreadableError when GitHub cannot be asked.
 * Where GitHub is off only a whole sha is taken, and taken at its word.
 */
export async function resolveRef(
  github: Octokit | undefined,
  repository: string,
  wanted?: WantedRef | string,
): Promise<Resolved> {
  const text = readRefText(wanted);
  if (github === undefined) return withoutGitHub(text);
  try {
    return await find(github, repository, text);
  } catch (error) {
    throw readFailure(error, repository);
  }
}

async function find(github: Octokit, repository: string, text: RefText): Promise<Resolved> {
  if (text.kind === 'default') return findDefault(github, repository);
  if (text.kind === 'pull_request') return findPullRequest(github, repository, text.number);
  if (text.kind === 'sha') return findSha(github, repository, text.hex);
  return findNamed(github, repository, text);
}

async function findDefault(github: Octokit, repository: string): Promise<Resolved> {
  const known = await defaultBranchOf(github, repository);
  const branch = await findBranch(github, repository, known);
  if (branch !== undefined) return branch;
  // It may have been renamed since it was looked up.
  const defaultBranch = await askDefaultBranch(github, repository);
  const again = defaultBranch === known ? undefined : await findBranch(github, repository, defaultBranch);
  if (again !== undefined) return again;
  throw notFound(`${repository} has no commits on its default branch ${quoted(defaultBranch)} yet.`);
}

async function findNamed(
  github: Octokit,
  repository: string,
  { kind, name }: { kind: 'branch' | 'tag' | 'any'; name: string },
): Promise<Resolved> {
  const [branch, tag] = await Promise.all([
    kind === 'tag' ? undefined : findBranch(github, repository, name),
    kind === 'branch' ? undefined : findTag(github, repository, name),
  ]);
  const found = branch ?? tag;
  const maybeSha = kind === 'any' && isSha(name);
  if (found === undefined) {
    return maybeSha
      ? findSha(github, repository, name.toLowerCase())
      : explainMissing(github, repository, { kind, name });
  }
  if (branch !== undefined && tag !== undefined && branch.sha !== tag.sha) {
    throw ambiguous(name, ['branch', 'tag']);
  }
  // A name of digits only is a date or a number; with letters it may be meant to be taken for a commit.
  if (maybeSha && (name.length === 40 || /[a-f]/i.test(name))) throw ambiguous(name, [found.kind, 'sha']);
  return found;
}

/** GitHub tells a branch's commit in full; servers that speak its language may tell the sha alone. */
interface Shortened {
  readonly sha: string;
  readonly commit?: { readonly message: string };
}

async function findBranch(github: Octokit, repository: string, name: string): Promise<Resolved | undefined> {
  const found = await foundOrNot(github.rest.repos.getBranch({ ...owned(repository), branch: name }));
  if (found === undefined) return findHead(github, repository, name);
  // GitHub leads the old name of a renamed branch on to the new one; nobody asked for that.
  if (found.data.name !== name) return undefined;
  const { sha, commit }: Shortened = found.data.commit;
  const title = commit === undefined ? await titleOf(github, repository, sha) : firstLine(commit.message);
  return { sha, ref: name, kind: 'branch', title };
}

/** The same branch among the refs: servers that speak GitHub's language may know it only there. */
async function findHead(github: Octokit, repository: string, name: string): Promise<Resolved | undefined> {
  const sha = await findHeadSha(github, repository, name);
  if (sha === undefined) return undefined;
  return { sha, ref: name, kind: 'branch', title: await titleOf(github, repository, sha) };
}

async function findTag(github: Octokit, repository: string, name: string): Promise<Resolved | undefined> {
  const tagged = await findTaggedSha(github, repository, name);
  if (tagged === undefined) return undefined;
  if (tagged === 'no_commit') throw notFound(`The tag ${quoted(name)} does not stand for a commit.`);
  return { sha: tagged.sha, ref: name, kind: 'tag', title: await titleOf(github, repository, tagged.sha) };
}

async function findPullRequest(github: Octokit, repository: string, number: number): Promise<Resolved> {
  const head = await findPullRequestHead(github, repository, number);
  if (head === undefined) {
    await loadRepository(github, repository);
    throw notFound(`${repository} has no pull request #${number}.`);
  }
  const title = await titleOf(github, repository, head.sha);
  return { sha: head.sha, ref: head.branch, kind: 'pull_request', title, pullRequest: number };
}

async function findSha(github: Octokit, repository: string, hex: string): Promise<Resolved> {
  const [known, found] = await Promise.all([
    loadRepository(github, repository),
    foundOrNot(github.rest.repos.getCommit({ ...owned(repository), ref: hex, per_page: 1 })),
  ]);
  // A branch whose name is the text would be found too: then it is not the sha that begins so.
  if (found === undefined || !found.data.sha.startsWith(hex)) {
    const hint =
      hex.length < 40 ? 'If it is there, more commits than one begin so: type more of the sha.' : undefined;
    throw notFound(`${repository} has no branch, tag or commit ${quoted(hex)}.`, hint);
  }
  const { sha, commit } = found.data;
  if (await isReachable(github, known, sha)) {
    return { sha, ref: sha, kind: 'sha', title: firstLine(commit.message) };
  }
  throw new UserError(`No branch, tag or pull request of ${repository} is known to hold ${quoted(sha)}.`, {
    reason: 'fork_refused',
    hint: 'GitHub also shows the commits of forks, which are never run. Name a branch or a tag that holds it.',
  });
}

async function loadRepository(github: Octokit, repository: string): Promise<Repository> {
  const { data } = await github.rest.repos.get(owned(repository));
  return { name: repository, id: data.id, defaultBranch: data.default_branch };
}

async function titleOf(github: Octokit, repository: string, sha: string): Promise<string> {
  const found = await foundOrNot(github.rest.git.getCommit({ ...owned(repository), commit_sha: sha }));
  return firstLine(found?.data.message ?? '');
}

/** Throws with the nearest branch as a hint, or that the repository itself cannot be seen. */
async function explainMissing(
  github: Octokit,
  repository: string,
  { kind, name }: { kind: 'branch' | 'tag' | 'any'; name: string },
): Promise<never> {
  const nearest = nearestWord(name, await listBranchNames(github, repository));
  const what = kind === 'any' ? 'branch or tag' : kind;
  const hint = nearest === undefined ? undefined : `Did you mean ${quoted(nearest)}?`;
  throw notFound(`${repository} has no ${what} ${quoted(name)}.`, hint);
}

/** For the hint only; throws no more than when the repository itself cannot be seen. */
async function listBranchNames(github: Octokit, repository: string): Promise<string[]> {
  const found = await foundOrNot(github.rest.repos.listBranches({ ...owned(repository), per_page: 100 }));
  if (found === undefined) await loadRepository(github, repository);
  return found?.data.map((branch) => branch.name) ?? [];
}

function withoutGitHub(text: RefText): Resolved {
  const hex = text.kind === 'sha' ? text.hex : text.kind === 'any' ? text.name.toLowerCase() : '';
  if (hex.length === 40 && isSha(hex)) return { sha: hex, ref: hex, kind: 'sha', title: '' };
  throw notFound(
    'GitHub is off, so branches, tags and pull requests cannot be looked up.',
    'Type the whole sha.',
  );
}

function ambiguous(name: string, kinds: readonly string[]): UserError {
  const ways = kinds.map((kind) => `${kind}:${name}`).join(' or ');
  return notFound(`${quoted(name)} may be a ${kinds.join(' or a ')}.`, `Say which one: ${ways}.`);
}

function notFound(message: string, hint?: string): UserError {
  return new UserError(message, { reason: 'ref_not_found', ...(hint !== undefined && { hint }) });
}

function firstLine(message: string): string {
  return message.split(/\r?\n/, 1)[0]?.trim() ?? '';
}
