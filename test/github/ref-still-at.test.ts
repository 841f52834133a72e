import { afterEach, expect, it } from '@jest/globals';
import { addCommit, addPullRequest, addTag } from '../../playground/github/seed.ts';
import type { Repository } from '../../playground/github/state.ts';
import { GitHubUnreadableError } from '../../src/errors.ts';
import { refStillAt } from '../../src/github/ref-still-at.ts';
import { resolveRef } from '../../src/github/refs.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';

afterEach(closeGitHubs);

const REFS = ['main', 'release/1#2', 'tag:v1', 'tag:v1-annotated', '#12'];

it.each(REFS)('finds that %s has not moved', async (typed) => {
  const { played, pin } = await world();
  const now = await pin(typed);
  const before = played.requests.length;

  expect(await now()).toEqual({ state: 'same' });
  expect(played.requests.length - before).toBe(typed === 'tag:v1-annotated' ? 2 : 1);
  expect(played.violations).toEqual([]);
});

it.each<[string, (api: Repository, sha: string) => void]>([
  ['main', (api, sha) => api.branches.set('main', sha)],
  ['release/1#2', (api, sha) => api.branches.set('release/1#2', sha)],
  ['tag:v1', (api, sha) => addTag(api, 'v1', sha)],
  ['tag:v1-annotated', (api, sha) => addTag(api, 'v1-annotated', sha, { annotated: true })],
  ['#12', (api, sha) => addPullRequest(api, { number: 12, head: sha, branch: 'better' })],
])('tells where %s has moved to', async (typed, move) => {
  const { api, pin } = await world();
  const now = await pin(typed);
  const sha = addCommit(api, { message: 'Sneaked in' });
  move(api, sha);

  expect(await now()).toEqual({ state: 'moved', sha });
});

it.each<[string, (api: Repository, head: string) => void]>([
  ['main', (api) => api.branches.delete('main')],
  ['tag:v1', (api) => api.tags.delete('v1')],
  ['#12', (api) => api.pullRequests.delete(12)],
  ['#12', (api, head) => addPullRequest(api, { number: 12, head, branch: 'better', state: 'closed' })],
  ['#12', (api, head) => addPullRequest(api, { number: 12, head, branch: 'better', from: 'deleted' })],
])('tells that %s is gone', async (typed, remove) => {
  const { api, head, pin } = await world();
  const now = await pin(typed);
  remove(api, head);

  expect(await now()).toEqual({ state: 'gone' });
});

it('does not look for a branch among the tags, nor the other way round', async () => {
  const { api, head, pin } = await world();
  const [branch, tag] = [await pin('main'), await pin('tag:v1')];
  api.branches.delete('main');
  addTag(api, 'main', head);
  api.tags.delete('v1');
  api.branches.set('v1', head);

  expect([await branch(), await tag()]).toEqual([{ state: 'gone' }, { state: 'gone' }]);
});

it('does not take another branch that GitHub answers with for the one that was asked about', async () => {
  const { played, head, pin } = await world();
  const now = await pin('main');
  const body = { ref: 'refs/heads/main-2', object: { type: 'commit', sha: head } };
  played.failNext({ path: /git\/ref/, does: { status: 200, body } });

  expect(await now()).toEqual({ state: 'gone' });
});

it('asks nothing about a sha', async () => {
  const { played, head, pin } = await world();
  const now = await pin(head);
  const before = played.requests.length;

  expect(await now()).toEqual({ state: 'same' });
  expect(played.requests).toHaveLength(before);
});

it.each(REFS)('takes an outage for neither when it is asked about %s', async (typed) => {
  const { played, pin } = await world();
  const now = await pin(typed);
  played.failNext({ path: /./, does: { status: 502, body: {} }, times: 9 });

  await expect(now()).rejects.toBeInstanceOf(GitHubUnreadableError);
});

it('does not take a repository that is hidden from it for a ref that is gone', async () => {
  const { played, pin } = await world();
  const now = await pin('main');
  played.repositories.clear();

  await expect(now()).rejects.toMatchObject({
    message: expect.stringContaining('shows Baton no repository'),
  });
});

async function world() {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const head = addCommit(api, { message: 'Head', branch: 'main' });
  api.branches.set('release/1#2', head).set('better', head);
  addTag(api, 'v1', head);
  addTag(api, 'v1-annotated', head, { annotated: true });
  addPullRequest(api, { number: 12, head, branch: 'better' });
  const pin = async (typed: string) => {
    const pinned = await resolveRef(github, 'acme/api', typed);
    return async () => refStillAt(github, 'acme/api', pinned);
  };
  return { played, api, head, pin };
}
