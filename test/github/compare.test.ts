import { afterEach, expect, it } from '@jest/globals';
import { addCommit, type NewCommit } from '../../playground/github/seed.ts';
import { GitHubUnreadableError } from '../../src/errors.ts';
import { compareCommits } from '../../src/github/compare.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';

afterEach(closeGitHubs);

it('tells what lies between two commits, newest first, in one request', async () => {
  const { played, base, commit, compared } = await world();
  commit('Search faster\n\nMuch faster.');
  const head = commit('Count twice', { author: { login: 'ben-w', name: 'Ben', email: 'ben@acme.example' } });

  expect(await compared(base, head)).toEqual({
    kind: 'compared',
    commits: [
      {
        sha: head,
        title: 'Count twice',
        author: 'ben-w',
        pullRequest: undefined,
        committedAt: expect.any(Date),
      },
      {
        sha: expect.any(String),
        title: 'Search faster',
        author: 'asha-k',
        pullRequest: undefined,
        committedAt: expect.any(Date),
      },
    ],
    total: 2,
    truncated: false,
    behindBy: 0,
    url: `https://github.com/acme/api/compare/${base}...${head}`,
  });
  expect(played.requests).toHaveLength(1);
  expect(played.violations).toEqual([]);
});

it.each([
  ['Search faster (#12)', 'Search faster', 12],
  ['Merge pull request #12 from acme/faster\n\nSearch faster', 'Search faster', 12],
  ['Merge pull request #12 from acme/faster', 'Merge pull request #12 from acme/faster', 12],
  ['Revert "Search faster (#12)" (#13)', 'Revert "Search faster (#12)"', 13],
  ['Search faster, see #12', 'Search faster, see #12', undefined],
  ['Search faster\n\nCloses #12 (#12)', 'Search faster', undefined],
  ['(#12)', '(#12)', undefined],
  ['', '', undefined],
])('reads the title and the pull request in %j', async (message, title, pullRequest) => {
  const { base, commit, compared } = await world();

  expect(await compared(base, commit(message))).toMatchObject({ commits: [{ title, pullRequest }] });
});

it('tells a step back from a step aside', async () => {
  const { api, base, commit, compared } = await world();
  const ahead = commit('Ahead');
  const aside = addCommit(api, { message: 'Aside', branch: 'aside', parents: [base] });

  expect(await compared(ahead, base)).toMatchObject({ total: 0, behindBy: 1, commits: [] });
  expect(await compared(ahead, aside)).toMatchObject({ total: 1, behindBy: 1 });
  expect(await compared(base, base)).toMatchObject({ total: 0, behindBy: 0, truncated: false });
});

it('lists all of 250 commits, and of more the newest', async () => {
  const { played, base, commit, compared } = await world();
  const shas = Array.from({ length: 270 }, (_, n) => commit(`Commit ${n}`));

  expect(await compared(base, shas[249] ?? '')).toMatchObject({ total: 250, truncated: false });
  expect(played.requests).toHaveLength(1);

  const long = await compared(base, shas[269] ?? '');
  expect(long).toMatchObject({ total: 270, truncated: true });
  const listed = long.kind === 'compared' ? long.commits.map(({ sha }) => sha) : [];
  expect(listed).toEqual(shas.slice(100).toReversed());
});

it('says that the commit to compare with is gone', async () => {
  const { commit, compared } = await world();

  expect(await compared('1'.repeat(40), commit('Head'))).toEqual({ kind: 'base_missing' });
});

it('says that two commits have nothing in common', async () => {
  const { api, base, compared } = await world();
  const orphan = addCommit(api, { message: 'Orphan', parents: [] });

  expect(await compared(base, orphan)).toEqual({ kind: 'unrelated' });
});

it('does not take an outage or a hidden repository for a commit that is gone', async () => {
  const { played, github, base, commit, compared } = await world();
  const head = commit('Head');

  await expect(compareCommits(github, 'acme/hidden', base, head)).rejects.toBeInstanceOf(
    GitHubUnreadableError,
  );
  played.failNext({ path: /compare/, does: { status: 500, body: {} }, times: 9 });
  await expect(compared(base, head)).rejects.toBeInstanceOf(GitHubUnreadableError);
});

async function world() {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const base = addCommit(api, { message: 'Base', branch: 'main' });
  const commit = (message: string, given: Partial<NewCommit> = {}) =>
    addCommit(api, { message, branch: 'main', ...given });
  const compared = (from: string, to: string) => compareCommits(github, 'acme/api', from, to);
  return { played, github, api, base, commit, compared };
}
