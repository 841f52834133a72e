import { afterEach, expect, it } from '@jest/globals';
import { addCheckRun, addCommit, addStatus, addWorkflow } from '../../playground/github/seed.ts';
import { nextId, type Repository, type RunStep } from '../../playground/github/state.ts';
import { GitHubUnreadableError } from '../../src/errors.ts';
import { readChecks } from '../../src/github/check-runs.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';

afterEach(closeGitHubs);

const FAILED: RunStep = { status: 'completed', conclusion: 'failure' };
const RUNNING: RunStep = { status: 'in_progress', conclusion: null };
const PASSED: RunStep = { status: 'completed', conclusion: 'success' };

it.each([
  ['failed', FAILED],
  ['runs', RUNNING],
  ['succeeded', PASSED],
])('does not count Baton’s own deployment of the commit, which %s', async (_, step) => {
  const { addRun, names } = await world();
  addRun('ci.yml', 'push', PASSED);
  addRun('deploy.yml', 'workflow_dispatch', step);
  addRun('release.yml', 'deployment', step);

  expect(await names(['deploy.yml'])).toEqual(['ci passed']);
});

it('finds nothing said about a commit that was only deployed', async () => {
  const { addRun, names } = await world();
  addRun('deploy.yml', 'workflow_dispatch', PASSED);

  expect(await names(['deploy.yml'])).toEqual([]);
});

it('does not take the skipped job of a workflow that saw the deployment for a check', async () => {
  const { api, sha, addRun, names } = await world();
  addRun('release.yml', 'deployment', { status: 'completed', conclusion: 'skipped' });
  expect(await names()).toEqual([]);

  addCheckRun(api, sha, { name: 'docs', result: 'skipped' });
  expect(await names()).toEqual(['docs passed']);
});

it.each([
  ['the workflow that deploys ran for a push', 'deploy.yml', 'push'],
  ['another workflow was dispatched', 'ci.yml', 'workflow_dispatch'],
  ['tests ran after a deployment', 'smoke.yml', 'deployment_status'],
])('counts it when %s', async (_, file, event) => {
  const { addRun, names } = await world();
  addRun(file, event, FAILED);

  expect(await names(['deploy.yml'])).toEqual([expect.stringContaining('failing')]);
});

it('counts only the newest run of a workflow for an event, as GitHub’s pages do', async () => {
  const { addRun, names } = await world();
  addRun('title.yml', 'pull_request', FAILED);
  addRun('title.yml', 'pull_request', PASSED);

  expect(await names()).toEqual(['title passed']);
});

it('still waits for the newest run', async () => {
  const { addRun, names } = await world();
  addRun('title.yml', 'pull_request', FAILED);
  addRun('title.yml', 'pull_request', RUNNING);

  expect(await names()).toEqual(['title pending']);
});

it.each<[string, string, string, RunStep['conclusion']]>([
  ['of another event', 'ci.yml', 'push', 'success'],
  ['of another workflow', 'other.yml', 'pull_request', 'success'],
  ['that skipped the job', 'ci.yml', 'pull_request', 'skipped'],
])('does not let a newer run %s hide a failed one', async (_, file, event, conclusion) => {
  const { api, addRun, names } = await world();
  addWorkflow(api, { file: 'other.yml', name: 'ci' });
  addRun('ci.yml', 'pull_request', FAILED);
  addRun(file, event, { status: 'completed', conclusion });

  expect(await names()).toContain('ci failing');
});

it('lets no newer app nor status of the name hide a failed run', async () => {
  const { api, sha, addRun, names } = await world();
  addRun('ci.yml', 'push', FAILED);
  addCheckRun(api, sha, { name: 'ci', result: 'success', app: 'circleci' });
  addStatus(api, { sha, context: 'ci', state: 'success' });

  expect((await names()).toSorted()).toEqual(['ci failing', 'ci passed', 'ci passed']);
});

it('asks for the runs only where they may change the answer', async () => {
  const { played, api, sha, addRun, names } = await world();
  addCheckRun(api, sha, { name: 'build', result: 'failure', app: 'circleci' });
  await names(['deploy.yml']);
  expect(played.requests).toHaveLength(2);

  addRun('ci.yml', 'push', PASSED);
  await names();
  expect(played.requests).toHaveLength(4);

  await names(['deploy.yml']);
  expect(played.requests).toHaveLength(7);
  expect(played.violations).toEqual([]);
});

it('counts every check where the runs cannot be read, and none of them for a pass that may be its own', async () => {
  const { played, addRun, names } = await world();
  addRun('ci.yml', 'push', FAILED);
  addRun('ci.yml', 'push', PASSED);
  played.failNext({ path: /actions\/runs/, does: { status: 403, body: { message: 'Resource' } }, times: 99 });

  expect((await names()).toSorted()).toEqual(['ci failing', 'ci passed']);
  await expect(names(['deploy.yml'])).rejects.toBeInstanceOf(GitHubUnreadableError);
});

async function world() {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const sha = addCommit(api, { message: 'Checked', branch: 'main' });
  const addRun = (file: string, event: string, step: RunStep) =>
    addFinishedRun(api, sha, { file, event, step });
  const names = async (deployWorkflows?: readonly string[]) =>
    (await readChecks(github, 'acme/api', sha, { deployWorkflows })).map(
      ({ name, state }) => `${name} ${state}`,
    );
  return { played, api, sha, addRun, names };
}

function addFinishedRun(
  api: Repository,
  sha: string,
  { file, event, step }: { file: string; event: string; step: RunStep },
): void {
  const workflow = api.workflows.find((one) => one.file === file) ?? addWorkflow(api, { file });
  const run = { id: nextId(), workflow, branch: 'main', sha, title: '', event, inputs: {} };
  api.runs.push({ ...run, createdAt: '2030-01-15T12:00:00Z', steps: [step] });
}
