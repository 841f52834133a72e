import { afterEach, expect, it } from '@jest/globals';
import { addCommit } from '../../playground/github/seed.ts';
import { askDefaultBranch, defaultBranchOf, keepDefaultBranches } from '../../src/github/default-branch.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';
import { until } from '../support/until.ts';

afterEach(closeGitHubs);

it('knows the names of all before anybody needs one, past what cannot be read', async () => {
  const { played, github } = await testGitHub();
  played.addRepository('acme/api');
  played.addRepository('acme/web').defaultBranch = 'trunk';

  const stop = keepDefaultBranches(github, () => ['acme/api', 'acme/gone', 'acme/web', 'acme/api']);
  await until(
    'each to be answered',
    () => played.requests.filter(({ status }) => status !== undefined).length === 3,
  );
  stop();
  await defaultBranchOf(github, 'acme/web');
  const asked = played.requests.length;

  expect(await defaultBranchOf(github, 'acme/api')).toBe('main');
  expect(await defaultBranchOf(github, 'acme/web')).toBe('trunk');
  expect(played.requests).toHaveLength(asked);
});

it('hears of a changed default branch, and takes "not changed" for an answer', async () => {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');

  expect(await askDefaultBranch(github, 'acme/api')).toBe('main');
  expect(await askDefaultBranch(github, 'acme/api')).toBe('main');
  addCommit(api, { message: 'Grow', branch: 'trunk' });
  api.defaultBranch = 'trunk';
  expect(await askDefaultBranch(github, 'acme/api')).toBe('trunk');
  expect(await defaultBranchOf(github, 'acme/api')).toBe('trunk');

  expect(played.requests.map(({ status }) => status)).toEqual([200, 304, 200]);
});
