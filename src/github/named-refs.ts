import type { Octokit } from 'octokit';
import { foundOrNot } from './failure.ts';
import { owned } from './repository.ts';

/** The commit at the head of a branch; undefined when there is no branch of exactly that name. */
export async function findHeadSha(
  github: Octokit,
  repository: string,
  branch: string,
): Promise<string | undefined> {
  const found = await foundOrNot(github.rest.git.getRef({ ...owned(repository), ref: `heads/${branch}` }));
  return found?.data.ref === `refs/heads/${branch}` ? found.data.object.sha : undefined;
}

/** As many tags of tags as anybody has a reason for. */
const DEEPEST_TAG = 5;

/** The commit behind a tag, `no_commit` for a tag of something else; undefined when there is no such tag. */
export async function findTaggedSha(
  github: Octokit,
  repository: string,
  tag: string,
): Promise<{ readonly sha: string } | 'no_commit' | undefined> {
  const found = await foundOrNot(github.rest.git.getRef({ ...owned(repository), ref: `tags/${tag}` }));
  if (found === undefined || found.data.ref !== `refs/tags/${tag}`) return undefined;
  let { type, sha } = found.data.object;
  for (let depth = 0; type === 'tag' && depth < DEEPEST_TAG; depth += 1) {
    const { data } = await github.rest.git.getTag({ ...owned(repository), tag_sha: sha });
    ({ type, sha } = data.object);
  }
  return type === 'commit' ? { sha } : 'no_commit';
}
