import { afterEach, expect, it } from '@jest/globals';
import { putLabel, takeLabel } from '../../playground/github/seed.ts';
import { ASHA } from '../../playground/github/state.ts';
import { RemoteDeploy } from '../../src/remote-deploys/remote-deploy.ts';
import { saveRemote } from '../../src/remote-deploys/store.ts';
import { sweep } from '../../workers/sweep.ts';
import { sweepPullRequests } from '../../workers/sweep-pull-requests.ts';
import { closeContexts, NOON } from '../support/context.ts';
import { closeGitHubs } from '../support/github.ts';
import { pullRequestWorld } from '../support/pull-requests.ts';
import { toldBy } from '../support/say.ts';

afterEach(async () => {
  closeContexts();
  await closeGitHubs();
});

it('looks at every labelled pull request that no webhook told of, page by page', async () => {
  const { add, looks, run } = await house();
  for (let n = 1; n <= 130; n += 1) add(n > 100 ? { labels: ['remote-deploy'] } : {});

  await run();

  expect(looks('remote-deploys')).toHaveLength(30);
  expect(looks('deploy-labels')).toEqual([]);
});

it('looks at a pull request that is not open any more and still has an environment', async () => {
  const { ctx, pullRequest, looks, run } = await house();
  await saveRemote(ctx.redis, remote({ state: 'live' }));
  pullRequest.state = 'closed';

  await run();

  expect(looks('remote-deploys')).toEqual(['acme/api#12']);
});

it.each<{ what: string; given: Partial<RemoteDeploy> | undefined; labels: string[]; looked: boolean }>([
  { what: 'labelled, with nothing up', given: undefined, labels: ['remote-deploy'], looked: true },
  {
    what: 'labelled, with its head live',
    given: { state: 'live' },
    labels: ['remote-deploy'],
    looked: false,
  },
  {
    what: 'labelled, with its head live beyond its time',
    given: { state: 'live', expiresAt: NOON },
    labels: ['remote-deploy'],
    looked: true,
  },
  {
    what: 'labelled, queued',
    given: { state: 'queued', live: null },
    labels: ['remote-deploy'],
    looked: true,
  },
  { what: 'not labelled, with its head live', given: { state: 'live' }, labels: [], looked: true },
  { what: 'not labelled, gone', given: { state: 'down', live: null }, labels: [], looked: false },
  { what: 'not labelled', given: undefined, labels: [], looked: false },
  { what: 'labelled in another case', given: undefined, labels: ['Remote-Deploy'], looked: false },
])('takes a look at one that is $what: $looked', async ({ given, labels, looked }) => {
  const { ctx, pullRequest, looks, run } = await house(labels);
  const live = { deployment: 'pr-12-aaaaaaaa', sha: pullRequest.head, since: NOON, url: null };
  if (given !== undefined) await saveRemote(ctx.redis, remote({ live, ...given }));

  await run();

  expect(looks('remote-deploys')).toEqual(looked ? ['acme/api#12'] : []);
});

it('looks at one whose head has moved on since it went live', async () => {
  const { ctx, looks, run } = await house(['remote-deploy']);
  const live = { deployment: 'pr-12-aaaaaaaa', sha: 'c'.repeat(40), since: NOON, url: null };
  await saveRemote(ctx.redis, remote({ state: 'live', live }));

  await run();

  expect(looks('remote-deploys')).toEqual(['acme/api#12']);
});

it('looks at a label that asks for a deployment', async () => {
  const { looks, run } = await house(['deploy: staging']);

  await run();

  expect(looks('deploy-labels')).toEqual(['acme/api#12']);
});

it('uses up nothing of the rate limit while nothing changes, and sees what has', async () => {
  const { played, repository, pullRequest, looks, run } = await house(['remote-deploy']);

  await run('one');
  await run('two');
  expect(played.requests.map(({ status }) => status)).toEqual([200, 304]);
  expect(looks('remote-deploys')).toHaveLength(2);

  takeLabel(repository, pullRequest, 'remote-deploy', ASHA);
  await run('three');
  expect(looks('remote-deploys')).toHaveLength(2);
  putLabel(repository, pullRequest, 'remote-deploy', ASHA);
  await run('four');
  expect(looks('remote-deploys')).toHaveLength(3);
  expect(played.violations).toEqual([]);
});

it('tells operators once of remote deploys that the configuration has forgotten', async () => {
  const { ctx, run } = await house();
  const live = { deployment: 'pr-12-aaaaaaaa', sha: 'c'.repeat(40), since: NOON, url: null };
  await saveRemote(ctx.redis, remote({ live }));
  await saveRemote(ctx.redis, remote({ number: 13, environment: 'pr-13', state: 'refused' }));
  const { remote_deploys: rules, ...rest } = ctx.config;

  await run('one');
  expect(toldBy(ctx.queued).news).toEqual([]);
  ctx.config = rest;
  await run('two');
  await run('three');
  ctx.config = { ...rest, ...(rules && { remote_deploys: { ...rules, services: [] } }) };
  await run('four');

  const [news, ...more] = toldBy(ctx.queued).news;
  expect(more).toEqual([]);
  expect(news?.words).toMatch(/neither updated nor torn down[^]*acme\/api#12/);
  expect(news?.words).not.toContain('#13');
});

it('reads a page anew that was kept and cannot be read', async () => {
  const { ctx, looks, run } = await house(['remote-deploy']);
  await ctx.redis.set('baton:{github}:listed:acme/api:1', 'nonsense');

  await run();

  expect(looks('remote-deploys')).toEqual(['acme/api#12']);
});

it('goes on with the other repositories where one cannot be read', async () => {
  const { played, ctx, looks, run } = await house(['remote-deploy']);
  ctx.config = { ...ctx.config, services: { web: { repository: 'acme/gone' }, ...ctx.config.services } };

  await run();

  expect(looks('remote-deploys')).toEqual(['acme/api#12']);
  expect(played.requests.map(({ status }) => status)).toEqual([404, 200]);
});

it('leaves the rest of the rate limit to people’s own commands', async () => {
  const { played, ctx, run } = await house();
  ctx.config = { ...ctx.config, services: { ...ctx.config.services, web: { repository: 'acme/other' } } };
  played.addRepository('acme/other');
  const headers = { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '499' };
  played.failNext({ path: /pulls/, does: { status: 200, body: [], headers } });

  await run();

  expect(played.requests).toHaveLength(1);
});

it('sweeps once in a quarter of an hour, or as often as is configured', async () => {
  const { ctx } = await house();
  const sweepAt = async (minutes: number) => {
    ctx.now = () => new Date(NOON.getTime() + minutes * 60_000);
    await sweep.run(ctx, { version: 1 }, ATTEMPT);
    return ctx.queued.filter(({ queue }) => queue === 'pull-request-sweeps').length;
  };

  expect([await sweepAt(0), await sweepAt(14), await sweepAt(15), await sweepAt(29)]).toEqual([1, 1, 2, 2]);
  const { remote_deploys: rules } = ctx.config;
  ctx.config = { ...ctx.config, ...(rules && { remote_deploys: { ...rules, sweep_every: 300 } }) };
  expect([await sweepAt(30), await sweepAt(34), await sweepAt(35)]).toEqual([3, 3, 4]);
});

const ATTEMPT = { id: 's-1', again: false, last: false };

async function house(labels: readonly string[] = []) {
  const world = await pullRequestWorld({ labels });
  const { ctx } = world;
  ctx.config = { ...ctx.config, services: { api: { repository: 'acme/api' } } };
  const run = (why = 'sweep-1') => sweepPullRequests.run(ctx, { version: 1, why }, ATTEMPT);
  return { ...world, run };
}

function remote(given: Partial<RemoteDeploy>): RemoteDeploy {
  const times = { headSince: NOON, createdAt: NOON, updatedAt: NOON };
  const place = { repository: 'acme/api', number: 12, environment: 'pr-12', service: 'api' };
  return RemoteDeploy.parse({ version: 1, revision: 0, state: 'live', ...place, ...times, ...given });
}
