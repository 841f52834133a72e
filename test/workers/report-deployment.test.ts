import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Octokit } from 'octokit';
import { addCommit } from '../../playground/github/seed.ts';
import type { Fault, PlayedGitHub } from '../../playground/github/server.ts';
import type { Repository } from '../../playground/github/state.ts';
import {
  type Change,
  type Deployment,
  type DeploymentState,
  transition,
} from '../../src/deployments/deployment.ts';
import { createDeployment, loadDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import { takeTurn } from '../../src/github/store.ts';
import { reportDeployment } from '../../workers/report-deployment.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, NOON, type TestContext, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';

let ctx: TestContext;
let played: PlayedGitHub;
let api: Repository;
let github: Octokit;

beforeEach(async () => {
  ({ played, github } = await testGitHub());
  api = played.addRepository('acme/api');
  ctx = testContext({ github });
});

afterEach(async () => {
  expect(played.violations).toEqual([]);
  closeContexts();
  await closeGitHubs();
});

it('tells GitHub each step of a deployment as it happens', async () => {
  const id = await request({ ref: 'feature/x' });
  expect(await report(id)).toBe('done');
  expect(states()).toEqual([['queued']]);

  await move(id, 'in_progress', { logUrl: 'https://ci.example/1' });
  await report(id);
  await move(id, 'success', { summary: 'All pods are new', url: 'https://staging.acme.example' });
  await report(id);

  expect(states()).toEqual([['queued', 'in_progress', 'success']]);
  expect(api.deployments[0]).toMatchObject({
    sha: api.branches.get('main'),
    environment: 'staging',
    task: 'deploy',
    production: false,
    transient: false,
    description: `api from feature/x, by Baton (${id})`,
    payload: { deployment: id, service: 'api', fence: 1, baton: 1 },
  });
  expect(api.deployments[0]?.statuses.at(-1)).toMatchObject({
    description: 'All pods are new',
    logUrl: 'https://ci.example/1',
    environmentUrl: 'https://staging.acme.example',
  });
});

it.each<{ steps: [DeploymentState, Change?][]; told: string[] }>([
  { steps: [['in_progress'], ['success']], told: ['queued', 'in_progress', 'success'] },
  {
    steps: [['in_progress'], ['failure', { reason: 'driver_failed' }]],
    told: ['queued', 'in_progress', 'failure'],
  },
  {
    steps: [['in_progress'], ['failure', { reason: 'timed_out' }]],
    told: ['queued', 'in_progress', 'error'],
  },
  { steps: [['in_progress'], ['unknown']], told: ['queued', 'in_progress'] },
  { steps: [['in_progress'], ['unknown'], ['success']], told: ['queued', 'in_progress', 'success'] },
  { steps: [['in_progress'], ['cancelled']], told: ['queued', 'in_progress', 'error'] },
  { steps: [['unknown']], told: ['queued'] },
  { steps: [['failure']], told: ['queued', 'failure'] },
  { steps: [['cancelled']], told: ['queued', 'inactive'] },
  { steps: [['superseded']], told: ['queued', 'inactive'] },
])('tells $told in one go of a deployment that was too fast ($steps)', async ({ steps, told }) => {
  const id = await request();
  for (const [state, change] of steps) await move(id, state, change);

  await report(id);
  await report(id, 'another-job');

  expect(states()).toEqual([told]);
});

it('says nothing of a deployment that still waits for approval, nor of one that GitHub already has', async () => {
  await report(await request({ state: 'awaiting_approval' }));
  await report(await request({ service: 'web', driver: 'github-deployment' }));

  expect(played.requests).toEqual([]);
});

it('does nothing where GitHub is off', async () => {
  const id = await request();

  expect(await reportDeployment.run({ ...ctx, github: undefined }, job(id), attempt('j1'))).toBe('done');
  expect(played.requests).toEqual([]);
});

it.each<{ when: string; fault: Fault }>([
  {
    when: 'before GitHub created the deployment',
    fault: { method: 'POST', path: /deployments$/, then: 'reset' },
  },
  {
    when: 'after GitHub created the deployment',
    fault: { method: 'POST', path: /deployments$/, then: 'reset_after' },
  },
  { when: 'with half an answer', fault: { method: 'POST', path: /deployments$/, then: 'cut' } },
  { when: 'before GitHub took a status', fault: { method: 'POST', path: /statuses$/, then: 'reset' } },
  { when: 'after GitHub took a status', fault: { method: 'POST', path: /statuses$/, then: 'reset_after' } },
  {
    when: 'in an outage of GitHub',
    fault: { path: /deployments/, then: { status: 502, body: {} }, times: 3 },
  },
])('makes one GitHub Deployment with each status once when it broke off $when', async ({ fault }) => {
  const id = await request();
  await move(id, 'in_progress');
  played.failNext(fault);

  await expect(report(id)).rejects.toThrow();
  expect(await report(id)).toBe('done');

  expect(states()).toEqual([['queued', 'in_progress']]);
});

it.each([0, 1, 2, 3, 4, 5, 6])('finishes the work of a job that was killed after %s saves', async (saves) => {
  const id = await request();
  await move(id, 'in_progress');
  await move(id, 'success');
  const set = ctx.redis.set.bind(ctx.redis);
  let left = saves;
  const dying = new Proxy(ctx.redis, {
    get: (redis, name) => {
      if (name !== 'set') return Reflect.get(redis, name, redis);
      return async (...args: Parameters<typeof set>) => {
        if (left === 0) throw new Error('killed');
        left -= 1;
        return set(...args);
      };
    },
  });

  await expect(reportDeployment.run({ ...ctx, redis: dying }, job(id), attempt('j1'))).rejects.toThrow(
    'killed',
  );
  expect(await report(id)).toBe('done');

  expect(states()).toEqual([['queued', 'in_progress', 'success']]);
});

it('finds its GitHub Deployment again when our own memory of it is lost', async () => {
  const id = await request();
  await report(id);
  await ctx.redis.del(`baton:{staging}:report:${id}`);
  await move(id, 'in_progress');

  await report(id);

  expect(states()).toEqual([['queued', 'in_progress']]);
});

it('lets one job at a time speak, and the others come back', async () => {
  const id = await request();
  await move(id, 'in_progress');

  const outcomes = await Promise.all(['j1', 'j2', 'j3'].map((name) => report(id, name)));

  expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
  expect(outcomes).toContainEqual({ againInSeconds: 2 });
  expect(states()).toEqual([['queued', 'in_progress']]);
});

it('takes its own turn back after a death, and nobody else’s', async () => {
  const id = await request();
  await takeTurn(ctx.redis, id, 'dead-job');

  expect(await report(id, 'other-job')).toEqual({ againInSeconds: 2 });
  expect(await report(id, 'dead-job')).toBe('done');
  expect(await report(id, 'other-job')).toBe('done');
});

it.each([403, 404, 422])('warns once and stops when GitHub refuses with %s', async (status) => {
  const warnings: unknown[] = [];
  const log = { warn: (fields: unknown) => warnings.push(fields) } as unknown as TestContext['log'];
  const id = await request();
  played.failNext({
    method: 'POST',
    path: /./,
    then: { status, body: { message: 'Not for you' } },
    times: 9,
  });

  expect(await reportDeployment.run({ ...ctx, log }, job(id), attempt('j1'))).toBe('done');
  await move(id, 'in_progress');
  expect(await reportDeployment.run({ ...ctx, log }, job(id), attempt('j2'))).toBe('done');

  expect(warnings).toEqual([expect.objectContaining({ deployment: id, repository: 'acme/api' })]);
});

it('does not take a merge for a deployment', async () => {
  const id = await request();
  const body = { message: 'Auto-merged main into x on deployment.' };
  played.failNext({ method: 'POST', path: /deployments$/, then: { status: 202, body } });

  expect(await report(id)).toBe('done');
  expect(await report(id, 'j2')).toBe('done');

  expect(api.deployments).toEqual([]);
});

it('comes back when GitHub says, and holds nobody up meanwhile', async () => {
  const id = await request();
  const headers = { 'retry-after': '90' };
  const body = { message: 'You have exceeded a secondary rate limit' };
  played.failNext({ method: 'POST', path: /./, then: { status: 403, headers, body } });

  expect(await report(id)).toEqual({ againInSeconds: 90 });
  expect(await report(id)).toBe('done');
  expect(states()).toEqual([['queued']]);
});

it('calls the deployment before it inactive, and only that of its own service', async () => {
  ctx.config = testConfig({
    services: { api: { repository: 'acme/api' }, web: { repository: 'Acme/API' } },
  });
  for (const service of ['api', 'web', 'api']) await succeed(await request({ service }));

  expect(api.deployments.map(({ environment }) => environment)).toEqual([
    'staging/api',
    'staging/web',
    'staging/api',
  ]);
  expect(states().map((told) => told.at(-1))).toEqual(['inactive', 'success', 'success']);
});

it('does not let a late report pass an old deployment for the live one', async () => {
  const late = await request();
  await finish(late);
  const live = await request();
  await succeed(live);

  await report(late);

  const last = new Map(api.deployments.map(({ payload, statuses }) => [payload, statuses.at(-1)?.state]));
  expect([...last]).toEqual([
    [expect.objectContaining({ deployment: live }), 'success'],
    [expect.objectContaining({ deployment: late }), 'inactive'],
  ]);
});

it('cuts long words to GitHub’s limit and leaves out what is no address', async () => {
  const id = await request({ ref: `feature/${'ü'.repeat(120)}`, url: 'javascript:alert(1)' });
  await move(id, 'in_progress');
  await move(id, 'failure', { summary: `line\n${'🚀'.repeat(200)}`, logUrl: '/var/log/x' });

  await report(id);

  const status = api.deployments[0]?.statuses.at(-1);
  expect(Array.from(status?.description ?? '')).toHaveLength(140);
  expect(status).toMatchObject({
    description: expect.stringMatching(/^line 🚀+…$/u),
    logUrl: '',
    environmentUrl: '',
  });
});

it('says that production is production', async () => {
  const id = await request({ environment: 'production' });

  await report(id);

  expect(api.deployments[0]).toMatchObject({ environment: 'production', production: true });
});

async function request(overrides: Partial<Deployment> = {}): Promise<string> {
  const sha = api.branches.get('main') ?? addCommit(api, { message: 'x', branch: 'main' });
  const created = await createDeployment(ctx.redis, wanted({ sha, ...overrides }));
  if (created.kind !== 'created') throw new Error(created.kind);
  return created.deployment.id;
}

async function move(id: string, state: DeploymentState, change: Change = {}): Promise<void> {
  const before = await loadDeployment(ctx.redis, id);
  await replaceDeployment(ctx.redis, before, transition(before, state, NOON, change), {
    freeLease: state === 'success',
  });
}

async function finish(id: string): Promise<void> {
  await move(id, 'in_progress');
  await move(id, 'success');
}

async function succeed(id: string): Promise<void> {
  await finish(id);
  await report(id);
}

function report(id: string, name = 'j1') {
  return reportDeployment.run(ctx, job(id), attempt(name));
}

const job = (id: string) => ({ version: 1 as const, deployment: id, reference: 'abcd1234' });
const attempt = (name: string) => ({ id: name, again: false, last: false });

/** What each GitHub Deployment has been told, oldest first. */
function states(): string[][] {
  return api.deployments.map(({ statuses }) => statuses.map(({ state }) => state));
}
