import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createEmulator, type Emulator } from 'emulate';
import type { Octokit } from 'octokit';
import { GitHubUnreadableError, UserError } from '../../src/errors.ts';
import { readChecks } from '../../src/github/check-runs.ts';
import { readAuthors } from '../../src/github/commits.ts';
import { keepComment } from '../../src/github/comments.ts';
import { compareCommits } from '../../src/github/compare.ts';
import { findLabelling } from '../../src/github/labelling.ts';
import { addLabels, ensureLabel, removeLabel } from '../../src/github/labels.ts';
import { listOpenPullRequests } from '../../src/github/open-pull-requests.ts';
import { ownAccount } from '../../src/github/own-account.ts';
import { mayWrite } from '../../src/github/permissions.ts';
import { readPullRequest } from '../../src/github/pull-requests-of.ts';
import { refStillAt } from '../../src/github/ref-still-at.ts';
import { resolveRef } from '../../src/github/refs.ts';
import { closeContexts, testRedis } from '../support/context.ts';
import { clientFor } from '../support/github.ts';

/**
 * The same questions to a GitHub that is not ours. It knows repositories, branches, tags, commits, comparisons, pull
 * requests, labels, comments and check runs, and neither deployments, commit statuses nor the pull requests of a commit.
 */
let emulator: Emulator;
let github: Octokit;
const API = { owner: 'acme', repo: 'api' };

beforeAll(async () => {
  emulator = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      tokens: { 'test-token': { login: 'asha-k', scopes: ['repo', 'user'] } },
      github: {
        users: [{ login: 'asha-k', name: 'Asha', email: 'asha@acme.example' }],
        orgs: [{ login: 'acme', name: 'Acme', members: [{ login: 'asha-k', role: 'admin' }] }],
        repos: [{ owner: 'acme', name: 'api', auto_init: true }],
      },
    },
  });
  github = clientFor(emulator.url);
});

afterAll(async () => {
  await emulator.close();
});

it('finds the default branch', async () => {
  expect(await resolveRef(github, 'acme/api')).toMatchObject({
    ref: 'main',
    kind: 'branch',
    sha: await head(),
  });
});

it.each(['feature/x', 'a#b', '50%2Foff', '<!channel>', '$(touch${IFS}x)', '__proto__', 'grün'])(
  'finds the branch %s, and the tag of that name',
  async (name) => {
    const sha = await head();
    await github.rest.git.createRef({ ...API, ref: `refs/heads/${name}`, sha });
    const { data: tag } = await github.rest.git.createTag({
      ...API,
      tag: name,
      message: 'A release',
      object: sha,
      type: 'commit',
    });
    await github.rest.git.createRef({ ...API, ref: `refs/tags/${name}`, sha: tag.sha });

    expect(await resolveRef(github, 'acme/api', name)).toMatchObject({ ref: name, kind: 'branch', sha });
    expect(await resolveRef(github, 'acme/api', `tag:${name}`)).toMatchObject({
      ref: name,
      kind: 'tag',
      sha,
    });
  },
);

it('finds a commit of the default branch by its sha', async () => {
  const old = await head();
  await commit('main', old, 'Later');

  expect(await resolveRef(github, 'acme/api', old)).toMatchObject({ sha: old, kind: 'sha' });
});

it('refuses a commit that no branch or tag holds', async () => {
  const { data } = await github.rest.git.createCommit({
    ...API,
    message: 'Loose',
    tree: await treeOf(await head()),
    parents: [await head()],
  });

  await expect(resolveRef(github, 'acme/api', data.sha)).rejects.toMatchObject({ reason: 'fork_refused' });
});

it('finds the head of a pull request', async () => {
  const base = await head();
  await github.rest.git.createRef({ ...API, ref: 'refs/heads/better', sha: base });
  const sha = await commit('better', base, 'Better');
  const { data } = await github.rest.pulls.create({ ...API, title: 'Better', head: 'better', base: 'main' });

  expect(await resolveRef(github, 'acme/api', `#${data.number}`)).toEqual({
    sha,
    ref: 'better',
    kind: 'pull_request',
    title: 'Better',
    pullRequest: data.number,
  });
});

it.each(['nothing-there', '#999', 'abcdef1', '1'.repeat(40)])('says that %s is not there', async (text) => {
  const asked = resolveRef(github, 'acme/api', text);

  await expect(asked).rejects.toBeInstanceOf(UserError);
  await expect(asked).rejects.toMatchObject({ reason: 'ref_not_found' });
});

it('says that it sees no such repository', async () => {
  await expect(resolveRef(github, 'acme/nothing')).rejects.toMatchObject({
    message: expect.stringContaining('shows Baton no repository acme/nothing'),
  });
});

it('reads the check runs of a commit, the newest of each name', async () => {
  const sha = await commit('main', await head(), 'Checked');
  const run = { ...API, head_sha: sha, status: 'completed' as const };
  await github.rest.checks.create({ ...run, name: 'build', conclusion: 'failure' });
  await github.rest.checks.create({ ...run, name: 'build', conclusion: 'success' });
  await github.rest.checks.create({ ...run, name: 'lint', conclusion: 'timed_out' });
  await github.rest.checks.create({ ...API, head_sha: sha, name: 'test', status: 'in_progress' });

  await expect(readChecks(github, 'acme/api', sha)).rejects.toBeInstanceOf(GitHubUnreadableError);
  const checks = await readChecks(withoutStatuses(), 'acme/api', sha);
  expect(Object.fromEntries(checks.map(({ name, state }) => [name, state]))).toEqual({
    build: 'passed',
    lint: 'failing',
    test: 'pending',
  });
  expect(checks.map(({ url }) => url)).toEqual(checks.map(() => expect.stringMatching(/^http/)));
});

it('compares two commits, one way and the other', async () => {
  const base = await head();
  const first = await commit('main', base, 'First (#7)');
  const second = await commit('main', first, 'Second');

  expect(await compareCommits(github, 'acme/api', base, second)).toMatchObject({
    commits: [
      { sha: second, title: 'Second', pullRequest: undefined },
      { sha: first, title: 'First', pullRequest: 7 },
    ],
    total: 2,
    truncated: false,
    behindBy: 0,
    url: expect.stringContaining(`/acme/api/compare/${base}...${second}`),
  });
  expect(await compareCommits(github, 'acme/api', second, base)).toMatchObject({ total: 0, behindBy: 2 });
});

it('lists the newest of a comparison that is too long', async () => {
  const base = await head();
  let sha = base;
  for (let n = 1; n <= 252; n += 1) sha = await commit('long', sha, `Commit ${n}`, n === 1);

  const compared = await compareCommits(github, 'acme/api', base, sha);

  expect(compared).toMatchObject({ total: 252, truncated: true });
  const titles = compared.kind === 'compared' ? compared.commits.map(({ title }) => title) : [];
  expect([titles[0], titles[1], titles.at(-1), titles.length]).toEqual([
    'Commit 252',
    'Commit 251',
    'Commit 101',
    152,
  ]);
});

it('says that the commit to compare with is gone', async () => {
  const gone = await compareCommits(github, 'acme/api', '1'.repeat(40), await head());

  expect(gone).toEqual({ kind: 'base_missing' });
});

it('tells who made a commit', async () => {
  const trailer = 'Co-authored-by: Ben <7+ben-w@users.noreply.github.com>';
  const sha = await commit('main', await head(), `Together\n\n${trailer}`);

  const { logins, emails } = await readAuthors(github, 'acme/api', sha);

  expect(logins).toEqual(expect.arrayContaining(['asha-k', 'ben-w']));
  expect(emails).toEqual(expect.arrayContaining(['7+ben-w@users.noreply.github.com']));
});

it('sees a branch move and go', async () => {
  const base = await head();
  await github.rest.git.createRef({ ...API, ref: 'refs/heads/moving/on', sha: base });
  const pinned = await resolveRef(github, 'acme/api', 'moving/on');
  const now = async () => refStillAt(github, 'acme/api', pinned);

  expect(await now()).toEqual({ state: 'same' });
  const sha = await commit('moving/on', base, 'Moved');
  expect(await now()).toEqual({ state: 'moved', sha });
  await github.rest.git.deleteRef({ ...API, ref: 'heads/moving/on' });
  expect(await now()).toEqual({ state: 'gone' });
});

it('makes labels, puts them on and takes them off', async () => {
  const number = await newPullRequest('labels');
  const label = { name: 'remote-deploy: live', color: '0e8a16', description: 'Its environment is up' };
  await ensureLabel(github, 'acme/api', label);
  await ensureLabel(github, 'acme/api', label);
  await ensureLabel(github, 'acme/api', { ...label, name: 'deploy: staging' });

  await addLabels(github, 'acme/api', number, [label.name, 'deploy: staging']);
  expect(await labelsOn(number)).toEqual(['deploy: staging', 'remote-deploy: live']);
  // It has the events of issues only; GitHub has those of pull requests too.
  expect(await findLabelling(github, 'acme/api', number, 'deploy: staging')).toBe('untold');
  await removeLabel(github, 'acme/api', number, 'deploy: staging');
  await removeLabel(github, 'acme/api', number, 'deploy: staging');

  expect(await labelsOn(number)).toEqual(['remote-deploy: live']);
});

it('keeps one comment', async () => {
  const number = await newPullRequest('comments');
  const kept = { marker: 'test', body: 'one' };
  await github.rest.issues.createComment({ ...API, issue_number: number, body: 'Somebody’s own' });

  const id = await keepComment(github, 'acme/api', number, kept);
  expect(await keepComment(github, 'acme/api', number, { ...kept, body: 'two', id })).toBe(id);
  expect(await keepComment(github, 'acme/api', number, { ...kept, body: 'three' })).toBe(id);

  const { data } = await github.rest.issues.listComments({ ...API, issue_number: number });
  expect(data.map(({ body }) => body)).toEqual(['Somebody’s own', expect.stringMatching(/^three\n/)]);
});

it('tells who may write, and as whom it is asked', async () => {
  expect(await mayWrite(github, 'acme/api', 'asha-k')).toBe(true);
  expect(await mayWrite(github, 'acme/api', 'nobody-here')).toBe(false);
  expect(await ownAccount(github)).toEqual({ login: 'asha-k' });
});

it('lists open pull requests, and reads one', async () => {
  const number = await newPullRequest('listed');
  await addLabels(github, 'acme/api', number, ['remote-deploy']);
  const redis = testRedis();

  const { pullRequests } = await listOpenPullRequests(github, redis, 'acme/api');
  closeContexts();

  const found = await readPullRequest(github, 'acme/api', number);
  expect(found).toMatchObject({
    number,
    isOpen: true,
    isOwn: true,
    isDraft: false,
    labels: ['remote-deploy'],
  });
  const { isOpen, ...listed } = found ?? { isOpen: false };
  expect(pullRequests).toContainEqual(listed);
});

async function newPullRequest(branch: string): Promise<number> {
  const base = await head();
  await github.rest.git.createRef({ ...API, ref: `refs/heads/${branch}`, sha: base });
  await commit(branch, base, `On ${branch}`);
  const { data } = await github.rest.pulls.create({ ...API, title: branch, head: branch, base: 'main' });
  return data.number;
}

async function labelsOn(number: number): Promise<string[]> {
  const { data } = await github.rest.issues.listLabelsOnIssue({ ...API, issue_number: number });
  return data.map(({ name }) => name).toSorted();
}

/** The same GitHub, answered for where it has no commit statuses. */
function withoutStatuses(): Octokit {
  const other = clientFor(emulator.url);
  other.hook.wrap('request', async (request, options) => {
    if (!options.url.endsWith('/commits/{ref}/status')) return request(options);
    return { status: 200, url: options.url, headers: {}, data: { total_count: 0, statuses: [] } };
  });
  return other;
}

async function head(): Promise<string> {
  return (await github.rest.repos.getBranch({ ...API, branch: 'main' })).data.commit.sha;
}

async function treeOf(sha: string): Promise<string> {
  return (await github.rest.git.getCommit({ ...API, commit_sha: sha })).data.tree.sha;
}

async function commit(branch: string, parent: string, message: string, isNew = false): Promise<string> {
  const tree = await treeOf(parent);
  const { data } = await github.rest.git.createCommit({ ...API, message, tree, parents: [parent] });
  if (isNew) await github.rest.git.createRef({ ...API, ref: `refs/heads/${branch}`, sha: data.sha });
  else await github.rest.git.updateRef({ ...API, ref: `heads/${branch}`, sha: data.sha });
  return data.sha;
}
