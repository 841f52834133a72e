import { afterEach, expect, it } from '@jest/globals';
import { addCommit, addPullRequest, addTag } from '../../playground/github/seed.ts';
import type { Repository } from '../../playground/github/state.ts';
import { closeGitHubs } from '../support/github.ts';
import { refsWorld, refusal } from '../support/refs.ts';

afterEach(closeGitHubs);

it.each<{ where: string; sha: (api: Repository, main: string) => string }>([
  { where: 'at the head of a branch', sha: (api) => addCommit(api, { message: 'x', branch: 'other' }) },
  { where: 'in the history of the default branch', sha: (_, main) => main },
  { where: 'behind a tag alone', sha: (api) => tagged(api, addCommit(api, { message: 'x' })) },
  { where: 'in an open pull request', sha: (api) => inPullRequest(api, {}) },
  { where: 'in a merged pull request', sha: (api) => inPullRequest(api, { state: 'merged' }) },
])('takes a sha that is $where', async ({ sha: create }) => {
  const { api, resolve, main, played } = await refsWorld();
  const sha = create(api, main);
  addCommit(api, { message: 'Later', branch: 'main' });

  expect(await resolve(sha.toUpperCase())).toMatchObject({ sha, ref: sha, kind: 'sha' });
  expect(await resolve(sha.slice(0, 12))).toMatchObject({ sha });
  expect(played.violations).toEqual([]);
});

it.each<{ where: string; sha: (api: Repository) => string }>([
  { where: 'nowhere but in a fork', sha: (api) => addCommit(api, { message: 'x' }) },
  { where: 'in a pull request from a fork', sha: (api) => inPullRequest(api, { from: { fork: 'eve/api' } }) },
  { where: 'in a pull request from a deleted fork', sha: (api) => inPullRequest(api, { from: 'deleted' }) },
  {
    where: 'in a merged pull request from a fork',
    sha: (api) => inPullRequest(api, { from: { fork: 'eve/api' }, state: 'merged' }),
  },
  {
    where: 'in a pull request closed without a merge',
    sha: (api) => inPullRequest(api, { state: 'closed' }),
  },
])('refuses a sha that is $where', async ({ sha: create }) => {
  const { api, resolve } = await refsWorld();
  const sha = create(api);

  expect(await refusal(resolve(sha))).toMatchObject({ reason: 'fork_refused' });
  expect(await refusal(resolve(sha.slice(0, 12)))).toMatchObject({ reason: 'fork_refused' });
});

it.each<{
  what: string;
  given: Partial<Parameters<typeof addPullRequest>[1]>;
  reason: string;
  words: string;
}>([
  {
    what: 'from a fork',
    given: { from: { fork: 'eve/api' } },
    reason: 'fork_refused',
    words: 'the fork eve/api',
  },
  {
    what: 'from a deleted fork',
    given: { from: 'deleted' },
    reason: 'fork_refused',
    words: 'has been deleted',
  },
  {
    what: 'that was closed',
    given: { state: 'closed' },
    reason: 'ref_not_found',
    words: 'closed without being merged',
  },
])('refuses a pull request $what', async ({ given, reason, words }) => {
  const { api, resolve } = await refsWorld();
  addPullRequest(api, { number: 12, head: addCommit(api, { message: 'x' }), branch: 'main', ...given });

  expect(await refusal(resolve('#12'))).toMatchObject({ reason, message: expect.stringContaining(words) });
});

function tagged(api: Repository, sha: string): string {
  addTag(api, 'only', sha, { annotated: true });
  return sha;
}

/** A commit in the middle of a pull request whose branch is gone. */
function inPullRequest(api: Repository, given: Partial<Parameters<typeof addPullRequest>[1]>): string {
  const sha = addCommit(api, { message: 'Middle' });
  const head = addCommit(api, { message: 'Head', parents: [sha] });
  addPullRequest(api, { number: 7, head, branch: 'gone', ...given });
  return sha;
}
