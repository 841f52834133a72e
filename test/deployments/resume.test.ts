import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { openStore, watchStore } from '../../src/deployments/store-loss.ts';
import { heldOn } from '../../src/deployments/quarantine.ts';
import { reconcile } from '../../src/deployments/reconcile.ts';
import { closeContexts, type TestContext } from '../support/context.ts';
import { closeGitHubs } from '../support/github.ts';
import {
  later,
  look,
  makeLive,
  type Plant,
  plantConfig,
  request,
  startPlant,
} from '../support/lost-store.ts';
import { speaker } from '../support/say.ts';

let plant: Plant;
let ctx: TestContext;

const say = async (user: string, text: string) => (await speaker(ctx)(user, text)).words;

beforeEach(async () => {
  plant = await startPlant();
});

afterEach(async () => {
  closeContexts();
  await plant.close();
  await closeGitHubs();
});

/** A worker without GitHub whose Redis was emptied after a deployment to staging. */
async function loseAll(approvals = 0): Promise<void> {
  const config = plantConfig(plant.target, approvals);
  ctx = await plant.worker({ folder: plant.folder(), github: false, config });
  await openStore(ctx);
  await makeLive(ctx, plant);
  await ctx.redis.flushall();
  await watchStore(ctx);
  later(ctx, 80);
}

const held = () => heldOn(ctx, 'staging');

it('asks people where there is no GitHub, and goes on above the fences that the disk remembers', async () => {
  await loseAll();
  await reconcile(ctx, 'staging');
  expect((await held())?.says).toContain('GitHub is not configured');

  await say('U0BEN', 'baton resume staging');

  expect(await held()).toBeUndefined();
  const { id, fence } = await request(ctx, { sha: plant.sha });
  expect(fence).toBeGreaterThan(100);
  await look(ctx, id);
  expect(plant.target.starts).toHaveLength(2);
  expect(plant.target.violations).toEqual([]);
});

it('asks in the audit channel, once for each environment', async () => {
  await loseAll();
  await reconcile(ctx, 'staging');
  await reconcile(ctx, 'staging');
  await watchStore(ctx);

  const notices = ctx.queued
    .filter(({ queue }) => queue === 'messages')
    .map(({ data }) => JSON.stringify(data));
  const told = notices.filter((text) => text.includes('C0AUD'));
  expect(told.filter((text) => text.includes('Redis has lost data, so nothing is deployed'))).toHaveLength(1);
  expect(told.filter((text) => text.includes('Does anything run on staging?'))).toHaveLength(1);
});

it('takes two people where approvals are asked for', async () => {
  await loseAll(1);
  await reconcile(ctx, 'staging');

  await say('U0BEN', 'baton resume staging');
  expect(await held()).toBeDefined();
  await say('U0BEN', 'baton resume staging');
  expect(await held()).toBeDefined();
  await say('U0ASHA', 'baton resume staging');
  expect(await held()).toBeUndefined();
});

it('takes the word of admins only', async () => {
  await loseAll();
  await reconcile(ctx, 'staging');

  const reply = await say('U0CLEO', 'baton resume staging');

  expect(reply).toContain('Only admins of staging');
  expect(await held()).toBeDefined();
});

it('takes nobody’s word before it has looked itself, nor where nothing is held', async () => {
  await loseAll();
  expect(await say('U0BEN', 'baton resume staging')).toContain('still looking');
  expect(await held()).toBeDefined();

  await reconcile(ctx, 'staging');
  await say('U0BEN', 'baton resume staging');
  expect(await say('U0BEN', 'baton resume staging')).toContain('is not held');
});

it('asks anew when more is lost meanwhile', async () => {
  await loseAll();
  await reconcile(ctx, 'staging');
  await ctx.redis.flushall();

  expect(await say('U0BEN', 'baton resume staging')).toContain('still looking');

  expect(await held()).toBeDefined();
});

it('tells a deployer why nothing is deployed, and lets a deployment wait for the end', async () => {
  await loseAll();
  await reconcile(ctx, 'staging');

  const reply = await say('U0ASHA', `deploy staging api@${plant.sha}`);
  expect(reply).toContain('nobody can tell yet what runs on *staging*');
  expect(reply).toContain('driver_unknown');

  await say('U0ASHA', `deploy staging api@${plant.sha} --wait`);
  const waiting = ctx.queued.findLast(({ queue }) => queue === 'deployments');
  expect(await look(ctx, waiting?.id ?? '')).toEqual({ againInSeconds: 15 });
  await say('U0BEN', 'baton resume staging');
  await look(ctx, waiting?.id ?? '');
  expect(plant.target.starts).toHaveLength(2);
});
