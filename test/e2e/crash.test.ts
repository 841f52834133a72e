import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { FailpointName } from '../../src/deployments/failpoint.ts';
import { closeHouses, type House, inHouse, until, webhookTo } from '../support/house.ts';
import {
  expectGoodManners,
  expectGoodTrail,
  expectOneEndEach,
  expectReported,
  shown,
} from '../support/house-checks.ts';
import type { Target } from '../support/target.ts';

afterAll(closeHouses);

/** Each takes three processes and a Redis; all at once they would starve a small machine. */
const TIMEOUT_MS = 180_000;

const environments = (target: Target) => ({
  staging: { services: ['api'], driver: webhookTo(target) },
  program: { services: ['api'], driver: { type: 'command', argv: [process.execPath, '-e', PROGRAM] } },
  actions: { services: ['api'], driver: { type: 'github-actions', workflow: 'deploy.yml' } },
});

/** Leaves a line behind each time that it is run. */
const PROGRAM = `
  require('node:fs').appendFileSync(process.env.BATON_ENVIRONMENT + '.starts', process.env.BATON_FENCE + '\\n');
  setTimeout(() => undefined, 1_000);
`;

describe('a worker that is killed', () => {
  it.concurrent.each<{ at: FailpointName; on: string }>([
    { at: 'after-record', on: 'staging' },
    { at: 'before-intent', on: 'staging' },
    { at: 'before-start', on: 'staging' },
    { at: 'after-start', on: 'staging' },
    { at: 'watching', on: 'staging' },
    { at: 'before-end', on: 'staging' },
    { at: 'before-message', on: 'staging' },
    { at: 'after-start', on: 'program' },
    { at: 'after-start', on: 'actions' },
  ])(
    '$at leaves a deployment by $on that another one ends',
    async ({ at, on }) => {
      await inHouse({ environments }, async (house) => {
        const [, doomed] = await Promise.all([
          house.start('web'),
          house.start('worker', { BATON_FAILPOINT: at }),
        ]);
        house.target.state = 'success';
        const [workflow] = house.github.repositories.get('acme/api')?.workflows ?? [];
        if (workflow !== undefined) workflow.course = [{ status: 'completed', conclusion: 'success' }];
        expect(await house.type('U0ASHA', `/deploy ${on}`)).toMatchObject({ status: 200, body: '' });
        expect(await doomed.ended).toMatchObject({ signal: 'SIGKILL' });
        const began = performance.now();
        await house.start('worker');

        await expectVisibleEnd(house, on);
        console.log(at, on, performance.now() - began);
      });
    },
    TIMEOUT_MS,
  );
});

describe('a deployment', () => {
  it.concurrent(
    'goes its way when the web role dies right after its answer',
    async () => {
      await inHouse({ environments }, async (house) => {
        const web = await house.start('web');
        house.target.state = 'success';
        expect(await house.type('U0ASHA', '/deploy staging')).toMatchObject({ status: 200, body: '' });
        await web.kill();

        await house.start('worker');
        await house.shownEnd();

        await house.start('web');
        await expectVisibleEnd(house, 'staging');
      });
    },
    TIMEOUT_MS,
  );

  it.concurrent(
    'goes its way when Redis dies right after the answer',
    async () => {
      await inHouse({ environments }, async (house) => {
        await house.start('web');
        house.target.state = 'success';
        expect(await house.type('U0ASHA', '/deploy staging')).toMatchObject({ status: 200, body: '' });
        await house.redis.kill();
        await house.restartRedis();

        await house.start('worker');

        await expectVisibleEnd(house, 'staging');
      });
    },
    TIMEOUT_MS,
  );

  it.concurrent(
    'goes its way when Redis dies while it runs',
    async () => {
      await inHouse({ environments }, async (house) => {
        await Promise.all([house.start('web'), house.start('worker'), house.start('worker')]);
        await house.type('U0ASHA', '/deploy staging');
        await shown(house, 'api on staging is in progress');

        await house.redis.kill();
        await sleep(3_000);
        await house.restartRedis();
        house.target.state = 'success';

        await expectVisibleEnd(house, 'staging');
      });
    },
    TIMEOUT_MS,
  );

  it.concurrent(
    'is started once when Redis dies during its start',
    async () => {
      await inHouse({ environments }, async (house) => {
        await Promise.all([house.start('web'), house.start('worker'), house.start('worker')]);
        house.target.answerAfterMs = 2_000;
        await house.type('U0ASHA', '/deploy staging');
        await until('the start', () => house.target.starts.length > 0);

        await house.redis.kill();
        await sleep(4_000);
        await house.restartRedis();
        house.target.state = 'success';

        await expectVisibleEnd(house, 'staging');
      });
    },
    TIMEOUT_MS,
  );

  it.concurrent(
    'is started once when its worker freezes during the start and wakes up later',
    async () => {
      await inHouse({ environments }, async (house) => {
        const [, frozen] = await Promise.all([house.start('web'), house.start('worker')]);
        house.target.answerAfterMs = 1_000;
        await house.type('U0ASHA', '/deploy staging');
        await until('the start', () => house.target.starts.length > 0);
        frozen.signal('SIGSTOP');

        await house.start('worker');
        await shown(house, 'api on staging is in progress');
        frozen.signal('SIGCONT');
        await sleep(3_000);
        house.target.state = 'success';

        await expectVisibleEnd(house, 'staging');
      });
    },
    TIMEOUT_MS,
  );

  it.concurrent(
    'goes on with another worker when its own is told to stop',
    async () => {
      await inHouse({ environments }, async (house) => {
        const [, leaving] = await Promise.all([house.start('web'), house.start('worker')]);
        await house.type('U0ASHA', '/deploy staging');
        await shown(house, 'api on staging is in progress');
        await house.start('worker');

        const began = performance.now();
        leaving.signal('SIGTERM');
        expect(await leaving.ended).toEqual({ code: 0, signal: null });
        expect(performance.now() - began).toBeLessThan(30_000);
        house.target.state = 'success';

        await expectVisibleEnd(house, 'staging');
      });
    },
    TIMEOUT_MS,
  );

  it.concurrent(
    'is started and recorded by a worker that is told to stop during the start',
    async () => {
      await inHouse({ environments }, async (house) => {
        const [, leaving] = await Promise.all([house.start('web'), house.start('worker')]);
        house.target.answerAfterMs = 5_000;
        await house.type('U0ASHA', '/deploy staging');
        await until('the start', () => house.target.starts.length > 0);

        leaving.signal('SIGTERM');
        expect(await leaving.ended).toEqual({ code: 0, signal: null });
        house.target.state = 'success';
        await house.start('worker');

        await expectVisibleEnd(house, 'staging');
      });
    },
    TIMEOUT_MS,
  );
});

async function expectVisibleEnd(house: House, environment: string): Promise<void> {
  await house.shownEnd(new RegExp(`^api on ${environment} is live$`));
  const deployments = await house.deployments();
  expect(deployments).toEqual([
    expect.objectContaining({ environment, state: 'success', reason: null, fence: 1 }),
  ]);
  expect(house.starts(environment)).toBe(1);
  expect(await house.running()).toEqual([]);
  await expectReported(house, deployments);
  expectGoodManners(house);
  expectOneEndEach(house, deployments, 1);
  await expectGoodTrail(house, deployments);
}
