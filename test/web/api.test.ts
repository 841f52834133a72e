import { afterEach, expect, it } from '@jest/globals';
import { appendAudit } from '../../src/audit/store.ts';
import { createDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import type { Lock } from '../../src/locks/lock.ts';
import { lock as boardLock, storeLocks } from '../support/board.ts';
import { type ApiOptions, apiRoutes } from '../../src/web/api.ts';
import { event } from '../support/audit-event.ts';
import { closeContexts, NOON, testContext, type TestContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { closeServers, serve } from '../support/web.ts';

afterEach(async () => {
  await closeServers();
  closeContexts();
});

it.each([
  { token: undefined, open: false, bearer: undefined, status: 404, who: 'anybody where no token is set' },
  {
    token: undefined,
    open: true,
    bearer: undefined,
    status: 200,
    who: 'anybody in a playground without a token',
  },
  { token: 'right', open: false, bearer: 'right', status: 200, who: 'whoever has the token' },
  { token: 'right', open: false, bearer: 'wrong', status: 401, who: 'whoever has another token' },
  { token: 'right', open: false, bearer: undefined, status: 401, who: 'whoever has no token' },
  { token: 'right', open: true, bearer: undefined, status: 401, who: 'anybody in a playground with a token' },
])('answers $who with $status', async ({ token, open, bearer, status }) => {
  const { ask } = await api(testContext(), { token, open });

  const paths = ['environments', 'deployments', 'deployments/staging-bcdfghjk', 'locks', 'audit'];
  const statuses = await Promise.all(paths.map(async (path) => (await ask(path, bearer)).status));

  expect(statuses).toEqual(paths.map((path) => (path.includes('/') && status === 200 ? 404 : status)));
});

it('shows a deployment by its id, each thing by its own word', async () => {
  const ctx = testContext();
  const created = await createDeployment(
    ctx.redis,
    wanted({ state: 'queued', url: 'https://staging.example' }),
  );
  const id = created.kind === 'leased' ? '' : created.deployment.id;

  const { json } = await (await api(ctx)).ask(`deployments/${id}`);

  expect(json).toEqual({
    id,
    environment: 'staging',
    service: 'api',
    repository: 'acme/api',
    ref: 'main',
    sha: 'b'.repeat(40),
    title: 'Make it faster',
    pull_request: null,
    state: 'queued',
    reason: null,
    fence: 1,
    requested_by: 'U0ASHA',
    approved_by: [],
    driver: 'webhook',
    created_at: '2030-01-15T12:00:00.000Z',
    started_at: null,
    ended_at: null,
    url: 'https://staging.example',
    log_url: null,
    summary: '',
  });
});

it('lists the deployments of all environments, newest first, page by page', async () => {
  const ctx = testContext();
  const ids = await deployed(ctx, ['staging', 'production', 'staging', 'retired', 'staging']);
  const { ask } = await api(ctx);

  const first = await ask('deployments?limit=2');
  const second = await ask(`deployments?limit=2&before=${String(first.json['next'])}`);
  const third = await ask(`deployments?limit=2&before=${String(second.json['next'])}`);

  expect([first, second, third].flatMap(({ json }) => idsIn(json))).toEqual(ids.toReversed());
  expect(third.json['next']).toBeNull();
});

it('lists the deployments of one environment', async () => {
  const ctx = testContext();
  const [, production] = await deployed(ctx, ['staging', 'production', 'staging']);

  const { json } = await (await api(ctx)).ask('deployments?environment=production');

  expect(idsIn(json)).toEqual([production]);
});

it('shows each environment with what is live, what runs and who has locked it', async () => {
  const ctx = testContext();
  const shown = { deployment: 'staging-x', ref: 'v1', sha: 'a'.repeat(40), by: 'U0BEN' };
  const live = { ...shown, since: NOON, disturbed: false };
  const [running] = await deployed(ctx, ['staging']);
  const done = await createDeployment(ctx.redis, wanted({ service: 'web' }));
  if (done.kind === 'created') {
    await replaceDeployment(ctx.redis, done.deployment, done.deployment, { live, freeLease: true });
  }
  await lock(ctx, 'staging/api');

  const { json } = await (await api(ctx)).ask('environments');

  const liveShape = { ...shown, since: NOON.toISOString() };
  expect(json).toEqual({
    items: [
      {
        name: 'staging',
        services: [
          { name: 'api', live: null, running: [running] },
          { name: 'web', live: liveShape, running: [] },
        ],
        locks: [expect.objectContaining({ scope: 'staging/api', holder: 'U0ASHA', reason: 'a test' })],
        freeze: null,
      },
      {
        name: 'production',
        services: [
          { name: 'api', live: null, running: [] },
          { name: 'web', live: null, running: [] },
        ],
        locks: [],
        freeze: null,
      },
    ],
    next: null,
  });
});

it('lists locks, newest first', async () => {
  const ctx = testContext();
  await lock(ctx, 'staging');
  await lock(ctx, 'production/web', {
    since: new Date('2030-01-15T12:00:01Z'),
    until: new Date('2030-01-15T14:00:00Z'),
  });

  const { json } = await (await api(ctx)).ask('locks');

  expect(json).toEqual({
    items: [
      {
        scope: 'production/web',
        holder: 'U0ASHA',
        reason: 'a test',
        since: '2030-01-15T12:00:01.000Z',
        until: '2030-01-15T14:00:00.000Z',
        waiting: [],
        pull_request: null,
      },
      expect.objectContaining({ scope: 'staging', until: null }),
    ],
    next: null,
  });
});

it('shows an unreadable lock as what it is, beside those that can be read', async () => {
  const ctx = testContext();
  await lock(ctx, 'staging');
  await ctx.redis.set('baton:{production}:lock', '{"broken');
  const { ask } = await api(ctx);

  const locks = await ask('locks');
  const environments = await ask('environments');

  const unreadable = { scope: 'production', holder: null, since: null, unreadable: true };
  expect(locks.json['items']).toMatchObject([unreadable, { scope: 'staging', holder: 'U0ASHA' }]);
  expect(environments.json['items']).toMatchObject([{ name: 'staging' }, { locks: [unreadable] }]);
});

it('says that what is live cannot be read rather than that nothing is live', async () => {
  const ctx = testContext();
  await ctx.redis.hset('baton:{staging}:live', 'api', 'broken');

  const { json } = await (await api(ctx)).ask('environments');

  expect(json['items']).toMatchObject([{ name: 'staging', unreadable: ['live'] }, { name: 'production' }]);
});

it('names the key of a deployment that cannot be read', async () => {
  const ctx = testContext();
  await ctx.redis.set('baton:{staging}:deployment:staging-bcdfghjk', '{}');

  const { status, json } = await (await api(ctx)).ask('deployments/staging-bcdfghjk');

  expect([status, json['key']]).toEqual([500, 'baton:{staging}:deployment:staging-bcdfghjk']);
});

it('lists the audit trail, newest first, page by page', async () => {
  const ctx = testContext();
  for (const id of ['a', 'b', 'c']) await appendAudit(ctx.redis, event(id, { detail: { ref: 'main' } }));
  const { ask } = await api(ctx);

  const first = await ask('audit?limit=2');
  const second = await ask(`audit?limit=2&before=${String(first.json['next'])}`);

  expect(first.json['items']).toMatchObject([{ seq: 3 }, { seq: 2 }]);
  expect(second.json).toEqual({
    items: [
      {
        seq: 1,
        id: 'a',
        at: '2030-01-15T12:00:00.000Z',
        actor: 'U0ASHA',
        action: 'deploy',
        subject: 'staging/api',
        outcome: 'accepted',
        reason: null,
        detail: { ref: 'main' },
        prev: '0'.repeat(64),
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ],
    next: null,
  });
});

it.each([
  { asked: 'deployments?limit=0', parameter: 'limit' },
  { asked: 'deployments?limit=-1', parameter: 'limit' },
  { asked: 'locks?limit=', parameter: 'limit' },
  { asked: 'audit?limit=1e1', parameter: 'limit' },
  { asked: 'environments?limit=5&limit=6', parameter: 'limit' },
  { asked: 'deployments?before=yesterday', parameter: 'before' },
  { asked: 'audit?before=0', parameter: 'before' },
  { asked: 'locks?before=nowhere', parameter: 'before' },
  { asked: 'deployments?environment=stagign', parameter: 'environment' },
  { asked: 'deployments?environment=__proto__', parameter: 'environment' },
  { asked: 'audit?since=2030', parameter: 'since' },
  { asked: 'deployments/staging-bcdfghjk?x=1', parameter: 'x' },
])('refuses $asked, naming $parameter and a right example', async ({ asked, parameter }) => {
  const { status, json } = await (await api(testContext())).ask(asked);

  expect(status).toBe(400);
  expect(json).toMatchObject({
    parameter,
    error: expect.stringContaining(parameter),
    example: expect.any(String),
  });
});

it('pages through a list that is at hand whole', async () => {
  const { ask } = await api(testContext());

  const first = await ask('environments?limit=1');
  const second = await ask('environments?limit=1&before=staging');

  expect([first.json['next'], second.json['next']]).toEqual(['staging', null]);
  expect(second.json['items']).toMatchObject([{ name: 'production' }]);
});

async function api(ctx: TestContext, options: ApiOptions = { token: undefined, open: true }) {
  const url = await serve({ routes: apiRoutes(ctx, options) });
  return {
    ask: async (path: string, bearer?: string) => {
      const headers = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
      const answer = await fetch(`${url}/api/${path}`, { headers });
      const json: Record<string, unknown> = JSON.parse(await answer.text());
      return { status: answer.status, json };
    },
  };
}

/** One deployment after the other, each over before the next. */
async function deployed(ctx: TestContext, environments: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, environment] of environments.entries()) {
    const createdAt = new Date(NOON.getTime() + index * 1_000);
    const created = await createDeployment(ctx.redis, wanted({ environment, createdAt }));
    if (created.kind === 'leased') throw new Error('leased');
    ids.push(created.deployment.id);
    const last = index === environments.length - 1;
    if (!last)
      await replaceDeployment(ctx.redis, created.deployment, created.deployment, { freeLease: true });
  }
  return ids;
}

async function lock(ctx: TestContext, scope: string, overrides: Partial<Lock> = {}): Promise<void> {
  await storeLocks(ctx.redis, [boardLock({ id: scope, scope, reason: 'a test', ...overrides })]);
}

function idsIn(json: Record<string, unknown>): unknown[] {
  return Array.isArray(json['items']) ? json['items'].map(({ id }: { id: unknown }) => id) : [];
}
