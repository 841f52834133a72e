import { afterAll, expect, it, jest } from '@jest/globals';
import { closeHouses, type Deployment, type House, inHouse, type Json, wordsOf } from '../support/house.ts';
import { webhookTo } from '../support/house-town.ts';
import { until } from '../support/until.ts';
import {
  expectGoodManners,
  expectGoodTrail,
  expectOneEndEach,
  expectReported,
  shown,
} from '../support/house-checks.ts';
import type { Target } from '../support/target.ts';

jest.setTimeout(180_000);
afterAll(closeHouses);

const environments = (target: Target) => ({
  staging: { services: ['api', 'web'], driver: webhookTo(target), url: 'https://staging.acme.example' },
  told: {
    services: ['api'],
    driver: { type: 'webhook', url: target.url, secret_env: 'DEPLOY_SECRET' },
    channel: 'C0PROD',
  },
  program: {
    services: ['api'],
    driver: { type: 'command', argv: [process.execPath, '-e', PROGRAM] },
  },
  actions: { services: ['api'], driver: { type: 'github-actions', workflow: 'deploy.yml' } },
});

const PROGRAM = `
  console.log('deploying', process.env.BATON_SERVICE, 'to', process.env.BATON_ENVIRONMENT);
  if (process.env.BATON_REF === 'broken') { console.log('prices: no such table'); process.exit(3); }
  console.log('BATON_URL=https://program.acme.example/api');
`;

/** A house with a web role and two workers. */
function inItsHouse(title: string, work: (house: House) => Promise<void>): void {
  it.concurrent(title, () =>
    inHouse({ environments }, async (house) => {
      await Promise.all([house.start('web'), house.start('worker'), house.start('worker')]);
      await work(house);
    }),
  );
}

inItsHouse('deploys by each driver and tells Slack, GitHub, the API and the trail', async (house) => {
  const sha = house.github.repositories.get('acme/api')?.branches.get('main');
  expect(await house.get('/api/deployments')).toEqual({ items: [], next: null });
  const places = { staging: 'C0STG', told: 'C0STG', program: 'C0MORE0', actions: 'C0MORE1' };
  for (const [name, channel] of Object.entries(places)) {
    expect(await house.type('U0ASHA', `/deploy ${name} api`, channel)).toMatchObject({
      status: 200,
      body: '',
    });
  }

  await shown(house, 'api on staging is in progress');
  const started = (name: string) => house.target.starts.find((start) => start.environment === name);
  const [viaStatus, viaCallback] = [started('staging'), await until('the start', () => started('told'))];
  expect(await servicesOf(house, 'staging')).toMatchObject([
    { name: 'api', live: null, running: [viaStatus?.deployment] },
    { name: 'web', live: null, running: [] },
  ]);
  house.target.state = 'success';
  const more = { description: 'Rolled out', url: 'https://told.acme.example' };
  expect(await house.target.tell(viaCallback, 'success', more)).toBe(200);
  expect(await house.target.tell(viaCallback, 'success', more)).toBe(200);
  expect(await house.target.tell(viaCallback, 'failure')).toBe(409);

  await shown(house, 'api on staging is live');
  await shown(house, 'api on told is live', 'C0PROD');
  expect(wordsOf(await shown(house, 'api on program is live', 'C0MORE0'))).toContain('program.acme.example');
  await shown(house, 'api on actions is live', 'C0MORE1');
  const deployments = await house.deployments();
  expect(deployments.map(({ environment }) => environment).toSorted()).toEqual(
    Object.keys(places).toSorted(),
  );
  for (const deployment of deployments) await expectShape(house, deployment, { sha, state: 'success' });
  expect(await servicesOf(house, 'staging')).toMatchObject([
    { live: { deployment: viaStatus?.deployment, ref: 'main', sha, by: 'U0ASHA' }, running: [] },
    { live: null, running: [] },
  ]);
  await expectToldEverywhere(house, deployments);
});

inItsHouse('tells of a failure in the same places', async (house) => {
  const api = house.github.repositories.get('acme/api');
  api?.branches.set('broken', api.branches.get('main') ?? '');
  const [workflow] = api?.workflows ?? [];
  if (workflow !== undefined) workflow.course = [{ status: 'completed', conclusion: 'failure' }];
  house.target.state = 'failure';
  const failures = {
    staging: 'The deploy hook reported a failure',
    program: 'exited with 3',
    actions: 'The workflow run failed',
  };
  const places = Object.entries(failures).map(([name, because], index) => ({
    name,
    because,
    channel: `C0MORE${index}`,
  }));

  for (const { name, channel } of places) await house.type('U0ASHA', `/deploy ${name} api@broken`, channel);

  for (const { name, because, channel } of places) {
    expect(wordsOf(await shown(house, `api on ${name} failed`, channel))).toContain(because);
    expect((await servicesOf(house, name))[0]).toMatchObject({ live: null });
  }
  const deployments = await house.deployments();
  expect(deployments.map(({ state, reason, ref }) => [state, reason, ref])).toEqual(
    places.map(() => ['failure', 'driver_failed', 'broken']),
  );
  await expectToldEverywhere(house, deployments);
});

/** The keys and values of contract.md, section 3. */
async function expectShape(house: House, deployment: Deployment, expected: Json): Promise<void> {
  const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(deployment).toMatchObject({
    id: expect.stringMatching(new RegExp(`^${deployment.environment}-[a-z0-9]{8}$`)),
    service: 'api',
    repository: 'acme/api',
    ref: 'main',
    reason: null,
    fence: 1,
    requested_by: 'U0ASHA',
    approved_by: [],
    driver: expect.stringMatching(/^(webhook|command|github-actions)$/),
    created_at: instant,
    started_at: instant,
    ended_at: instant,
    ...expected,
  });
  for (const key of ['url', 'log_url', 'summary']) expect(deployment).toHaveProperty(key);
  expect(await house.get(`/api/deployments/${deployment.id}`)).toEqual(deployment);
}

async function expectToldEverywhere(house: House, deployments: readonly Deployment[]): Promise<void> {
  expect(await house.running()).toEqual([]);
  await expectReported(house, deployments);
  expectGoodManners(house);
  expectOneEndEach(house, deployments);
  await expectGoodTrail(house, deployments);
}

async function servicesOf(house: House, name: string): Promise<readonly Json[]> {
  const { items } = (await house.get('/api/environments')) as { items: { name: string; services: Json[] }[] };
  return items.find((one) => one.name === name)?.services ?? [];
}
