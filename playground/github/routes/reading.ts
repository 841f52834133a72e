import {
  showBranch,
  showCommit,
  showGitCommit,
  showPullRequest,
  showRepository,
  showTag,
} from '../answers.ts';
import { compare } from '../compare.ts';
import { findCommit, historyOf } from '../history.ts';
import type { PullRequest, Repository } from '../state.ts';
import { NOT_FOUND, ok, okOrNotFound, pageOf, refuse, type Routes } from './route.ts';

const HERE = '/repos/{owner}/{repo}';

/** Repositories, branches, tags, commits and pull requests. */
export const READING: Routes = {
  [`GET ${HERE}`]: ({ repository }) => ok(showRepository(repository)),
  [`GET ${HERE}/branches`]: ({ repository, query }) =>
    ok(pageOf(query, [...repository.branches.keys()].toSorted()).map((name) => showBranch(repository, name))),
  [`GET ${HERE}/branches/{branch}`]: ({ repository, path }) =>
    okOrNotFound(showBranch(repository, path['branch'] ?? '')),
  [`GET ${HERE}/tags`]: ({ repository, query }) =>
    ok(pageOf(query, [...repository.tags.keys()]).map((name) => showTag(repository, name))),
  [`GET ${HERE}/collaborators/{username}/permission`]: ({ repository, path }) => {
    const role = repository.collaborators.get(path['username'] ?? '') ?? 'read';
    // GitHub tells the finer roles by the nearest of its older ones.
    const permission = role === 'maintain' ? 'write' : role === 'triage' ? 'read' : role;
    return ok({ permission, role_name: role, user: { login: path['username'] } });
  },
  [`GET ${HERE}/commits`]: ({ repository, query }) => {
    const from = findCommit(repository, query.get('sha') ?? repository.defaultBranch);
    if (from === undefined) return NOT_FOUND;
    const history = [...historyOf(repository, from.sha)].flatMap((sha) => repository.commits.get(sha) ?? []);
    return ok(pageOf(query, history).map(showCommit));
  },
  [`GET ${HERE}/commits/{ref}`]: ({ repository, path }) => {
    const commit = findCommit(repository, path['ref'] ?? '');
    return commit === undefined
      ? refuse(422, `No commit found for SHA: ${path['ref']}`)
      : ok(showCommit(commit));
  },
  [`GET ${HERE}/commits/{commit_sha}/branches-where-head`]: ({ repository, path }) => {
    const heads = [...repository.branches].filter(([, sha]) => sha === path['commit_sha']);
    return ok(heads.map(([name, sha]) => ({ name, commit: { sha }, protected: false })));
  },
  [`GET ${HERE}/commits/{commit_sha}/pulls`]: ({ repository, path, query }) => {
    const about = [...repository.pullRequests.values()].filter((pullRequest) =>
      isCommitOf(repository, pullRequest, path['commit_sha'] ?? ''),
    );
    return ok(pageOf(query, about).map((pullRequest) => showPullRequest(repository, pullRequest)));
  },
  [`GET ${HERE}/compare/{basehead}`]: ({ repository, path, query }) =>
    okOrNotFound(compare(repository, path['basehead'] ?? '', query)),
  [`GET ${HERE}/git/commits/{commit_sha}`]: ({ repository, path }) => {
    const commit = repository.commits.get(path['commit_sha'] ?? '');
    return okOrNotFound(commit && showGitCommit(commit));
  },
  [`GET ${HERE}/git/ref/{ref}`]: ({ repository, path }) =>
    okOrNotFound(refsOf(repository).find(({ ref }) => ref === `refs/${path['ref']}`)),
  [`GET ${HERE}/git/matching-refs/{ref}`]: ({ repository, path }) =>
    ok(refsOf(repository).filter(({ ref }) => ref.startsWith(`refs/${path['ref']}`))),
  [`GET ${HERE}/git/tags/{tag_sha}`]: ({ repository, path }) =>
    okOrNotFound(repository.tagObjects.get(path['tag_sha'] ?? '')),
  [`GET ${HERE}/pulls`]: ({ repository, query }) => {
    const wanted = query.get('state') ?? 'open';
    const listed = [...repository.pullRequests.values()].filter(
      ({ state }) => wanted === 'all' || state === wanted,
    );
    return ok(pageOf(query, listed).map((pullRequest) => showPullRequest(repository, pullRequest)));
  },
  [`GET ${HERE}/pulls/{pull_number}`]: ({ repository, path }) => {
    const pullRequest = repository.pullRequests.get(Number(path['pull_number']));
    return okOrNotFound(pullRequest && showPullRequest(repository, pullRequest));
  },
};

/** Pull requests that hold the commit, open or not: which of them count is for the client to judge. */
function isCommitOf(repository: Repository, { head, base, mergedAt }: PullRequest, sha: string): boolean {
  const before =
    mergedAt === null ? historyOf(repository, repository.branches.get(base) ?? '') : new Set<string>();
  return historyOf(repository, head).has(sha) && !before.has(sha);
}

function refsOf(repository: Repository) {
  const branches = [...repository.branches].map(([name, sha]) => ({
    ref: `refs/heads/${name}`,
    object: { type: 'commit', sha },
  }));
  const tags = [...repository.tags].map(([name, object]) => ({ ref: `refs/tags/${name}`, object }));
  return [...branches, ...tags].toSorted((one, other) => (one.ref < other.ref ? -1 : 1));
}
