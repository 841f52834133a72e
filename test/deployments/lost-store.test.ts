import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { openStore, watchStore } from '../../src/deployments/store-loss.ts';
import { heldOn } from '../../src/deployments/quarantine.ts';
import { reconcile } from '../../src/deployments/reconcile.ts';
import { recordDeployment } from '../../src/deployments/admission.ts';
import { deploymentIdFor } from '../../src/deployments/deployment.ts';
import { findLease, findLive, loadDeployment } from '../../src/deployments/store.ts';
import { readEpoch } from '../../src/redis/epoch.ts';
import { closeContexts, type TestContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { closeGitHubs } from '../support/github.ts';
import { later, look, makeLive, type Plant, report, request, startPlant } from '../support/lost-store.ts';
import { startRedisServer } from '../support/redis-server.ts';

let plant: Plant;
let ctx: TestContext;

beforeEach(async () => {
  plant = await startPlant(['--appendonly', 'yes', '--appendfsync', 'always']);
  ctx = await plant.worker({ folder: plant.folder() });
  await openStore(ctx);
});

afterEach(async () => {
  closeContexts();
  await plant.close();
  await closeGitHubs();
});

const held = (worker = ctx) => heldOn(worker, 'staging');

async function settle(worker = ctx): Promise<void> {
  later(worker, 80);
  await reconcile(worker, 'staging');
}

it('deploys at once on a fresh installation', async () => {
  expect(await held()).toBeUndefined();
  expect((await readEpoch(ctx.redis))?.quarantine).toBeNull();
});

it.each(['deploy', 'down'] as const)('starts no %s on a store that was emptied under it', async (kind) => {
  await makeLive(ctx, plant);
  const starts = plant.target.starts.length;
  await ctx.redis.flushall();

  const { id } = await request(ctx, { sha: plant.sha, kind, service: 'web', repository: 'acme/web' });

  expect(await look(ctx, id)).toEqual({ againInSeconds: 15 });
  expect(plant.target.starts).toHaveLength(starts);
  expect((await readEpoch(ctx.redis))?.quarantine).toMatchObject({ why: 'missing', floors: { staging: 1 } });
});

it('knows again what is live, from GitHub, and goes on with higher fences', async () => {
  const live = await makeLive(ctx, plant);
  await ctx.redis.flushall();
  await watchStore(ctx);
  await settle();

  expect(await held()).toBeUndefined();
  expect((await readEpoch(ctx.redis))?.quarantine).toBeNull();
  expect(await findLive(ctx.redis, 'staging', 'api')).toMatchObject({
    deployment: live.id,
    sha: plant.sha,
    ref: 'main',
    by: 'U0ASHA',
    disturbed: false,
  });
  expect(await loadDeployment(ctx.redis, live.id)).toMatchObject({
    state: 'success',
    fence: 1,
    runOver: true,
  });
  const next = await request(ctx, { sha: plant.sha });
  expect(next.fence).toBeGreaterThan(100);
  await look(ctx, next.id);
  expect(plant.target.violations).toEqual([]);
});

it('adopts a run that goes on, and never starts it again', async () => {
  const { id } = await request(ctx, { sha: plant.sha });
  await look(ctx, id);
  await report(ctx, id);
  await ctx.redis.flushall();
  await watchStore(ctx);
  await settle();

  expect(await findLease(ctx.redis, 'staging', 'api')).toMatchObject({ deployment: id, fence: 1 });
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'unknown', reason: 'driver_unknown' });
  expect(ctx.queued).toContainEqual(expect.objectContaining({ queue: 'deployments', id }));
  await look(ctx, id);
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'in_progress' });
  plant.target.state = 'success';
  await look(ctx, id);
  expect((await findLive(ctx.redis, 'staging', 'api'))?.deployment).toBe(id);
  expect(plant.target.starts).toHaveLength(1);
});

it('ends what was never started', async () => {
  const { id } = await request(ctx, { sha: plant.sha });
  await report(ctx, id);
  await ctx.redis.flushall();
  await watchStore(ctx);
  await settle();
  await look(ctx, id);

  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'failure', reason: 'driver_failed' });
  expect(await findLease(ctx.redis, 'staging', 'api')).toBeUndefined();
  expect(plant.target.starts).toEqual([]);
});

it('asks people about a start that GitHub has not heard of', async () => {
  await makeLive(ctx, plant);
  const { id } = await request(ctx, plant.web);
  await look(ctx, id); // and Redis is gone before GitHub is told
  await ctx.redis.flushall();
  await watchStore(ctx);
  await settle();

  expect((await held())?.says).toContain('fence 2');
  expect((await readEpoch(ctx.redis))?.quarantine?.places['staging']?.state).toBe('asked');
});

it('concludes nothing before a start that was under way must have reached its target', async () => {
  await makeLive(ctx, plant);
  await ctx.redis.flushall();
  await watchStore(ctx);
  later(ctx, 70);
  await reconcile(ctx, 'staging');

  expect(await held()).toBeDefined();
  expect(await findLive(ctx.redis, 'staging', 'api')).toBeUndefined();
});

it('stays closed while GitHub cannot be read, says so, and opens when it can', async () => {
  await makeLive(ctx, plant);
  await ctx.redis.flushall();
  await watchStore(ctx);
  plant.played.failNext({ path: /deployments/, does: { status: 502, body: {} }, times: 3 });
  await settle();

  expect((await held())?.says).toContain('GitHub answered with an error of its own (502)');
  await settle();
  expect(await held()).toBeUndefined();
});

it('makes each record once when two workers look at once', async () => {
  const live = await makeLive(ctx, plant);
  const { id } = await request(ctx, plant.web);
  await look(ctx, id);
  await report(ctx, id);
  const other = await plant.worker({ folder: plant.folder() });
  await openStore(other);
  await ctx.redis.flushall();

  await Promise.all([watchStore(ctx), watchStore(other)]);
  for (const worker of [ctx, other]) later(worker, 80);
  await Promise.all([reconcile(ctx, 'staging'), reconcile(other, 'staging'), reconcile(ctx, 'staging')]);

  expect(await ctx.redis.zcard('baton:{staging}:deployments')).toBe(2);
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'unknown', revision: 1 });
  expect((await findLive(ctx.redis, 'staging', 'api'))?.deployment).toBe(live.id);
  expect(await held()).toBeUndefined();
  expect(await held(other)).toBeUndefined();
  await watchStore(ctx);
  await watchStore(other);
  const { items } = await listAudit(ctx.redis, { limit: 10 });
  expect(items.filter((entry) => 'action' in entry && entry.action === 'quarantine')).toHaveLength(1);
});

it('notices an older copy that was put back, and lets nothing in it start again', async () => {
  const asked = { state: 'awaiting_approval' as const, sha: plant.sha, service: 'web' };
  const waits = await recordDeployment(ctx.redis, { ...(await blank()), ...asked });
  const { id } = await request(ctx, { sha: plant.sha });
  const copy = join(plant.folder(), 'copy');
  cpSync(join(plant.redis.folder, 'appendonlydir'), copy, { recursive: true });
  await look(ctx, id);
  plant.target.state = 'success';
  await look(ctx, id);
  await report(ctx, id);
  await putBack(copy);

  expect(await held()).toBeDefined();
  expect((await readEpoch(ctx.redis))?.quarantine?.why).toBe('older');
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'queued' });
  expect(await look(ctx, id)).toEqual({ againInSeconds: 15 });
  await settle();
  expect(await held()).toBeUndefined();
  expect(await loadDeployment(ctx.redis, waits.id)).toMatchObject({
    state: 'cancelled',
    reason: 'driver_unknown',
  });
  await look(ctx, id);
  await look(ctx, id);
  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'success' });
  expect(plant.target.starts).toHaveLength(1);
});

it.each(['deploy', 'down'] as const)(
  'lets no queued %s of a pull request start by itself once it is known what runs',
  async (kind) => {
    const remote = { environment: 'pr-12', id: deploymentIdFor('pr-12', kind), kind, sha: plant.sha };
    const { id } = await request(ctx, remote);
    await makeLive(ctx, plant);
    const before = plant.target.starts.length;
    await ctx.redis.set('baton:{staging}:fence', '0');
    expect([await held(), await heldOn(ctx, 'pr-12')]).toEqual([expect.anything(), expect.anything()]);

    await settle();

    expect(await heldOn(ctx, 'pr-12')).toBeUndefined();
    expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'unknown', reason: 'driver_unknown' });
    await look(ctx, id);
    expect(plant.target.starts).toHaveLength(before);
  },
);

it('opens although a record of a pull request cannot be read, when people say so', async () => {
  const { id } = await request(ctx, {
    environment: 'pr-12',
    id: deploymentIdFor('pr-12', 'a'),
    sha: plant.sha,
  });
  const odd = await request(ctx, { environment: 'pr-13', id: deploymentIdFor('pr-13', 'b'), sha: plant.sha });
  await makeLive(ctx, plant);
  await ctx.redis.set(`baton:{pr-13}:deployment:${odd.id}`, '{');
  await ctx.redis.set('baton:{staging}:fence', '0');
  expect(await held()).toBeDefined();
  plant.played.failNext({ path: /deployments/, does: { status: 502, body: {} }, times: 3 });

  await settle();
  expect((await readEpoch(ctx.redis))?.quarantine?.places['staging']?.state).toBe('asked');

  expect(await loadDeployment(ctx.redis, id)).toMatchObject({ state: 'unknown' });
});

it('notices that the fences of one environment came back lower', async () => {
  await makeLive(ctx, plant);
  await makeLive(ctx, plant, plant.web);
  await ctx.redis.set('baton:{staging}:fence', '1');

  expect(await held()).toBeDefined();
  expect(await ctx.redis.get('baton:{staging}:fence')).toBe('2');
});

it('holds everything while the record of the store cannot be read', async () => {
  const { id } = await request(ctx, { sha: plant.sha });
  await ctx.redis.set('baton:epoch', '{');

  expect(await look(ctx, id)).toEqual({ againInSeconds: 15 });
  expect(plant.target.starts).toEqual([]);
  expect(await ctx.redis.get('baton:epoch')).toBe('{');
});

it('is no longer held for a worker that comes back after all is over', async () => {
  const other = await plant.worker({ folder: plant.folder() });
  await openStore(other);
  await makeLive(ctx, plant);
  await ctx.redis.flushall();
  await watchStore(ctx);
  await settle();

  await watchStore(other);
  expect(await held(other)).toBeUndefined();
});

async function blank() {
  const rest = { approvalRule: '', judgedAt: null, verdicts: [], cancelledBy: null };
  const kind = { refKind: 'sha', kind: 'deploy', of: null, waits: false, breakGlass: null } as const;
  return { ...wanted(), ...kind, ...rest };
}

async function putBack(copy: string): Promise<void> {
  const { folder } = plant.redis;
  await plant.redis.kill();
  rmSync(join(folder, 'appendonlydir'), { recursive: true });
  cpSync(copy, join(folder, 'appendonlydir'), { recursive: true });
  plant.redis = await startRedisServer(['--save', '', '--appendonly', 'yes'], folder);
}
