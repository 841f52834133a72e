import { request } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { afterEach, expect, it } from '@jest/globals';
import { addDemoRepositories } from '../../playground/github/demo.ts';
import { addCommit, addPullRequest, addWorkflow } from '../../playground/github/seed.ts';
import { resolveRef } from '../../src/github/refs.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';

afterEach(closeGitHubs);

const API = '/repos/acme/api';

it.each<{ what: string; request: [string, string, unknown?]; words: string }>([
  {
    what: 'an operation that GitHub does not have',
    request: ['GET', '/repos/acme/api/nothing'],
    words: 'no such operation',
  },
  {
    what: 'a parameter that it does not have',
    request: ['GET', `${API}/branches?per_pge=1`],
    words: 'no parameter per_pge',
  },
  {
    what: 'a parameter of the wrong type',
    request: ['GET', `${API}/branches?per_page=ten`],
    words: 'must be integer',
  },
  {
    what: 'a word that is not in its list',
    request: ['GET', `${API}/pulls?state=merged`],
    words: 'must be equal to one of',
  },
  {
    what: 'a missing field',
    request: ['POST', `${API}/deployments`, { task: 'deploy' }],
    words: "must have required property 'ref'",
  },
  { what: 'a missing body', request: ['POST', `${API}/deployments`], words: 'the body is missing' },
  {
    what: 'a body where none belongs',
    request: ['GET', `${API}/branches`, {}],
    words: 'a body is not expected',
  },
  {
    what: 'a misspelt field',
    request: ['POST', `${API}/deployments`, { ref: 'main', automerge: false }],
    words: 'additional properties',
  },
  {
    what: 'a field of the wrong type',
    request: ['POST', `${API}/deployments`, { ref: 1 }],
    words: 'must be string',
  },
  {
    what: 'a description that GitHub finds too long',
    request: ['POST', `${API}/deployments`, { ref: 'main', description: 'x'.repeat(141) }],
    words: 'more than 140 characters',
  },
  {
    what: 'a state that GitHub does not know',
    request: ['POST', `${API}/deployments/1/statuses`, { state: 'done' }],
    words: 'allowed values',
  },
  {
    what: 'an address that is none',
    request: ['POST', `${API}/deployments/1/statuses`, { state: 'success', log_url: '/var/log' }],
    words: 'must match pattern',
  },
])('refuses and remembers $what', async ({ request: [method, path, body], words }) => {
  const { played, ask } = await world();

  const { status } = await ask(method, path, body);

  expect([404, 422]).toContain(status);
  expect(played.violations).toEqual([expect.stringContaining(words)]);
});

it('knows nobody without a token', async () => {
  const { played } = await world();

  expect((await fetch(`${played.url}${API}`)).status).toBe(401);
});

it('does what GitHub does by itself when a deployment does not say otherwise', async () => {
  const { api, ask } = await world();
  const old = addCommit(api, { message: 'Old', branch: 'old' });
  addCommit(api, { message: 'New', branch: 'main' });
  api.checkRuns.push({ id: 1, sha: old, name: 'test', status: 'completed', conclusion: 'failure' });

  expect(await ask('POST', `${API}/deployments`, { ref: 'old' })).toMatchObject({ status: 202 });
  expect(await ask('POST', `${API}/deployments`, { ref: 'old', auto_merge: false })).toMatchObject({
    status: 409,
  });
  expect(await ask('POST', `${API}/deployments`, { ref: 'nothing' })).toMatchObject({ status: 422 });
  const asked = { ref: 'old', auto_merge: false, required_contexts: [] };
  expect(await ask('POST', `${API}/deployments`, asked)).toMatchObject({
    status: 201,
    body: { sha: old, environment: 'production', task: 'deploy', production_environment: true },
  });
});

it('takes a run through its course, one step for each question', async () => {
  const { api, ask, played } = await world();
  const workflow = addWorkflow(api, { file: 'deploy.yml' });
  workflow.course = [
    { status: 'in_progress', conclusion: null },
    { status: 'completed', conclusion: 'failure' },
  ];
  const dispatches = `${API}/actions/workflows/deploy.yml/dispatches`;
  const inputs = { deployment: 'staging-bcdfghjk' };

  expect(await ask('POST', dispatches, { ref: 'main', inputs: { sha1: 'x' } })).toMatchObject({
    status: 422,
  });
  expect(await ask('POST', dispatches, { ref: 'main', inputs })).toMatchObject({ status: 204 });
  const { body } = await ask('POST', dispatches, { ref: 'main', inputs, return_run_details: true });

  const run = `${API}/actions/runs/${String(body['workflow_run_id'])}`;
  expect((await ask('GET', run)).body).toMatchObject({
    status: 'in_progress',
    display_title: 'Deploy staging-bcdfghjk',
  });
  expect((await ask('GET', run)).body).toMatchObject({ status: 'completed', conclusion: 'failure' });
  expect((await ask('GET', run)).body).toMatchObject({ conclusion: 'failure' });
  expect((await ask('POST', `${run}/cancel`)).status).toBe(409);
  const listed = `${API}/actions/workflows/deploy.yml/runs?event=workflow_dispatch&created=${encodeURIComponent('>=2020-01-01T00:00:00Z')}`;
  expect((await ask('GET', listed)).body).toMatchObject({ total_count: 2 });
  expect(played.violations).toEqual([]);
});

it('cancels a run', async () => {
  const { api, ask } = await world();
  addWorkflow(api, { file: 'deploy.yml' });
  const dispatches = `${API}/actions/workflows/deploy.yml/dispatches`;
  const { body } = await ask('POST', dispatches, { ref: 'main', return_run_details: true });
  const run = `${API}/actions/runs/${String(body['workflow_run_id'])}`;

  expect((await ask('POST', `${run}/cancel`)).status).toBe(202);
  expect((await ask('GET', run)).body).toMatchObject({ status: 'completed', conclusion: 'cancelled' });
});

it('serves a fork’s commit by its sha, as GitHub does', async () => {
  const { api, ask } = await world();
  const head = addCommit(api, { message: 'Trust me' });
  addPullRequest(api, { number: 3, head, branch: 'main', from: 'deleted' });

  expect((await ask('GET', `${API}/commits/${head}`)).body).toMatchObject({ sha: head });
  expect((await ask('GET', `${API}/commits/${head}/branches-where-head`)).body).toEqual([]);
  expect((await ask('GET', `${API}/pulls/3`)).body).toMatchObject({ head: { repo: null } });
});

it('breaks as it is told to, and mends itself', async () => {
  const { api, ask, played } = await world();
  const asked = { ref: 'main', auto_merge: false, required_contexts: [] };
  for (const does of ['reset', 'reset_after', 'cut'] as const) {
    played.failNext({ method: 'POST', path: /deployments/, does });
    await expect(ask('POST', `${API}/deployments`, asked)).rejects.toThrow();
  }

  expect(api.deployments).toHaveLength(2);
  expect(await ask('POST', `${API}/deployments`, asked)).toMatchObject({ status: 201 });
  expect(played.requests).toHaveLength(4);
});

it('has a demo that can be deployed, refused and seen failing', async () => {
  const { played, github } = await testGitHub();
  const { api, web } = addDemoRepositories(played);

  for (const repository of [api, web]) {
    for (const ref of [undefined, 'v1.0.0', 'feature/faster-search', 'broken', '#12']) {
      expect(await resolveRef(github, repository.name, ref)).toMatchObject({ sha: expect.any(String) });
    }
    await expect(resolveRef(github, repository.name, '#13')).rejects.toMatchObject({
      reason: 'fork_refused',
    });
  }
  expect(played.violations).toEqual([]);
});

async function world() {
  const { played } = await testGitHub();
  const api = played.addRepository('acme/api');
  const ask = async (method: string, path: string, body?: unknown) => {
    const { status, text } = await send(`${played.url}${path}`, method, body);
    return { status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  };
  return { played, api, ask };
}

/** By hand, since Node's fetch sends no body with a GET. */
async function send(url: string, method: string, body: unknown): Promise<{ status: number; text: string }> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    authorization: 'token t',
    'user-agent': 'test',
    'content-length': Buffer.byteLength(payload ?? ''),
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      readText(response).then(
        (answer) => resolve({ status: response.statusCode ?? 0, text: answer }),
        reject,
      );
    });
    sent.once('error', reject);
    sent.end(payload);
  });
}
