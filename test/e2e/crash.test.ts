import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it, jest } from '@jest/globals';
import type { FailpointName } from '../../src/deployments/failpoint.ts';
import { closeHouses, type House, inHouse } from '../support/house.ts';
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
  staging: { services: ['api'], driver: webhookTo(target) },
  program: { services: ['api'], driver: { type: 'command', argv: [process.execPath, '-e', PROGRAM] } },
  actions: { services: ['api'], driver: { type: 'github-actions', workflow: 'deploy.yml' } },
});

/** Leaves a line behind each time that it is run. */
const PROGRAM = `
  require('node:fs').appendFileSync(process.env.BATON_ENVIRONMENT + '.starts', process.env.BATON_FENCE + '\\n');
  setTimeout(() => undefined, 1_000);
`;

/** A case with a Redis and processes of its own. They wait more than they work, so they all go side by side. */
function inItsHouse(title: string, work: (house: House) => Promise<void>): void {
  it.concurrent(title, () => inHouse({ environments }, work));
}

const KILLS: readonly { at: FailpointName; on: string }[] = [
  { at: 'after-record', on: 'staging' },
  { at: 'before-intent', on: 'staging' },
  { at: 'before-start', on: 'staging' },
  { at: 'after-start', on: 'staging' },
  { at: 'watching', on: 'staging' },
  { at: 'before-end', on: 'staging' },
  { at: 'after-end', on: 'staging' },
  { at: 'before-message', on: 'staging' },
  { at: 'before-start', on: 'program' },
  { at: 'after-start', on: 'program' },
  { at: 'after-start', on: 'actions' },
];

for (const { at, on } of KILLS) {
  inItsHouse(`ends a deployment to ${on} whose worker was killed ${at}`, async (house) => {
    const doomedEnv = { BATON_FAILPOINT: at };
    const [, doomed] = await Promise.all([house.start('web'), house.start('worker', doomedEnv)]);
    succeedAtOnce(house);
    await ask(house, on);
    expect(await doomed.ended).toMatchObject({ signal: 'SIGKILL' });

    await house.start('worker');

    await expectVisibleEnd(house, on);
  });
}

inItsHouse('runs what was taken by a web role that was killed right after its answer', async (house) => {
  const web = await house.start('web');
  succeedAtOnce(house);
  await ask(house, 'staging');
  await web.kill();

  await house.start('worker');
  await shown(house, 'api on staging is live');

  await house.start('web');
  await expectVisibleEnd(house, 'staging');
});

inItsHouse('runs what was taken before Redis was killed', async (house) => {
  await house.start('web');
  succeedAtOnce(house);
  await ask(house, 'staging');
  await house.redis.kill();
  await house.restartRedis();

  await house.start('worker');

  await expectVisibleEnd(house, 'staging');
});

inItsHouse('ends a deployment during which Redis was killed', async (house) => {
  await Promise.all([house.start('web'), house.start('worker'), house.start('worker')]);
  await ask(house, 'staging');
  await shown(house, 'api on staging is in progress');

  await house.redis.kill();
  await sleep(3_000);
  await house.restartRedis();
  succeedAtOnce(house);

  await expectVisibleEnd(house, 'staging');
});

inItsHouse('starts a deployment once when Redis is killed during the start', async (house) => {
  await Promise.all([house.start('web'), house.start('worker'), house.start('worker')]);
  house.target.answerAfterMs = 2_000;
  await ask(house, 'staging');
  await until('the start', () => house.target.starts.length > 0);

  await house.redis.kill();
  await sleep(4_000);
  await house.restartRedis();
  succeedAtOnce(house);

  await expectVisibleEnd(house, 'staging');
});

inItsHouse(
  'starts a deployment once when its worker freezes during the start and wakes later',
  async (house) => {
    const [, frozen] = await Promise.all([house.start('web'), house.start('worker')]);
    house.target.answerAfterMs = 6_000;
    await ask(house, 'staging');
    await until('the start', () => house.target.starts.length > 0);
    // What is on its way to Slack or GitHub at that moment may come twice; this is not about that.
    await shown(house, 'api on staging is queued');
    await sleep(1_000);
    frozen.signal('SIGSTOP');

    await house.start('worker');
    await shown(house, 'api on staging is in progress');
    frozen.signal('SIGCONT');
    await sleep(3_000);
    succeedAtOnce(house);

    await expectVisibleEnd(house, 'staging');
  },
);

inItsHouse('hands a running deployment over when its worker is told to stop', async (house) => {
  const [, leaving] = await Promise.all([house.start('web'), house.start('worker')]);
  await ask(house, 'staging');
  await shown(house, 'api on staging is in progress');
  await house.start('worker');

  const began = performance.now();
  leaving.signal('SIGTERM');
  expect(await leaving.ended).toEqual({ code: 0, signal: null });
  expect(performance.now() - began).toBeLessThan(30_000);
  succeedAtOnce(house);

  await expectVisibleEnd(house, 'staging');
});

inItsHouse('records the start of a worker that is told to stop meanwhile', async (house) => {
  const [, leaving] = await Promise.all([house.start('web'), house.start('worker')]);
  house.target.answerAfterMs = 5_000;
  await ask(house, 'staging');
  await until('the start', () => house.target.starts.length > 0);

  leaving.signal('SIGTERM');
  expect(await leaving.ended).toEqual({ code: 0, signal: null });
  const [left] = await house.deployments();
  expect(left).toMatchObject({ state: 'in_progress' });
  succeedAtOnce(house);
  await house.start('worker');

  await expectVisibleEnd(house, 'staging');
});

/** What was started and what will be has succeeded the next time that somebody asks. */
function succeedAtOnce({ target, github }: House): void {
  target.state = 'success';
  for (const { workflows } of github.repositories.values()) {
    for (const workflow of workflows) workflow.course = [{ status: 'completed', conclusion: 'success' }];
  }
}

async function ask(house: House, environment: string): Promise<void> {
  expect(await house.type('U0ASHA', `/deploy ${environment}`)).toMatchObject({ status: 200, body: '' });
}

async function expectVisibleEnd(house: House, environment: string): Promise<void> {
  await shown(house, `api on ${environment} is live`);
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
