import { afterEach, expect, it } from '@jest/globals';
import { addDemoRepositories } from '../../playground/github/demo.ts';
import { addCheckRun, addCommit, addWorkflow } from '../../playground/github/seed.ts';
import { addDemoRepositories as addPlaygroundRepositories } from '../../playground/repositories.ts';
import { judgeChecks } from '../../src/deployments/checks.ts';
import { readChecks } from '../../src/github/check-runs.ts';
import { resolveRef } from '../../src/github/refs.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';

afterEach(closeGitHubs);

const API = { owner: 'acme', repo: 'api' };

it.each<[string, string, string | undefined]>([
  ['acme/shop', 'main', undefined],
  ['acme/shop', 'v1.3.0', undefined],
  ['acme/shop', 'broken', undefined],
  ['acme/shop', '#12', undefined],
  ['acme/shop', 'red', 'checks_failing'],
  ['acme/shop', 'slow', 'checks_pending'],
  ['acme/shop', 'unchecked', 'checks_failing'],
  ['acme/web', 'main', undefined],
])('has a playground in which the checks of %s at %s say %s', async (repository, ref, reason) => {
  const { played, github } = await testGitHub();
  addPlaygroundRepositories(played);

  const { sha } = await resolveRef(github, repository, ref);

  expect(judgeChecks('all', await readChecks(github, repository, sha))?.reason).toBe(reason);
  expect(played.violations).toEqual([]);
});

it.each<[string, string | undefined]>([
  ['main', undefined],
  ['broken', 'checks_failing'],
  ['slow', 'checks_pending'],
  ['unchecked', 'checks_failing'],
])('has a demo in which the checks of %s say %s', async (ref, reason) => {
  const { played, github } = await testGitHub();
  const { api } = addDemoRepositories(played);

  const { sha } = await resolveRef(github, api.name, ref);

  expect(judgeChecks('all', await readChecks(github, api.name, sha))?.reason).toBe(reason);
});

it('shows the newest run of a name in each suite, and all of them when asked', async () => {
  const { github, api, sha } = await world();
  for (const suite of [1, 1, 2]) addCheckRun(api, sha, { name: 'build', result: 'success', suite });

  const asked = { ...API, ref: 'main' };
  expect((await github.rest.checks.listForRef(asked)).data.total_count).toBe(2);
  expect((await github.rest.checks.listForRef({ ...asked, filter: 'all' })).data.total_count).toBe(3);
});

it('shows the jobs of a dispatched workflow among the checks of its commit, as GitHub does', async () => {
  const { github, api, sha } = await world();
  addWorkflow(api, { file: 'deploy.yml', course: [{ status: 'completed', conclusion: 'failure' }] });
  await github.rest.actions.createWorkflowDispatch({ ...API, workflow_id: 'deploy.yml', ref: 'main' });

  expect(await readChecks(github, 'acme/api', sha)).toMatchObject([{ name: 'deploy', state: 'failing' }]);
  expect(await readChecks(github, 'acme/api', sha, { deployWorkflows: ['deploy.yml'] })).toEqual([]);
});

async function world() {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const sha = addCommit(api, { message: 'Checked', branch: 'main' });
  return { github, api, sha };
}
