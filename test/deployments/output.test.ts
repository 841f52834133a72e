import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from '@jest/globals';
import { createDeployment, loadDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import { openRunsFolder } from '../../src/drivers/runs.ts';
import { deploymentView } from '../../src/views/deployment.ts';
import { deploy } from '../../workers/deploy.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, NOON, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { endRuns } from '../support/runs.ts';
import { until } from '../support/until.ts';

const folders: string[] = [];

afterEach(async () => {
  closeContexts();
  for (const folder of folders.splice(0)) {
    await endRuns(folder);
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Writes what it finds in `say` as it comes, until there is `stop`. */
const PROGRAM = `
  const fs = require('node:fs');
  let said = '';
  setInterval(() => {
    const say = fs.readFileSync('say', 'utf8');
    if (say !== said) process.stdout.write(said = say);
    if (fs.existsSync('stop')) process.exit(0);
  }, 20);
`;

it('shows what a program has written every fifteen seconds, without colours and secrets', async () => {
  const { ctx, say, at, id, look, messages } = await running();
  say('\u001B[32mstep one\u001B[0m with test-secret\n');

  await lookUntilWritten(ctx, id, look);
  at(14);
  await look();
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ tail: '' });
  const before = messages();
  at(15);
  await look();
  expect((await loadDeployment(ctx.redis, id)).tail.trim()).toBe('step one with [redacted]');
  expect(messages()).toBe(before + 1);

  at(40);
  await look();
  expect(messages()).toBe(before + 1);
});

it('never shows the running output of a short run', async () => {
  const { ctx, say, stop, id, look, messages } = await running();
  say('done\n');
  await lookUntilWritten(ctx, id, look);
  const before = messages();

  stop();
  await until('the end', async () => (await look()) === 'done');

  expect((await loadDeployment(ctx.redis, id)).tail.trim()).toBe('done');
  expect(messages()).toBe(before + 1);
});

it('says how long it usually takes, from the last successes of the service', async () => {
  const { ctx, id, look } = await running({ successes: [100, 180, 900] });
  await look();

  const deployment = await loadDeployment(ctx.redis, id);

  expect(deployment.usualSeconds).toBe(180);
  expect(JSON.stringify(deploymentView(deployment))).toContain('Usually takes 3 min: until about <!date^');
});

it.each([
  { when: 'there were only two', successes: [100, 180] },
  { when: 'the runs were of another service', successes: [100, 180, 900], service: 'web' },
  { when: 'they failed', successes: [100, 180, 900], state: 'failure' as const },
])('promises no time when $when', async ({ successes, ...past }) => {
  const { ctx, id, look } = await running({ successes, past });
  await look();

  const deployment = await loadDeployment(ctx.redis, id);

  expect(deployment).toMatchObject({ state: 'in_progress', usualSeconds: null });
  expect(JSON.stringify(deploymentView(deployment))).not.toContain('sually');
});

it('starts all the same when an old record cannot be read', async () => {
  const { ctx, id, look } = await running();
  await ctx.redis.zadd('baton:{staging}:deployments', 1, 'staging-b4c8d2f7');
  await ctx.redis.set('baton:{staging}:deployment:staging-b4c8d2f7', 'not JSON');

  await look();

  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'in_progress', usualSeconds: null });
});

interface Given {
  readonly successes?: readonly number[];
  readonly past?: { readonly service?: string; readonly state?: 'failure' };
}

/** A deployment by a program of ours, that has been queued and may be looked at. */
async function running({ successes = [], past = {} }: Given = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'baton-output-'));
  folders.push(folder);
  writeFileSync(join(folder, 'say'), '');
  const runsFolder = join(folder, 'runs');
  const place = await openRunsFolder(runsFolder);
  const base = testContext();
  const redact = (text: string) => text.replaceAll('test-secret', '[redacted]');
  const ctx = testContext({ driverTools: { ...base.driverTools, runsFolder, place, redact } });
  const driver = { type: 'command' as const, argv: [process.execPath, '-e', PROGRAM], cwd: folder };
  ctx.config = testConfig({
    environments: { staging: { services: ['api', 'web'], driver, checks: 'none' } },
  });
  for (const seconds of successes) await ranBefore(ctx, seconds, past);
  const created = await createDeployment(ctx.redis, wanted({ driver: 'command', driverOptions: driver }));
  if (created.kind === 'leased') throw new Error('leased');
  const { id } = created.deployment;
  const job = { version: 1 as const, deployment: id, reference: 'r' };
  return {
    ctx,
    id,
    say: (text: string) => writeFileSync(join(folder, 'say'), text),
    stop: () => writeFileSync(join(folder, 'stop'), ''),
    at: (seconds: number) => {
      ctx.now = () => new Date(NOON.getTime() + seconds * 1_000);
    },
    look: () => deploy.run(ctx, job, { id, again: false, last: false }),
    messages: () => ctx.queued.filter(({ queue }) => queue === 'messages').length,
  };
}

async function ranBefore(
  { redis }: ReturnType<typeof testContext>,
  seconds: number,
  { service = 'api', state = 'success' as const }: { service?: string; state?: 'failure' | 'success' },
): Promise<void> {
  const startedAt = new Date(NOON.getTime() - 86_400_000);
  const endedAt = new Date(startedAt.getTime() + seconds * 1_000);
  const created = await createDeployment(redis, wanted({ service, createdAt: startedAt }));
  if (created.kind === 'leased') throw new Error('leased');
  const ended = { ...created.deployment, state, startedAt, endedAt, runOver: true };
  await replaceDeployment(redis, created.deployment, ended, { freeLease: true });
}

/** The program has been started and its output has reached the disk; nothing of it is saved yet. */
async function lookUntilWritten(
  { driverTools: { runsFolder } }: ReturnType<typeof testContext>,
  id: string,
  look: () => Promise<unknown>,
): Promise<void> {
  await look();
  const path = join(runsFolder, id, 'output');
  await until('the output', () => existsSync(path) && readFileSync(path, 'utf8').length > 0);
  await sleep(100);
}
