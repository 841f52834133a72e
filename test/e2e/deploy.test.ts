import { afterAll, expect, it } from '@jest/globals';
import { closeHouses, type House, inHouse, until, webhookTo, wordsOf } from '../support/house.ts';
import {
  expectGoodManners,
  expectGoodTrail,
  expectOneEndEach,
  expectReported,
  shown,
} from '../support/house-checks.ts';
import type { Target } from '../support/target.ts';

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
  console.log('secrets:', process.env.SLACK_BOT_TOKEN, process.env.DEPLOY_SECRET);
  if (process.env.BATON_REF === 'broken') { console.log('prices: no such table'); process.exit(3); }
  console.log('BATON_URL=https://program.acme.example/api');
`;

it('deploys by each driver and tells Slack, GitHub, the API and the audit trail', async () => {
  await inHouse({ environments }, async (house) => {
    await Promise.all([house.start('web'), house.start('worker'), house.start('worker')]);
    const sha = house.github.repositories.get('acme/api')?.branches.get('main');
    expect(await house.get('/api/deployments')).toEqual({ items: [], next: null });

    const acks = await Promise.all(
      ['staging api', 'told api', 'program api', 'actions api'].map((what) =>
        house.type('U0ASHA', `/deploy ${what}`),
      ),
    );
    expect(acks.map(({ status, body }) => [status, body])).toEqual(
      Array.from({ length: 4 }, () => [200, '']),
    );

    const [viaStatus, viaCallback] = await Promise.all(
      ['staging', 'told'].map((name) =>
        until(`a start on ${name}`, () => house.target.starts.find((one) => one.environment === name)),
      ),
    );
    await shown(house, 'api on staging is in progress');
    expect(await running(house, 'staging')).toEqual([viaStatus?.deployment]);
    house.target.state = 'success';
    if (viaCallback !== undefined) {
      const more = { description: 'Rolled out', url: 'https://told.acme.example' };
      expect(await house.target.tell(viaCallback, 'success', more)).toBe(200);
      expect(await house.target.tell(viaCallback, 'success', more)).toBe(200);
      expect(await house.target.tell(viaCallback, 'failure')).toBe(409);
    }
    await Promise.all([
      shown(house, 'api on staging is live'),
      shown(house, 'api on told is live', 'C0PROD'),
      shown(house, 'api on program is live'),
      shown(house, 'api on actions is live'),
    ]);

    const deployments = await house.deployments();
    expect(deployments).toHaveLength(4);
    for (const deployment of deployments) {
      expect(deployment).toMatchObject({ ref: 'main', sha, state: 'success', reason: null, service: 'api' });
      expect(deployment).toMatchObject({ fence: 1, requested_by: 'U0ASHA', approved_by: [] });
      expect(await house.get(`/api/deployments/${deployment.id}`)).toEqual(deployment);
    }
    expect(await house.running()).toEqual([]);
    expect(await live(house)).toEqual([sha, sha, sha, sha]);
    await expectReported(house, deployments);
    expectGoodManners(house);
    expectOneEndEach(house, deployments);
    await expectGoodTrail(house, deployments);
  });
}, 120_000);

it.each([
  { environment: 'staging', because: 'The deploy hook reported a failure' },
  { environment: 'program', because: 'exited with 3' },
  { environment: 'actions', because: 'The workflow run failed' },
])(
  'tells of a failure on $environment in the same places',
  async ({ environment, because }) => {
    await inHouse({ environments }, async (house) => {
      await Promise.all([house.start('web'), house.start('worker')]);
      const api = house.github.repositories.get('acme/api');
      api?.branches.set('broken', api.branches.get('main') ?? '');
      const [workflow] = api?.workflows ?? [];
      if (workflow !== undefined) workflow.course = [{ status: 'completed', conclusion: 'failure' }];
      house.target.state = 'failure';

      await house.type('U0ASHA', `/deploy ${environment} api@broken`);

      const message = await shown(house, `api on ${environment} failed`);
      expect(wordsOf(message)).toContain(because);
      const deployments = await house.deployments();
      expect(deployments[0]).toMatchObject({ state: 'failure', reason: 'driver_failed', ref: 'broken' });
      expect(await house.running()).toEqual([]);
      expect(await live(house)).toEqual([]);
      await expectReported(house, deployments);
      expectGoodManners(house);
      expectOneEndEach(house, deployments);
      await expectGoodTrail(house, deployments);
    });
  },
  120_000,
);

async function running(house: House, name: string): Promise<unknown> {
  const { items } = (await house.get('/api/environments')) as {
    items: { name: string; services: { running: string[] }[] }[];
  };
  return items.find((one) => one.name === name)?.services[0]?.running;
}

/** The shas that are live, one for each service that has any. */
async function live(house: House): Promise<unknown> {
  const { items } = (await house.get('/api/environments')) as {
    items: { services: { live: { sha: string } | null }[] }[];
  };
  return items.flatMap(({ services }) => services.flatMap((one) => one.live?.sha ?? []));
}
