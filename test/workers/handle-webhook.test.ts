import { afterEach, expect, it } from '@jest/globals';
import type { Deployment } from '../../src/deployments/deployment.ts';
import { createDeployment } from '../../src/deployments/store.ts';
import type { GitHubDelivery } from '../../src/jobs.ts';
import { handleWebhook } from '../../workers/handle-webhook.ts';
import { closeContexts, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';

afterEach(closeContexts);

const RUNNING = { driver: 'github-actions', run: '7', state: 'in_progress' } as const;

it('wakes the deployment whose run has ended, at once', async () => {
  const { ctx, deployment, handle } = await house(RUNNING);

  await handle({});

  expect(ctx.queued).toEqual([
    {
      queue: 'deployments',
      id: `${deployment.id}-wake-hook-d1`,
      data: { version: 1, deployment: deployment.id, reference: deployment.reference },
    },
  ]);
});

it('does nothing in the second run of a job whose work was done', async () => {
  const { ctx, handle } = await house(RUNNING);

  await handle({});
  ctx.queued.splice(0);
  await handle({});
  expect(ctx.queued).toEqual([]);

  await handle({ delivery: 'd2' });
  expect(ctx.queued).toHaveLength(1);
});

it('wakes once in the second run of a job that died before it noted its work', async () => {
  const { ctx, handle } = await house(RUNNING);

  await handle({});
  await ctx.redis.del('baton:{github}:worked:d1');
  await handle({});

  expect(ctx.queued).toHaveLength(1);
});

it.each<{ whose: string; given?: Partial<Deployment>; told?: Partial<GitHubDelivery>; woken: boolean }>([
  { whose: 'run it is', woken: true },
  { whose: 'repository is written otherwise', told: { repository: 'ACME/Api' }, woken: true },
  { whose: 'run is another one', told: { run: { id: 8, title: '' } }, woken: false },
  { whose: 'repository is another one', told: { repository: 'acme/web' }, woken: false },
  { whose: 'driver is another one', given: { driver: 'webhook' }, woken: false },
  { whose: 'run is over already', given: { state: 'success', runOver: true }, woken: false },
  { whose: 'run is not recorded yet', given: { run: null }, woken: false },
  { whose: 'time is over but not its run', given: { state: 'failure', runOver: false }, woken: true },
  {
    whose: 'number of a GitHub Deployment is that of the run',
    told: { event: 'deployment_status', run: null, githubDeployment: 7 },
    woken: false,
  },
  {
    whose: 'GitHub Deployment it is',
    given: { driver: 'github-deployment' },
    told: { event: 'deployment_status', action: 'created', run: null, githubDeployment: 7 },
    woken: true,
  },
  { whose: 'event nobody handles any more', told: { event: 'star' }, woken: false },
])('wakes a deployment: $woken, whose $whose', async ({ given = {}, told = {}, woken }) => {
  const { ctx, handle } = await house({ ...RUNNING, ...given });

  await handle(told);

  expect(ctx.queued).toHaveLength(woken ? 1 : 0);
});

it.each([
  { title: (id: string) => `Deploy ${id}`, woken: true },
  { title: (id: string) => `Deploy (${id}) to staging`, woken: true },
  { title: () => 'Deploy staging-zzzzzzzz', woken: false },
  { title: (id: string) => `Deploy ${id}x`, woken: false },
])(
  'wakes a deployment whose run GitHub did not name by the run’s title: $woken',
  async ({ title, woken }) => {
    const { ctx, deployment, handle } = await house({ ...RUNNING, run: 'by-title' });

    await handle({ run: { id: 7, title: title(deployment.id) } });

    expect(ctx.queued).toHaveLength(woken ? 1 : 0);
  },
);

it('wakes a deployment in an environment that the configuration does not have, by the run’s title', async () => {
  const { ctx, deployment, handle } = await house({ ...RUNNING, environment: 'pr-12' });

  await handle({ run: { id: 7, title: `Deploy ${deployment.id}` } });

  expect(ctx.queued).toHaveLength(1);
});

it('wakes a deployment beside leases and deployments that cannot be read', async () => {
  const { ctx, handle } = await house({ ...RUNNING, service: 'web' });
  const broken = await createDeployment(ctx.redis, wanted({ ...RUNNING, id: 'staging-broken00' }));
  expect(broken.kind).toBe('created');
  await ctx.redis.set('baton:{staging}:deployment:staging-broken00', 'nonsense');
  await ctx.redis.hset('baton:{production}:leases', 'api', 'nonsense');

  await handle({ run: { id: 7, title: 'Deploy staging-broken00' } });

  expect(ctx.queued).toHaveLength(1);
});

async function house(given: Partial<Deployment>) {
  const ctx = testContext();
  const created = await createDeployment(ctx.redis, wanted(given));
  if (created.kind === 'leased') throw new Error('leased');
  const handle = (told: Partial<GitHubDelivery>) => {
    const deliveries = [{ ...DELIVERY, ...told }];
    return handleWebhook.run(ctx, { version: 1, deliveries }, { id: 'g-1', again: false, last: false });
  };
  return { ctx, deployment: created.deployment, handle };
}

const DELIVERY: GitHubDelivery = {
  event: 'workflow_run',
  action: 'completed',
  delivery: 'd1',
  repository: 'acme/api',
  sender: { login: 'asha-k', type: 'User' },
  pullRequest: null,
  label: null,
  ref: 'main',
  sha: 'b'.repeat(40),
  run: { id: 7, title: 'Deploy' },
  githubDeployment: null,
};
