import type { Commit, Repository } from './state.ts';

/** Every commit that a commit builds on, itself included. */
export function historyOf(repository: Repository, sha: string): Set<string> {
  const seen = new Set<string>();
  const left = [sha];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    left.push(...(repository.commits.get(next)?.parents ?? []));
  }
  return seen;
}

/** The commit that a branch, tag, sha or unique beginning of a sha stands for, in GitHub's order. */
export function findCommit(repository: Repository, ref: string): Commit | undefined {
  const exact = repository.commits.get(ref);
  if (exact !== undefined) return exact;
  const tip = repository.branches.get(ref) ?? commitOfTag(repository, ref);
  if (tip !== undefined) return repository.commits.get(tip);
  if (!/^[0-9a-f]{4,39}$/i.test(ref)) return undefined;
  const begun = [...repository.commits.values()].filter(({ sha }) => sha.startsWith(ref.toLowerCase()));
  return begun.length === 1 ? begun[0] : undefined;
}

/** The commit behind a tag, through tags of tags. */
export function commitOfTag(repository: Repository, name: string): string | undefined {
  let object = repository.tags.get(name);
  while (object?.type === 'tag') object = repository.tagObjects.get(object.sha)?.object;
  return object?.sha;
}
