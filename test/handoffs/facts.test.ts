import { afterEach, expect, it } from '@jest/globals';
import { addCommit } from '../../playground/github/seed.ts';
import type { Deployment } from '../../src/deployments/deployment.ts';
import { createDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import { collectFacts } from '../../src/handoffs/facts.ts';
import { contentOf } from '../../src/handoffs/items.ts';
import { closeContexts, type TestContext, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';
import { DUE, handoffConfig, minutesAfter } from '../support/handoffs.ts';
import { speaker } from '../support/say.ts';

afterEach(async () => {
  closeContexts();
  await closeGitHubs();
});

const SPAN = { since: minutesAfter(-24 * 60), at: DUE, until: minutesAfter(24 * 60) };

it('reads what was deployed since, what is open whenever it was asked for, and nothing older', async () => {
  const { put, told } = await world();
  await put({ state: 'success', createdAt: minutesAfter(-60), endedAt: minutesAfter(-50), service: 'api' });
  await put({
    state: 'success',
    createdAt: minutesAfter(-25 * 60),
    endedAt: minutesAfter(-23 * 60),
    service: 'api',
  });
  await put({
    state: 'success',
    createdAt: minutesAfter(-48 * 60),
    endedAt: minutesAfter(-47 * 60),
    service: 'api',
  });
  await put({ state: 'unknown', createdAt: minutesAfter(-90 * 24 * 60), service: 'web' });

  const { ended, items } = await told();

  expect(ended.map(({ endedAt }) => endedAt)).toEqual([minutesAfter(-50), minutesAfter(-23 * 60)]);
  expect(items).toMatchObject([{ section: 'unknown', where: 'staging/web' }]);
});

it('reads no more records however many there were before, and says what it left out', async () => {
  const { ctx, put, told } = await world();
  for (let index = 0; index < 310; index += 1) {
    await put({
      state: 'success',
      createdAt: minutesAfter(-index),
      endedAt: minutesAfter(-index),
      service: 'api',
    });
  }
  const asked: string[] = [];
  const real = ctx.redis.mget.bind(ctx.redis);
  Reflect.set(ctx.redis, 'mget', async (keys: string[]) => {
    asked.push(...keys);
    return real(keys);
  });

  const { ended, gaps } = await told();

  expect(asked).toHaveLength(300);
  expect(ended).toHaveLength(300);
  expect(gaps).toContain('Only the newest deployments were read of: staging.');
});

it('tells locks of those who leave apart from others: by their site, or by their hours', async () => {
  const { ctx, told } = await world();
  const say = speaker({ ...ctx, now: () => minutesAfter(-60) });
  await say('U0ASHA', 'lock staging/api because load test');
  await say('U0BEN', 'lock staging/web');
  await say('U0BEN', 'lock production/api --warn because slow disk');

  const { items } = await told();

  expect(items.map(({ section, where, owner }) => [section, where, owner])).toEqual([
    ['leaving', 'staging/api', 'U0ASHA'],
    ['locks', 'staging/web', 'U0BEN'],
    ['warnings', 'production/api', 'U0BEN'],
  ]);
});

it('tells the freezes of the configuration that begin or end before the next digest', async () => {
  const { ctx, told } = await world();
  const [production] = [ctx.config.environments['production']];
  if (production === undefined) throw new Error('it is there');
  const freeze = { from: '2026-11-23T14:00', to: '2026-11-30T09:00', timezone: 'UTC', reason: 'sale' };
  ctx.config = {
    ...ctx.config,
    environments: { ...ctx.config.environments, production: { ...production, freezes: [freeze] } },
  };

  expect((await told()).items).toMatchObject([
    { section: 'freezes', where: 'production', said: 'sale', at: new Date('2026-11-23T14:00:00Z') },
  ]);
});

it.each([
  ['baton:{staging}:lock', 'set', 'the locks cannot be read'],
  ['baton:{staging}:leases', 'hset', 'what runs cannot be read'],
  ['baton:{staging}:live', 'hset', 'what is live cannot be read'],
])('names %s where it cannot be read, and tells the rest', async (key, command, what) => {
  const { ctx, put, told } = await world();
  await put({ state: 'failure', createdAt: minutesAfter(-60), endedAt: minutesAfter(-50), service: 'web' });
  await (command === 'set' ? ctx.redis.set(key, '{broken') : ctx.redis.hset(key, 'api', '{broken'));

  const { items } = await told();

  expect(items.map((one) => one.what)).toEqual(expect.arrayContaining(['main failed', what]));
});

it('says of a deployment that cannot be read which one it is', async () => {
  const { ctx, put, told } = await world();
  await put({ state: 'success', createdAt: minutesAfter(-60), endedAt: minutesAfter(-50), service: 'web' });
  await ctx.redis.zadd('baton:{staging}:deployments', minutesAfter(-5).getTime(), 'staging-bcdfghjk');
  await ctx.redis.set('baton:{staging}:deployment:staging-bcdfghjk', '{broken');

  const { items, ended } = await told();

  expect(items).toMatchObject([{ what: 'the deployment staging-bcdfghjk cannot be read' }]);
  expect(ended).toHaveLength(1);
});

it('tells what is not shipped, and since when, by asking GitHub', async () => {
  const { ctx, live, told } = await world();
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const web = played.addRepository('acme/web');
  const shipped = addCommit(api, { message: 'First', branch: 'main' });
  addCommit(api, { message: 'Second', branch: 'main' });
  addCommit(api, { message: 'Third', branch: 'main' });
  await live('api', shipped);
  await live('web', addCommit(web, { message: 'Only', branch: 'main' }));
  Reflect.set(ctx, 'github', github);

  const { items, gaps } = await told();

  expect(items).toMatchObject([
    {
      section: 'unshipped',
      what: '2 commits of main not shipped',
      where: 'staging/api',
      since: expect.any(Date),
    },
  ]);
  expect(gaps).toEqual([]);
  expect(played.requests.length).toBeLessThanOrEqual(5);
});

it('says that GitHub is off, or broken, and tells the rest', async () => {
  const { ctx, live, put, told } = await world();
  await live('api', 'a'.repeat(40));
  await put({ state: 'failure', createdAt: minutesAfter(-60), endedAt: minutesAfter(-50), service: 'web' });

  const off = await told();
  const { played, github } = await testGitHub();
  await played.close();
  Reflect.set(ctx, 'github', github);
  const broken = await told();

  expect(off.gaps).toEqual(['GitHub is off, so unshipped commits were not looked up.']);
  expect(broken.gaps).toEqual([expect.stringContaining('Not all unshipped commits were looked up.')]);
  for (const { items } of [off, broken]) expect(items).toMatchObject([{ section: 'failed' }]);
});

async function world() {
  const ctx: TestContext = testContext({ now: () => DUE });
  ctx.config = handoffConfig();
  const put = async (overrides: Partial<Deployment>) => {
    const asked = wanted({
      startedAt: overrides.createdAt ?? DUE,
      ...overrides,
      state: 'queued',
      endedAt: null,
    });
    const created = await createDeployment(ctx.redis, asked);
    if (created.kind === 'leased') throw new Error('it is free');
    const after = { ...created.deployment, ...overrides };
    const freeLease = after.endedAt !== null;
    return replaceDeployment(ctx.redis, created.deployment, after, { freeLease });
  };
  const live = async (service: string, sha: string) => {
    const createdAt = minutesAfter(-72 * 60);
    const asked = wanted({ service, sha, createdAt });
    const created = await createDeployment(ctx.redis, asked);
    if (created.kind === 'leased') throw new Error('it is free');
    const ended = { ...created.deployment, state: 'success' as const, endedAt: createdAt };
    await replaceDeployment(ctx.redis, created.deployment, ended, {
      freeLease: true,
      live: { deployment: asked.id, ref: 'main', sha, since: createdAt, by: 'U0ASHA', disturbed: false },
    });
  };
  const told = async () =>
    contentOf(await collectFacts(ctx, { span: SPAN, from: 'bengaluru', to: 'us', notesOf: ['bengaluru'] }));
  return { ctx, put, live, told };
}
