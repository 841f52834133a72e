import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Deployment } from '../../src/deployments/deployment.ts';
import { cancelRun } from '../../src/deployments/driver.ts';
import { recordResult } from '../../src/deployments/result.ts';
import { createDeployment, loadDeployment } from '../../src/deployments/store.ts';
import { receiver, type Receiver, says } from '../drivers/receiver.ts';
import { closeServers } from '../drivers/servers.ts';
import { closeContexts, NOON, type TestContext, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';

let ctx: TestContext;
let target: Receiver;
let answer: { status: number; body: string };

beforeEach(async () => {
  ctx = testContext();
  answer = { status: 202, body: '' };
  target = await receiver(
    (response, status) =>
      status
        ? says(200, '{"state":"in_progress"}')(response, true)
        : says(answer.status, answer.body)(response, false),
    { knows: true },
  );
});

afterEach(async () => {
  closeContexts();
  await closeServers();
});

const wishes = () => target.starts().map(({ action, deployment }) => [action, deployment]);

it('asks the target to end the run, and saves and tells nothing', async () => {
  const running = await started();

  expect(await cancelRun(ctx, running)).toEqual({ state: 'asked' });

  expect(wishes()).toEqual([['cancel', running.id]]);
  expect(await loadDeployment(ctx.redis, running.id)).toEqual(running);
  expect(ctx.queued).toEqual([]);
});

it('says that the run is over once its target has told the end', async () => {
  const running = await started();
  await recordResult(ctx, running, { fence: running.fence, state: 'failure' });

  expect(await cancelRun(ctx, running)).toMatchObject({ state: 'over', end: { state: 'failure' } });
  expect(wishes()).toEqual([]);
});

it('looks up first a run whose start was not recorded', async () => {
  const lost = await started({ run: null });

  expect(await cancelRun(ctx, lost)).toMatchObject({
    state: 'cannot',
    why: expect.stringMatching(/no trace/),
  });
  expect(wishes()).toEqual([]);

  await recordResult(ctx, lost, { fence: lost.fence, state: 'in_progress' });
  expect(await cancelRun(ctx, lost)).toEqual({ state: 'asked' });
  expect(wishes()).toEqual([['cancel', lost.id]]);
});

it('cannot where nobody can tell whether it runs', async () => {
  const { status_url: _none, ...blind } = target.options;
  const lost = await started({ run: null, driverOptions: blind });

  expect(await cancelRun(ctx, lost)).toMatchObject({ state: 'cannot', why: expect.stringMatching(/\S{3}/) });
  expect(wishes()).toEqual([]);
});

it.each([
  {
    status: 400,
    body: 'test-secret was wrong',
    expected: { state: 'cannot', why: /\[redacted\] was wrong/ },
  },
  {
    status: 200,
    body: '{"state":"success","description":"with test-secret"}',
    expected: { state: 'over', end: { summary: 'with [redacted]' } },
  },
])('keeps secrets out of the answer ($status)', async ({ expected, ...said }) => {
  answer = said;
  const { status_url: _none, ...options } = target.options;
  const tools = { ...ctx.driverTools, redact: ctx.redact };

  const cancelled = await cancelRun(
    { ...ctx, driverTools: tools },
    await started({ driverOptions: options }),
  );

  const words = 'why' in expected ? { why: expect.stringMatching(expected.why ?? '') } : {};
  expect(cancelled).toMatchObject({ ...expected, ...words });
});

async function started(overrides: Partial<Deployment> = {}): Promise<Deployment> {
  const created = await createDeployment(
    ctx.redis,
    wanted({
      driverOptions: target.options,
      state: 'in_progress',
      intendedAt: NOON,
      run: 'its-run',
      ...overrides,
    }),
  );
  if (created.kind === 'leased') throw new Error('leased');
  return created.deployment;
}
