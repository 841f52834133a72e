import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openStore } from '../../src/deployments/store-loss.ts';
import { heldOn } from '../../src/deployments/quarantine.ts';
import { reconcile } from '../../src/deployments/reconcile.ts';
import { findLive } from '../../src/deployments/store.ts';
import { readEpoch } from '../../src/redis/epoch.ts';
import { closeContexts, type TestContext } from '../support/context.ts';
import { closeGitHubs } from '../support/github.ts';
import { later, makeLive, type Plant, startPlant } from '../support/lost-store.ts';

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

it('notices after a restart what was lost while it was away', async () => {
  const folder = plant.folder();
  const before = await plant.worker({ folder });
  await openStore(before);
  await makeLive(before, plant);
  await before.redis.flushall();

  const after = await plant.worker({ folder });
  await openStore(after);

  expect(await held(after)).toBeDefined();
  expect((await readEpoch(after.redis))?.quarantine?.why).toBe('missing');
});

it('notices a store that somebody else began anew', async () => {
  await makeLive(ctx, plant);
  await ctx.redis.flushall();
  const stranger = await plant.worker({ github: false });
  await openStore(stranger);
  expect(await held(stranger)).toBeUndefined();

  expect(await held()).toBeDefined();
  expect(await held(stranger)).toBeDefined();
  expect((await readEpoch(ctx.redis))?.quarantine?.why).toBe('another');
});

it('notices on a new machine, by GitHub, that an empty store is no fresh one', async () => {
  await makeLive(ctx, plant);
  await ctx.redis.flushall();
  const fresh = await plant.worker({ folder: plant.folder() });
  await openStore(fresh);

  expect(await held(fresh)).toBeDefined();
  await settle(fresh);
  expect(await held(fresh)).toBeUndefined();
  expect(await findLive(fresh.redis, 'staging', 'api')).toBeDefined();
});

it('notices, by GitHub, that store and data folder were both restored', async () => {
  const known = await readEpoch(ctx.redis);
  await makeLive(ctx, plant);
  await ctx.redis.flushall();
  await ctx.redis.set('baton:epoch', JSON.stringify(known));
  const restored = await plant.worker({ folder: plant.folder() });
  await openStore(restored);

  expect(await held(restored)).toBeDefined();
});

it('gives an empty store no benefit of doubt while GitHub cannot be read', async () => {
  await ctx.redis.flushall();
  plant.played.failNext({ path: /deployments/, does: { status: 502, body: {} }, times: 6 });
  const fresh = await plant.worker({ folder: plant.folder() });
  await openStore(fresh);

  expect(await held(fresh)).toBeDefined();
  await settle(fresh);
  expect(await held(fresh)).toBeUndefined();
});

it('trusts a known store on a new machine', async () => {
  await makeLive(ctx, plant);
  const fresh = await plant.worker({ folder: plant.folder() });
  await openStore(fresh);

  expect(await held(fresh)).toBeUndefined();
});
