import { afterEach, expect, it } from '@jest/globals';
import {
  addCheckRun,
  addChecks,
  addCommit,
  addStatus,
  type CheckResult,
} from '../../playground/github/seed.ts';
import type { Fault, PlayedGitHub } from '../../playground/github/server.ts';
import { GitHubUnreadableError } from '../../src/errors.ts';
import { type Check, readChecks } from '../../src/github/check-runs.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';

afterEach(closeGitHubs);

it.each<[CheckResult, Check['state']]>([
  ['success', 'passed'],
  ['neutral', 'passed'],
  ['skipped', 'passed'],
  ['failure', 'failing'],
  ['cancelled', 'failing'],
  ['timed_out', 'failing'],
  ['action_required', 'failing'],
  ['stale', 'failing'],
  ['startup_failure', 'failing'],
  ['queued', 'pending'],
  ['in_progress', 'pending'],
  ['waiting', 'pending'],
  ['requested', 'pending'],
  ['pending', 'pending'],
])('takes a check run that is %s for %s', async (result, state) => {
  const { api, sha, states } = await world();
  addChecks(api, sha, { build: result });

  expect(await states()).toEqual({ build: state });
});

it.each<['success' | 'pending' | 'failure' | 'error', Check['state']]>([
  ['success', 'passed'],
  ['pending', 'pending'],
  ['failure', 'failing'],
  ['error', 'failing'],
])('takes a commit status that is %s for %s', async (said, state) => {
  const { api, sha, states } = await world();
  addStatus(api, { sha, context: 'ci/old', state: said });

  expect(await states()).toEqual({ 'ci/old': state });
});

it('takes neither a conclusion nor a state that it does not know for a pass', async () => {
  const { played, read } = await world();
  const run = { id: 1, name: 'build', status: 'completed', conclusion: 'brilliant' };
  const ended = { id: 2, name: 'test', status: 'completed', conclusion: null };
  answerOnce(played, /check-runs/, { total_count: 2, check_runs: [run, ended] });
  answerOnce(played, /\/status\?/, { total_count: 1, statuses: [{ context: 'old', state: 'fine' }] });

  expect((await read()).map(({ state }) => state)).toEqual(['failing', 'failing', 'failing']);
});

it('tells what every app and both kinds of checks say, with links, in two requests', async () => {
  const { played, api, sha, read } = await world();
  const { id } = addCheckRun(api, sha, { name: 'build', result: 'success' });
  addCheckRun(api, sha, { name: 'build', result: 'failure', app: 'circleci' });
  addStatus(api, { sha, context: 'build', state: 'pending', url: 'https://ci.example/7' });
  addChecks(api, addCommit(api, { message: 'Another', branch: 'other' }), { other: 'failure' });

  expect(await read()).toEqual([
    { name: 'build', state: 'failing', url: expect.stringMatching(/^https:/), app: 'circleci' },
    {
      name: 'build',
      state: 'passed',
      url: `https://github.com/acme/api/runs/${id}`,
      app: 'github-actions',
    },
    { name: 'build', state: 'pending', url: 'https://ci.example/7', app: null },
  ]);
  expect(played.requests).toHaveLength(2);
  expect(played.violations).toEqual([]);
});

it('looks at the newest run and the newest status of a name alone', async () => {
  const { api, sha, states } = await world();
  addChecks(api, sha, { build: 'failure' });
  addChecks(api, sha, { build: 'success' });
  addStatus(api, { sha, context: 'old', state: 'failure' });
  addStatus(api, { sha, context: 'old', state: 'success' });

  expect(await states()).toEqual({ build: 'passed', old: 'passed' });
});

it('reads to the last page of both', async () => {
  const { played, api, sha, read } = await world();
  addCheckRun(api, sha, { name: 'first', result: 'failure', app: 'ci' });
  for (let n = 0; n < 250; n += 1) addCheckRun(api, sha, { name: `run ${n}`, result: 'success' });
  for (let n = 0; n < 100; n += 1) addStatus(api, { sha, context: `old ${n}`, state: 'success' });
  addStatus(api, { sha, context: 'last', state: 'failure' });

  const checks = await read();

  expect(checks).toHaveLength(352);
  expect(checks.filter(({ state }) => state === 'failing').map(({ name }) => name)).toEqual([
    'first',
    'last',
  ]);
  expect(played.requests).toHaveLength(5);
});

it.each<{ what: string; path: RegExp; does: Fault['does'] }>([
  { what: 'an outage', path: /check-runs/, does: { status: 503, body: {} } },
  { what: 'an outage of the statuses', path: /\/status/, does: { status: 503, body: {} } },
  { what: 'a missing permission', path: /check-runs/, does: { status: 403, body: { message: 'Resource' } } },
  {
    what: 'a commit that is gone',
    path: /check-runs/,
    does: { status: 422, body: { message: 'No commit' } },
  },
  { what: 'a hidden repository', path: /\/status/, does: { status: 404, body: { message: 'Not Found' } } },
  { what: 'a broken answer', path: /check-runs/, does: 'cut' },
  { what: 'a second page that fails', path: /check-runs.*page=2$/, does: { status: 500, body: {} } },
  {
    what: 'a second page that is empty',
    path: /check-runs.*page=2$/,
    does: { status: 200, body: { total_count: 101, check_runs: [] } },
  },
  {
    what: 'a first page that tells of more',
    path: /\/status/,
    does: { status: 200, body: { total_count: 1, statuses: [] } },
  },
  { what: 'an answer of another shape', path: /check-runs/, does: { status: 200, body: { check_runs: [] } } },
  {
    what: 'a check run without a name',
    path: /check-runs/,
    does: {
      status: 200,
      body: { total_count: 1, check_runs: [{ id: 1, status: 'completed', conclusion: 'success' }] },
    },
  },
])('takes $what for unreadable, never for passed', async ({ path, does }) => {
  const { played, api, sha, read } = await world();
  for (let n = 0; n < 101; n += 1) addCheckRun(api, sha, { name: `run ${n}`, result: 'success' });
  played.failNext({ path, does, times: 99 });

  await expect(read()).rejects.toBeInstanceOf(GitHubUnreadableError);
});

it('takes more than a thousand check runs for unreadable', async () => {
  const { api, sha, read } = await world();
  for (let n = 0; n < 1_001; n += 1) addCheckRun(api, sha, { name: `run ${n}`, result: 'success' });

  await expect(read()).rejects.toMatchObject({ message: 'GitHub did not list all of the check runs.' });
});

it('does not take a run that is listed twice for the one that is not listed', async () => {
  const { played, read } = await world();
  const runs = Array.from({ length: 100 }, (_, n) => passedRun(n));
  answerOnce(played, /check-runs.*page=1$/, { total_count: 101, check_runs: runs });
  answerOnce(played, /check-runs.*page=2$/, { total_count: 101, check_runs: [passedRun(99)] });

  await expect(read()).rejects.toBeInstanceOf(GitHubUnreadableError);
});

async function world() {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const sha = addCommit(api, { message: 'Checked', branch: 'main' });
  const read = () => readChecks(github, 'acme/api', sha);
  const states = async () => Object.fromEntries((await read()).map(({ name, state }) => [name, state]));
  return { played, github, api, sha, read, states };
}

function answerOnce(played: PlayedGitHub, path: RegExp, body: unknown): void {
  played.failNext({ path, does: { status: 200, body } });
}

function passedRun(id: number) {
  return { id, name: `run ${id}`, status: 'completed', conclusion: 'success' };
}

it.each([403, 404])(
  'counts what GitHub shows Baton nothing of as none where that is enough (%s)',
  async (status) => {
    const { played, github, sha } = await world();
    played.failNext({ path: /check-runs/, does: { status, body: { message: 'Not for you' } }, times: 2 });

    expect(await readChecks(github, 'acme/api', sha, { onlyShown: true })).toEqual([]);
    await expect(readChecks(github, 'acme/api', sha)).rejects.toBeInstanceOf(GitHubUnreadableError);
  },
);
