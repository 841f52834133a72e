import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { deploymentIdFor } from '../../src/deployments/deployment.ts';
import { firstRequest } from '../../src/deployments/driver.ts';
import { begin, intend, leap } from '../../src/deployments/start.ts';
import { loadDeployment } from '../../src/deployments/store.ts';
import { admit } from '../../src/deployments/waiting.ts';
import { openQueues } from '../../src/jobs.ts';
import { readBoard } from '../../src/locks/store.ts';
import { startWorker } from '../../src/worker.ts';
import { deploy } from '../../workers/deploy.ts';
import { keepLocksWorker } from '../../workers/keep-locks.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, testContext, testRedis } from '../support/context.ts';
import { ROLES } from '../support/locks-typed.ts';
import { speaker } from '../support/say.ts';
import { startTarget } from '../support/target.ts';
import { until } from '../support/until.ts';

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  closeContexts();
});

it('goes on by itself with two of each worker: in the order of asking, each started once, never two at a time', async () => {
  const { ctx, say, target } = await town();
  await say('U0ASHA', 'lock staging because load test');
  const shas = ['a', 'b', 'c'].map((letter) => letter.repeat(40));
  for (const sha of shas) await say('U0BEN', `deploy staging api@${sha} --wait`, sha);
  const states = () =>
    Promise.all(shas.map(async (sha) => (await loadDeployment(ctx.redis, idOf(sha))).state));
  expect(await states()).toEqual(['waiting', 'waiting', 'waiting']);
  expect(target.starts).toEqual([]);

  await say('U0ASHA', 'unlock staging');
  target.state = 'success';
  await until('all are live', async () => (await states()).every((state) => state === 'success'), 60);

  expect(target.starts.map(({ sha, fence }) => ({ sha, fence }))).toEqual(
    shas.map((sha, index) => ({ sha, fence: index + 1 })),
  );
  expect(target.violations).toEqual([]);
}, 90_000);

it('goes on before a person who stands behind it for the lock, and they have their turn once it has started', async () => {
  const { ctx, say, target } = await town();
  for (const round of ['a', 'b', 'c']) {
    const sha = round.repeat(40);
    await say('U0ASHA', 'lock staging because load test');
    await say('U0BEN', `deploy staging api@${sha} --wait`, sha);
    await say('U0CLEO', 'lock staging --wait');
    target.state = 'in_progress';

    await say('U0ASHA', 'unlock staging');
    const isStarted = () => target.starts.some((start) => start.sha === sha);
    await until('it has started', async () => isStarted(), 30);
    const holders = async () =>
      (await readBoard(ctx.redis, 'staging')).board.locks.map(({ holder }) => holder);
    await until('it is the turn of the next', async () => (await holders()).includes('U0CLEO'), 30);
    target.state = 'success';
    await until(
      'it is live',
      async () => (await loadDeployment(ctx.redis, idOf(sha))).state === 'success',
      30,
    );

    expect((await readBoard(ctx.redis, 'staging')).board.line).toEqual([]);
    await say('U0CLEO', 'lock staging --leave');
  }
}, 90_000);

it('tells whoever waited when a gate closes between their turn and the start', async () => {
  const { ctx, say, target } = await town({ workers: 0 });
  const sha = 'a'.repeat(40);
  await say('U0ASHA', 'lock staging because load test');
  await say('U0BEN', `deploy staging api@${sha} --wait`, sha);
  const admitted = await admit(ctx, await loadDeployment(ctx.redis, idOf(sha)));
  const added: unknown[] = [];
  Object.assign(ctx, { jobs: { ...ctx.jobs, add: async (...job: unknown[]) => added.push(job) } });

  expect(admitted?.state).toBe('queued');
  const { words } = await say('U0BEN', 'lock staging --leave');
  expect(words).toContain(`The turn of ${idOf(sha)} has come, so it waits no longer.`);
  await begin(ctx, admitted ?? (await loadDeployment(ctx.redis, idOf(sha))));

  expect(target.starts).toEqual([]);
  expect(await loadDeployment(ctx.redis, idOf(sha))).toMatchObject({ state: 'cancelled', reason: 'locked' });
  expect(added).toContainEqual(['messages', `${idOf(sha)}-why`, expect.objectContaining({ user: 'U0BEN' })]);
  expect((await readBoard(ctx.redis, 'staging')).board.line).toEqual([]);
});

it('leaves the line, if a worker died before that, at the next look', async () => {
  const { ctx, say } = await town({ workers: 0 });
  const sha = 'a'.repeat(40);
  await say('U0ASHA', 'lock staging because load test');
  await say('U0BEN', `deploy staging api@${sha} --wait`, sha);
  await say('U0ASHA', 'unlock staging');
  const id = idOf(sha);
  const admitted = await admit(ctx, await loadDeployment(ctx.redis, id));
  if (admitted === undefined) throw new Error('something else runs');
  const { intended, sinceMs } = await intend(ctx, admitted);
  const line = async () => (await readBoard(ctx.redis, 'staging')).board.line;
  const look = () =>
    deploy.run(ctx, { version: 1, deployment: id, reference: 'r' }, { id, again: true, last: false });
  await look(); // the gates may be asked again
  expect(await line()).toHaveLength(1);
  await leap(ctx, intended, sinceMs, firstRequest(intended)); // and there it died
  expect(await line()).toHaveLength(1);

  await look();

  expect(await line()).toEqual([]);
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'in_progress' });
});

function idOf(command: string): string {
  return deploymentIdFor('staging', `c-${command}`);
}

async function town({ workers = 2 } = {}) {
  const target = await startTarget({ secret: 'test-secret' });
  closing.push(() => target.close());
  const prefix = `{${randomUUID()}}`;
  const jobs = openQueues({ connection: testRedis(''), prefix });
  closing.push(() => jobs.close());
  const { url, statusUrl: status_url } = target;
  const driver = { type: 'webhook' as const, url, status_url, secret_env: 'DEPLOY_SECRET' };
  const config = testConfig({
    roles: ROLES,
    environments: { staging: { services: ['api'], driver, checks: 'none' } },
  });
  const ctx = testContext({ jobs, config });
  for (let count = 0; count < workers; count += 1) {
    for (const worker of [deploy, keepLocksWorker]) {
      const taking = startWorker(ctx, worker, { connection: testRedis(''), prefix });
      closing.push(() => taking.close());
    }
  }
  return { ctx, say: speaker(ctx), target };
}
