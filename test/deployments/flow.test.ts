import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Deployment } from '../../src/deployments/deployment.ts';
import { recordResult } from '../../src/deployments/result.ts';
import {
  createDeployment,
  findLive,
  listLeases,
  loadDeployment,
  replaceDeployment,
} from '../../src/deployments/store.ts';
import { listAudit } from '../../src/audit/store.ts';
import { deploy } from '../../workers/deploy.ts';
import { lock, storeLocks } from '../support/board.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, NOON, type TestContext, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { startTarget, type Target } from '../support/target.ts';

let target: Target;
let ctx: TestContext;

beforeEach(async () => {
  target = await startTarget();
  ctx = testContext();
  ctx.config = testConfig({
    environments: { staging: { services: ['api', 'web'], driver: driver(), checks: 'none' } },
  });
});

afterEach(async () => {
  closeContexts();
  await target.close();
});

it('starts a queued deployment once, watches it and makes it live', async () => {
  const { id } = await queued();

  await look(id);
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({
    state: 'in_progress',
    run: expect.any(String),
  });
  target.state = 'success';
  await look(id);

  const ended = await loadDeployment(ctx.redis, id);
  expect(ended).toMatchObject({ state: 'success', reason: null, runOver: true });
  expect(target.starts).toEqual([expect.objectContaining({ deployment: id, fence: 1, sha: ended.sha })]);
  expect((await findLive(ctx.redis, 'staging', 'api'))?.deployment).toBe(id);
  expect(await leased()).toBe(false);
});

it('asks the gates again right before the start', async () => {
  const { id } = await queued();
  await storeLocks(ctx.redis, [lock({ holder: 'U0BEN' })]);

  await look(id);

  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'cancelled', reason: 'locked' });
  expect(target.starts).toEqual([]);
  expect(await leased()).toBe(false);
});

it.each([
  { what: 'is no longer on the environment', services: ['web'], reason: 'unknown_service' },
  { what: 'comes from another repository now', repository: 'acme/other', reason: 'ref_changed' },
])('starts nothing of a service that $what', async ({ services = ['api', 'web'], repository, reason }) => {
  const { id } = await queued();
  ctx.config = testConfig({
    services: { api: { repository: repository ?? 'acme/api' }, web: { repository: 'acme/web' } },
    environments: { staging: { services, driver: driver(), checks: 'none' } },
  });

  await look(id);

  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'cancelled', reason });
  expect(target.starts).toEqual([]);
});

it('starts nothing for somebody who has left since', async () => {
  const { id } = await queued({ requestedBy: 'U0GUEST' });

  await look(id);

  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'cancelled', reason: 'not_allowed' });
  expect(target.starts).toEqual([]);
});

it('starts once when two workers have the same job', async () => {
  const { id } = await queued();

  await Promise.allSettled([look(id), look(id), look(id)]);

  expect(target.starts).toHaveLength(1);
});

it('waits while an earlier attempt may still be about to start it', async () => {
  const { id } = await queued({ intendedAt: new Date(NOON.getTime() - 5_000) });

  expect(await look(id)).toEqual({ againInSeconds: 15 });
  expect(target.starts).toEqual([]);
});

it('leaves a start that is under way alone, however far its worker’s clock is behind', async () => {
  const { id } = await queued();
  const ahead = () => new Date(NOON.getTime() + 60_000);
  const another = { ...ctx, now: ahead, storeNow: async () => NOON };
  const seen: unknown[] = [];
  const slowly: typeof fetch = async (...request) => {
    seen.push(await look(id, another));
    return fetch(...request);
  };

  await look(id, { ...ctx, driverTools: { ...ctx.driverTools, fetch: slowly } });

  expect(seen).toEqual([{ againInSeconds: 20 }]);
  expect(target.starts).toHaveLength(1);
});

it('starts what an attempt that died before the start has left', async () => {
  const { id } = await queued({ intendedAt: new Date(NOON.getTime() - 60_000) });

  await look(id);

  expect(target.starts).toHaveLength(1);
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'in_progress' });
});

it('asks the gates again before it starts what an attempt that died has left', async () => {
  const { id } = await queued({ intendedAt: new Date(NOON.getTime() - 8 * 3_600_000) });
  await storeLocks(ctx.redis, [lock({ holder: 'U0BEN' })]);

  await look(id);

  expect(target.starts).toEqual([]);
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'cancelled', reason: 'locked' });
  expect(await leased()).toBe(false);
});

it('adopts what an attempt that died before its record has started', async () => {
  const { id } = await queued();
  await look(id);
  const started = await loadDeployment(ctx.redis, id);
  const intendedAt = new Date(NOON.getTime() - 60_000);
  await replaceDeployment(ctx.redis, started, {
    ...started,
    state: 'queued',
    run: null,
    startedAt: null,
    intendedAt,
    attemptedAt: intendedAt,
  });

  await look(id);

  expect(target.starts).toHaveLength(1);
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'in_progress', run: started.run });
});

it('says unknown and keeps the environment blocked when nobody can tell', async () => {
  const { id } = await queued({ driverOptions: driver({ status_url: undefined }) });
  target.answer = 'reset';

  await look(id);
  ctx.now = () => new Date(NOON.getTime() + 60_000);
  await look(id);

  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'unknown', reason: 'driver_unknown' });
  expect(target.starts).toHaveLength(1);
  expect(await leased()).toBe(true);
});

it('believes the signed word of a target whose start was unclear, at once', async () => {
  const { id } = await queued({ driverOptions: driver({ status_url: undefined }) });
  target.answer = 'reset';
  await look(id);

  const taken = await recordResult(ctx, await loadDeployment(ctx.redis, id), { fence: 1, state: 'success' });
  await look(id);

  expect(taken).toBe('taken');
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'success' });
  expect(await leased()).toBe(false);
});

it('ends its clock at the time-out and stays blocked until the run is over', async () => {
  const { id } = await queued();
  await look(id);

  ctx.now = () => new Date(NOON.getTime() + 3_600_000);
  await look(id);
  const timedOut = await loadDeployment(ctx.redis, id);
  expect(timedOut).toMatchObject({ state: 'failure', reason: 'timed_out', runOver: false });
  expect(await leased()).toBe(true);

  target.state = 'success';
  await look(id);
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({
    state: 'failure',
    reason: 'timed_out',
    runOver: true,
  });
  expect(await leased()).toBe(false);
  expect((await findLive(ctx.redis, 'staging', 'api'))?.deployment).toBe(id);
  const { items } = await listAudit(ctx.redis, { limit: 10 });
  expect(items.map((entry) => 'action' in entry && entry.action)).toEqual([
    'run ended',
    'deployment ended',
    'deployment started',
  ]);
});

it.each<{ told: { fence: number; state: 'success' | 'failure' }; outcome: string }>([
  { told: { fence: 1, state: 'success' }, outcome: 'known' },
  { told: { fence: 1, state: 'failure' }, outcome: 'conflict' },
  { told: { fence: 2, state: 'success' }, outcome: 'conflict' },
])('answers $outcome to $told.state with fence $told.fence after a success', async ({ told, outcome }) => {
  const { id } = await queued();
  await look(id);
  await recordResult(ctx, await loadDeployment(ctx.redis, id), { fence: 1, state: 'success' });

  expect(await recordResult(ctx, await loadDeployment(ctx.redis, id), told)).toBe(outcome);
});

it('keeps what is live but lets it be deployed again after a later run failed', async () => {
  const first = await queued();
  await look(first.id);
  target.state = 'success';
  await look(first.id);
  target.state = 'failure';
  const second = await queued({ sha: 'c'.repeat(40) });
  await look(second.id);
  await look(second.id);

  expect(await findLive(ctx.redis, 'staging', 'api')).toMatchObject({
    deployment: first.id,
    disturbed: true,
  });
});

it('tells the unknown again when the worker died between saving and telling', async () => {
  const { id } = await queued({ driverOptions: driver({ status_url: undefined }) });
  target.answer = 'reset';
  await look(id);
  ctx.queued.length = 0;
  ctx.now = () => new Date(NOON.getTime() + 60_000);

  await deploy.run(ctx, { version: 1, deployment: id, reference: 'r' }, { id, again: true, last: false });

  expect(ctx.queued.map(({ queue, id: job }) => `${queue} ${job.replace(id, 'ID')}`).toSorted()).toEqual([
    'messages ID-3',
    'messages ID-lost',
    'reports ID-3',
  ]);
});

it('tells the end again when the worker died between saving and telling', async () => {
  const { id } = await queued();
  await look(id);
  target.state = 'success';
  await look(id);
  ctx.queued.length = 0;

  expect(await look(id)).toBe('done');

  expect(ctx.queued.map(({ queue }) => queue).toSorted()).toEqual(['locks', 'messages', 'reports']);
});

async function queued(overrides: Partial<Deployment> = {}): Promise<Deployment> {
  const request = wanted({ driverOptions: driver(), ...overrides });
  const created = await createDeployment(ctx.redis, request);
  if (created.kind === 'leased') throw new Error('leased');
  return created.deployment;
}

function look(id: string, as = ctx) {
  return deploy.run(
    as,
    { version: 1, deployment: id, reference: 'abcd1234' },
    { id, again: false, last: false },
  );
}

async function leased(): Promise<boolean> {
  return (await listLeases(ctx.redis, 'staging')).has('api');
}

function driver(overrides: { status_url?: undefined } = {}) {
  const { url, statusUrl } = target;
  return { type: 'webhook' as const, url, status_url: statusUrl, secret_env: 'DEPLOY_SECRET', ...overrides };
}
