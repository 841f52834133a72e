import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createEmulator, type Emulator } from 'emulate';
import type { Octokit } from 'octokit';
import { UserError } from '../../src/errors.ts';
import { resolveRef } from '../../src/github/refs.ts';
import { clientFor } from '../support/github.ts';

/**
 * The same questions to a GitHub that is not ours. It knows repositories, branches, tags, commits, comparisons and pull
 * requests, and neither deployments nor the pull requests of a commit.
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

async function head(): Promise<string> {
  return (await github.rest.repos.getBranch({ ...API, branch: 'main' })).data.commit.sha;
}

async function treeOf(sha: string): Promise<string> {
  return (await github.rest.git.getCommit({ ...API, commit_sha: sha })).data.tree.sha;
}

async function commit(branch: string, parent: string, message: string): Promise<string> {
  const tree = await treeOf(parent);
  const { data } = await github.rest.git.createCommit({ ...API, message, tree, parents: [parent] });
  await github.rest.git.updateRef({ ...API, ref: `heads/${branch}`, sha: data.sha });
  return data.sha;
}
