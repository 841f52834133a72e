import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { setFreeze } from '../../src/freezes/store.ts';
import { recordDeployment } from '../../src/deployments/admission.ts';
import { createDeployment } from '../../src/deployments/store.ts';
import { sweep } from '../../workers/sweep.ts';
import { closeContexts, NOON, testContext } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';

afterEach(closeContexts);

const ATTEMPT = { id: 'sweep', again: false, last: true };

it.each([
  { after: 29, looks: 0 },
  { after: 30, looks: 1 },
  { after: 59, looks: 1 },
  { after: 60, looks: 2 },
])('has looked $looks times at a lease after $after s', async ({ after, looks }) => {
  const ctx = testContext();
  await createDeployment(ctx.redis, wanted());

  for (let second = 0; second <= after; second += 1) {
    ctx.now = () => new Date(NOON.getTime() + second * 1_000);
    await sweep.run(ctx, { version: 1 }, ATTEMPT);
  }

  expect(ctx.queued.filter(({ queue }) => queue === 'deployments')).toHaveLength(looks);
});

it.each(['awaiting_approval', 'waiting'] as const)(
  'looks at what is %s, whose own job may have failed too often in an outage',
  async (state) => {
    const ctx = testContext();
    const { id } = await recordDeployment(ctx.redis, wanted({ state }));

    await sweep.run(ctx, { version: 1 }, ATTEMPT);

    const jobs = ctx.queued.filter(({ queue }) => queue === 'deployments');
    expect(jobs.map(({ data }) => data)).toEqual([expect.objectContaining({ deployment: id })]);
  },
);

it('looks after everything else although what runs on one environment cannot be read', async () => {
  const ctx = testContext();
  await ctx.redis.sadd('baton:environments', 'broken');
  await ctx.redis.hset('baton:{broken}:leases', 'api', 'not json');
  await createDeployment(ctx.redis, wanted());
  ctx.now = () => new Date(NOON.getTime() + 30_000);

  await sweep.run(ctx, { version: 1 }, ATTEMPT);

  const queues = ctx.queued.map(({ queue }) => queue);
  expect(queues).toEqual(expect.arrayContaining(['deployments', 'locks']));
});

it('looks at what else runs beside a lease that cannot be read', async () => {
  const ctx = testContext();
  const { environment } = wanted();
  await createDeployment(ctx.redis, wanted());
  await ctx.redis.hset(`baton:{${environment}}:leases`, 'web', 'not json');
  ctx.now = () => new Date(NOON.getTime() + 30_000);

  await sweep.run(ctx, { version: 1 }, ATTEMPT);

  expect(ctx.queued.filter(({ queue }) => queue === 'deployments')).toHaveLength(1);
});

it('tells the trail once that the time of a freeze is over, and leaves one that cannot be read', async () => {
  const ctx = testContext();
  const set = { version: 1 as const, id: 'f1', by: 'U0BEN', reason: 'stock-taking', since: NOON };
  const until = new Date(NOON.getTime() + 60_000);
  const where = { environment: 'staging', command: 'c1' };
  await setFreeze(ctx.redis, where, () => ({ ...set, until }));
  await ctx.redis.set('baton:{production}:freeze', 'not json');
  const trail = async () => (await listAudit(ctx.redis, { limit: 9 })).items;

  ctx.now = () => new Date(until.getTime() + 59_999); // by another worker's clock it may still be in force
  await sweep.run(ctx, { version: 1 }, ATTEMPT);
  expect(await trail()).toEqual([]);

  ctx.now = () => new Date(until.getTime() + 60_000);
  for (let run = 0; run < 2; run += 1) await sweep.run(ctx, { version: 1 }, ATTEMPT);

  expect(await trail()).toEqual([
    expect.objectContaining({ action: 'freeze', subject: 'staging', outcome: 'expired' }),
  ]);
  expect(await ctx.redis.exists('baton:{staging}:freeze')).toBe(0);
  expect(await ctx.redis.get('baton:{production}:freeze')).toBe('not json');
});
