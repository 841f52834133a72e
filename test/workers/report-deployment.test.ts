import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Change, DeploymentState } from '../../src/deployments/deployment.ts';
import { loadDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import { listOurDeployments, readGitHubEnd } from '../../src/github/our-deployments.ts';
import { reportDeployment } from '../../workers/report-deployment.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, NOON, type TestContext } from '../support/context.ts';
import { closeGitHubs } from '../support/github.ts';
import { attempt, job, reportWorld, type ReportWorld } from '../support/report.ts';

let world: ReportWorld;

beforeEach(async () => {
  world = await reportWorld();
});

afterEach(async () => {
  expect(world.played.violations).toEqual([]);
  closeContexts();
  await closeGitHubs();
});

it('tells GitHub each step of a deployment as it happens', async () => {
  const { api, move, report, request, states } = world;
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
  { steps: [['in_progress'], ['success']], told: ['in_progress', 'success'] },
  {
    steps: [['in_progress'], ['failure', { reason: 'driver_failed' }]],
    told: ['in_progress', 'failure'],
  },
  {
    steps: [['in_progress'], ['failure', { reason: 'timed_out' }]],
    told: ['in_progress', 'error'],
  },
  { steps: [['in_progress'], ['unknown']], told: ['in_progress'] },
  { steps: [['in_progress'], ['unknown'], ['success']], told: ['in_progress', 'success'] },
  { steps: [['in_progress'], ['cancelled']], told: ['in_progress', 'error'] },
  { steps: [['unknown']], told: ['queued'] },
  { steps: [['failure']], told: ['failure'] },
  { steps: [['cancelled']], told: ['inactive'] },
  { steps: [['superseded']], told: ['inactive'] },
])('tells $told in one go of a deployment that was too fast ($steps)', async ({ steps, told }) => {
  const { move, report, request, states } = world;
  const id = await request();
  for (const [state, change] of steps) await move(id, state, change);

  await report(id);
  await report(id, 'another-job');

  expect(states()).toEqual([told]);
});

it.each([
  { lateEnd: 'success' as const, told: 'success' },
  { lateEnd: 'failure' as const, told: 'failure' },
  { lateEnd: 'cancelled' as const, told: 'failure' },
])('tells how a run ended whose time was over: $lateEnd', async ({ lateEnd, told }) => {
  const { ctx, github, move, report, request, states } = world;
  const id = await request();
  await move(id, 'in_progress');
  await move(id, 'failure', { reason: 'timed_out' });
  await report(id);
  const ended = await loadDeployment(ctx.redis, id);
  await replaceDeployment(ctx.redis, ended, { ...ended, lateEnd, runOver: true });

  await report(id, 'another-job');

  expect(states()).toEqual([['in_progress', 'error', told]]);
  const [record] = await listOurDeployments(
    github,
    { environment: 'staging', repository: 'acme/api' },
    { name: 'staging', pages: 1 },
  );
  expect(record && (await readGitHubEnd(github, 'acme/api', record))).toMatchObject({ state: told });
});

it('says nothing of a deployment that still waits for approval, nor of one that GitHub already has', async () => {
  const { played, report, request } = world;
  await report(await request({ state: 'awaiting_approval' }));
  await report(await request({ service: 'web', driver: 'github-deployment' }));

  expect(played.requests).toEqual([]);
});

it('does nothing where GitHub is off', async () => {
  const { ctx, played, request } = world;
  const id = await request();

  expect(await reportDeployment.run({ ...ctx, github: undefined }, job(id), attempt('j1'))).toBe('done');
  expect(played.requests).toEqual([]);
});

it.each([403, 404, 422])('warns once and stops when GitHub refuses with %s', async (status) => {
  const { ctx, move, played, request } = world;
  const warnings: unknown[] = [];
  const log = { warn: (fields: unknown) => warnings.push(fields) } as unknown as TestContext['log'];
  const id = await request();
  played.failNext({
    method: 'POST',
    path: /./,
    does: { status, body: { message: 'Not for you' } },
    times: 9,
  });

  expect(await reportDeployment.run({ ...ctx, log }, job(id), attempt('j1'))).toBe('done');
  await move(id, 'in_progress');
  expect(await reportDeployment.run({ ...ctx, log }, job(id), attempt('j2'))).toBe('done');

  expect(warnings).toEqual([expect.objectContaining({ deployment: id, repository: 'acme/api' })]);
});

it('does not take a merge for a deployment', async () => {
  const { api, played, report, request } = world;
  const id = await request();
  const body = { message: 'Auto-merged main into x on deployment.' };
  played.failNext({ method: 'POST', path: /deployments$/, does: { status: 202, body } });

  expect(await report(id)).toBe('done');
  expect(await report(id, 'j2')).toBe('done');

  expect(api.deployments).toEqual([]);
});

it('comes back when GitHub says, and holds nobody up meanwhile', async () => {
  const { played, report, request, states } = world;
  const id = await request();
  const headers = { 'retry-after': '90' };
  const body = { message: 'You have exceeded a secondary rate limit' };
  played.failNext({ method: 'POST', path: /./, does: { status: 403, headers, body } });

  expect(await report(id)).toEqual({ againInSeconds: 90 });
  expect(await report(id)).toBe('done');
  expect(states()).toEqual([['queued']]);
});

it('goes on trying through an outage of hours, for a day', async () => {
  const { ctx, played, request, states } = world;
  const id = await request();
  const last = { ...attempt('j1'), last: true };
  played.failNext({ path: /./, does: { status: 503, body: { message: 'no' } }, times: 4 });
  expect(await reportDeployment.run(ctx, job(id), last)).toEqual({ againInSeconds: 300 });

  ctx.now = () => new Date(NOON.getTime() + 86_400_000);
  await expect(reportDeployment.run(ctx, job(id), last)).rejects.toThrow();

  ctx.now = () => new Date(NOON.getTime() + 3_600_000);
  expect(await reportDeployment.run(ctx, job(id), last)).toBe('done');
  expect(states()).toEqual([['queued']]);
});

it('calls the deployment before it inactive, and only that of its own service', async () => {
  const { api, ctx, request, states } = world;
  ctx.config = testConfig({
    services: { api: { repository: 'acme/api' }, web: { repository: 'Acme/API' } },
  });
  for (const service of ['api', 'web', 'api']) await succeed(world, await request({ service }));

  expect(api.deployments.map(({ environment }) => environment)).toEqual([
    'staging/api',
    'staging/web',
    'staging/api',
  ]);
  expect(states().map((told) => told.at(-1))).toEqual(['inactive', 'success', 'success']);
});

it('does not let a late report pass an old deployment for the live one', async () => {
  const { api, move, report, request } = world;
  const late = await request();
  await move(late, 'in_progress');
  await move(late, 'success');
  const live = await request();
  await succeed(world, live);

  await report(late);

  const last = new Map(api.deployments.map(({ payload, statuses }) => [payload, statuses.at(-1)?.state]));
  expect([...last]).toEqual([
    [expect.objectContaining({ deployment: live }), 'success'],
    [expect.objectContaining({ deployment: late }), 'inactive'],
  ]);
});

it('calls one that was replaced inactive once', async () => {
  const { ctx, report, request, states } = world;
  const early = await request({ environment: 'pr-12' });
  await succeed(world, early);
  await succeed(world, await request({ environment: 'pr-12' }));
  const replaced = await loadDeployment(ctx.redis, early);
  await replaceDeployment(ctx.redis, replaced, { ...replaced, gone: true });

  await report(early);

  expect(states()[0]).toEqual(['in_progress', 'success', 'inactive']);
});

it('tells nothing more of what GitHub has all of, although a later one is live', async () => {
  const { played, report, request } = world;
  const early = await request();
  await succeed(world, early);
  await succeed(world, await request());
  const writes = () => played.requests.filter(({ method }) => method === 'POST').length;
  const before = writes();

  await report(early);

  expect(writes()).toBe(before);
});

it('cuts long words to GitHub’s limit and leaves out what is no address', async () => {
  const { api, move, report, request } = world;
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
  const { api, report, request } = world;
  const id = await request({ environment: 'production' });

  await report(id);

  expect(api.deployments[0]).toMatchObject({ environment: 'production', production: true });
});

it('records a deployment whose checks failed: whether it may run is judged elsewhere', async () => {
  const { api, report, request, states } = world;
  const id = await request();
  const sha = api.branches.get('main') ?? '';
  api.checkRuns.push({ id: 1, sha, name: 'test', status: 'completed', conclusion: 'failure' });

  await report(id);

  expect(states()).toEqual([['queued']]);
});

async function succeed({ move, report }: ReportWorld, id: string): Promise<void> {
  await move(id, 'in_progress');
  await move(id, 'success');
  await report(id);
}
