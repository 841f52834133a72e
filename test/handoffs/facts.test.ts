import { afterEach, expect, it } from '@jest/globals';
import { addCommit } from '../../playground/github/seed.ts';
import type { Deployment } from '../../src/deployments/deployment.ts';
import { recordDeployment } from '../../src/deployments/admission.ts';
import { review } from '../../src/deployments/review.ts';
import { createDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import { collectFacts } from '../../src/handoffs/facts.ts';
import { contentOf } from '../../src/handoffs/items.ts';
import { newRemote, type RemoteDeploy } from '../../src/remote-deploys/remote-deploy.ts';
import { saveRemote } from '../../src/remote-deploys/store.ts';
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

it('finds what is open however long ago it was asked for, also behind more than it reads', async () => {
  const { ctx, put, told } = await world();
  const old = minutesAfter(-200 * 24 * 60);
  const held = (overrides: Partial<Deployment>) =>
    recordDeployment(ctx.redis, wanted({ createdAt: old, ...overrides }));
  await held({ service: 'api', state: 'awaiting_approval' });
  await held({ service: 'web', state: 'waiting' });
  await put({ state: 'in_progress', createdAt: old, service: 'api', environment: 'production' });
  await put({ state: 'unknown', createdAt: old, service: 'web', environment: 'production' });
  for (let index = 0; index < 310; index += 1) {
    const at = minutesAfter(-index);
    await put({ state: 'success', createdAt: at, endedAt: at, service: 'api' });
  }

  const { items } = await told();

  expect(items.map(({ section, where }) => [section, where])).toEqual([
    ['unknown', 'production/web'],
    ['awaiting', 'staging/api'],
    ['waiting', 'staging/web'],
    ['running', 'production/api'],
  ]);
});

it('tells what has ended since, also when it was asked for weeks ago', async () => {
  const { ctx, told } = await world();
  const asked = wanted({ service: 'web', createdAt: minutesAfter(-20 * 24 * 60) });
  const created = await createDeployment(ctx.redis, asked);
  if (created.kind === 'leased') throw new Error('it is free');
  const endedAt = minutesAfter(-30);
  const ended = { ...created.deployment, state: 'success' as const, endedAt };
  const live = {
    deployment: asked.id,
    ref: 'main',
    sha: asked.sha,
    since: endedAt,
    by: 'U0ASHA',
    disturbed: false,
  };
  await replaceDeployment(ctx.redis, created.deployment, ended, { freeLease: true, live });

  expect((await told()).ended).toMatchObject([{ id: asked.id }]);
});

it('tells of what timed out and still blocks as of what nobody knows the end of', async () => {
  const { ctx, put, told } = await world();
  const begun = await put({ state: 'in_progress', createdAt: minutesAfter(-3 * 24 * 60) });
  const ended = { state: 'failure', reason: 'timed_out', endedAt: minutesAfter(-2 * 24 * 60) } as const;
  await replaceDeployment(ctx.redis, begun, { ...begun, ...ended });

  expect((await told()).items).toMatchObject([{ section: 'unknown', owner: 'U0ASHA' }]);
});

it('tells of a broken glass until somebody has reviewed it, however old it is', async () => {
  const { ctx, put, told } = await world();
  const breakGlass = { reason: 'nobody can pay', reviewedBy: null, reviewedAt: null };
  const createdAt = minutesAfter(-60 * 24 * 60);
  const broken = await put({ state: 'success', service: 'api', breakGlass, createdAt, endedAt: createdAt });
  await put({ state: 'success', service: 'web', createdAt, endedAt: createdAt });

  const before = await told();
  await review(ctx, broken.id, 'U0BEN');
  const after = await told();

  expect(before.items).toMatchObject([
    {
      section: 'break_glass',
      where: 'staging/api',
      said: 'nobody can pay',
      owner: 'U0ASHA',
      since: createdAt,
      next: `Somebody else reviews it: “/deploy review ${broken.id}”`,
    },
  ]);
  expect(after.items).toEqual([]);
});

it('tells of remote deploys that failed or expire before the next digest, and of no failure twice', async () => {
  const { ctx, put, told } = await world();
  const wish = { id: 'w', by: 'U0ASHA', login: '', at: DUE, channel: '', unlabelled: false };
  const remote = (number: number, change: Partial<RemoteDeploy>) => {
    const fresh = newRemote({ repository: 'acme/api', number, service: 'api', now: minutesAfter(-90) });
    return saveRemote(ctx.redis, { ...fresh, wish, ...change });
  };
  await remote(1, { state: 'failed', why: 'The run failed.', wish: { ...wish, by: 'github:eve' } });
  await remote(2, { state: 'live', expiresAt: minutesAfter(60) });
  await remote(3, { state: 'live', expiresAt: minutesAfter(25 * 60) });
  await remote(4, { state: 'down', expiresAt: minutesAfter(-60) });
  const at = minutesAfter(-95);
  await put({ state: 'failure', environment: 'pr-1', service: 'api', createdAt: at, endedAt: at });

  const { items, ended } = await told();

  expect(items).toMatchObject([
    { what: 'remote deploy failed (eve on GitHub)', where: 'api#1', said: 'The run failed.', owner: '' },
    { what: 'remote deploy expires', where: 'api#2', owner: 'U0ASHA', at: minutesAfter(60) },
  ]);
  expect(items.map(({ section }) => section)).toEqual(['remote', 'remote']);
  expect(ended).toEqual([]);
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
    const queued = { ...overrides, state: 'queued' as const, endedAt: null };
    const asked = wanted({ startedAt: overrides.createdAt ?? DUE, ...queued });
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
