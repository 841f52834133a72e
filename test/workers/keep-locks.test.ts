import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import type { Worker as BullWorker } from 'bullmq';
import { openQueues, type QueuedJobs } from '../../src/jobs.ts';
import { askToKeepLocks } from '../../src/locks/act.ts';
import { lockHistory } from '../../src/locks/history.ts';
import { locksOn } from '../../src/locks/store.ts';
import { startWorker } from '../../src/worker.ts';
import { keepLocksWorker } from '../../workers/keep-locks.ts';
import { sweep } from '../../workers/sweep.ts';
import { closeContexts, NOON, type TestContext, testContext, testRedis } from '../support/context.ts';
import { after, MINUTE } from '../support/locks.ts';
import { speaker } from '../support/say.ts';
import { until } from '../support/until.ts';

const running: BullWorker[] = [];
const open: QueuedJobs[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((worker) => worker.close(true)));
  await Promise.all(open.splice(0).map((jobs) => jobs.close()));
  closeContexts();
});

it('ends a lock in time with two workers, once, and tells its holder and the next in the line', async () => {
  const { say, start, history, told } = house();
  start();
  start();
  await say('U0ASHA', 'lock staging for 2s');
  await say('U0BEN', 'lock staging --wait because hotfix');

  await until('the lock is over', async () => (await history()).includes('expired'));

  expect((await history()).slice(0, 2).toSorted()).toEqual(['expired', 'turn']);
  const words = await until('all is told', async () => {
    const all = await told();
    return all.length >= 6 ? all : undefined;
  });
  expect(words).toEqual([
    'It is your turn on staging → U0BEN',
    'Somebody waits for staging → U0ASHA',
    'The next in the line has staging',
    'Your lock on staging has ended → U0ASHA',
    'staging is locked',
    'staging is unlocked',
  ]);
  expect((await history()).filter((kind) => kind === 'expired')).toHaveLength(1);
});

it('ends a lock whose time came while nobody was there, as soon as a worker is back', async () => {
  const { ctx, say, start, history } = house();
  await start().close();
  await say('U0ASHA', 'lock staging for 1s');
  await until(
    'its time has come',
    async () => (await locksOn(ctx.redis, 'staging', ctx.now())).locks.length === 0,
  );
  expect(await history()).toEqual(['taken']);

  start();

  await until('the lock is over', async () => (await history()).includes('expired'));
  expect(await history()).toEqual(['expired', 'taken']);
});

it('never ends a lock during a deployment, and right after it', async () => {
  const { ctx, say, start, history, lookedAt } = house();
  start();
  start();
  await say('U0ASHA', 'lock staging for 1s');
  const lease = { deployment: 'd-1', fence: 1, requestedBy: 'U0ASHA', ref: 'main', since: ctx.now() };
  await ctx.redis.hset('baton:{staging}:leases', 'api', JSON.stringify(lease));
  await until('its time was looked at', () => lookedAt('staging'));
  expect(await history()).toEqual(['taken']);
  expect((await locksOn(ctx.redis, 'staging', ctx.now())).locks).toMatchObject([{ holder: 'U0ASHA' }]);

  await ctx.redis.del('baton:{staging}:leases');
  await askToKeepLocks(ctx, 'staging', 'd-1-ended');

  await until('the lock is over', async () => (await history()).includes('expired'));
});

it('ends the lock on everything, too, right after the deployment that kept it', async () => {
  const { ctx, say, start, lookedAt } = house();
  start();
  await say('U0BEN', 'lock all for 1s');
  const lease = { deployment: 'd-1', fence: 1, requestedBy: 'U0BEN', ref: 'main', since: ctx.now() };
  await ctx.redis.hset('baton:{staging}:leases', 'api', JSON.stringify(lease));
  await until('its time was looked at', () => lookedAt('all'));
  expect(await lockHistory(ctx.redis, 'all', 9)).toMatchObject([{ kind: 'taken' }]);

  await ctx.redis.del('baton:{staging}:leases');
  await askToKeepLocks(ctx, 'staging', 'd-1-ended');

  await until(
    'the lock is over',
    async () => (await lockHistory(ctx.redis, 'all', 9))[0]?.kind === 'expired',
  );
});

it('gives turns where nothing runs, as soon as the lock on everything is past its end', async () => {
  const { ctx, say, start } = house();
  start();
  await say('U0BEN', 'lock all for 1s');
  const lease = { deployment: 'd-1', fence: 1, requestedBy: 'U0BEN', ref: 'main', since: ctx.now() };
  await ctx.redis.hset('baton:{production}:leases', 'api', JSON.stringify(lease));
  await say('U0ASHA', 'lock staging --wait');

  const [turn] = await until('the turn has come', async () => {
    const events = await lockHistory(ctx.redis, 'staging', 9);
    return events[0]?.kind === 'turn' ? events : undefined;
  });

  expect(turn).toMatchObject({ other: 'U0ASHA' });
  expect((await locksOn(ctx.redis, 'production', ctx.now())).locks).toMatchObject([{ scope: 'all' }]);
});

it('is asked for again by the sweep, for each environment and for everything', async () => {
  const ctx = testContext();

  await sweep.run(ctx, { version: 1 }, { id: 's-1', again: false, last: false });

  const asked = ctx.queued.filter(({ queue }) => queue === 'locks').map(({ data }) => data);
  expect(asked).toEqual(['all', 'staging', 'production'].map((environment) => ({ version: 1, environment })));
});

it('waits when another machine’s clock sent it too early', async () => {
  const { ctx, look } = onTheSpot();
  await speaker(ctx)('U0ASHA', 'lock staging for 1m');

  expect(await look(after(MINUTE - 500), after(MINUTE))).toEqual({ againInSeconds: 0.5 });
  expect(await look(after(MINUTE), after(MINUTE))).toBe('done');
  expect(await lockHistory(ctx.redis, 'staging', 9)).toMatchObject([{ kind: 'expired' }, { kind: 'taken' }]);
});

it('does what is due by now when the same job comes again', async () => {
  const { ctx, look } = onTheSpot();
  const say = speaker(ctx);
  await say('U0ASHA', 'lock staging for 1m');
  await look(after(MINUTE));
  await say('U0ASHA', 'lock staging for 1m');

  await look(after(2 * MINUTE));

  const kinds = (await lockHistory(ctx.redis, 'staging', 9)).map(({ kind }) => kind);
  expect(kinds).toEqual(['expired', 'taken', 'expired', 'taken']);
});

it('is content with locks that cannot be read: it leaves them, and admins are told once', async () => {
  const { ctx, look } = onTheSpot();
  await ctx.redis.set('baton:{staging}:lock', 'rubbish');

  expect(await look(NOON)).toBe('done');
  expect(await look(NOON)).toBe('done');

  expect(await ctx.redis.get('baton:{staging}:lock')).toBe('rubbish');
  expect(ctx.queued.filter(({ data }) => JSON.stringify(data).includes('U0BEN'))).toHaveLength(1);
});

/** A stopped clock, and one job that is run by hand. */
function onTheSpot() {
  const ctx = testContext();
  const look = async (now: Date, due?: Date) => {
    ctx.now = () => now;
    const data = { version: 1 as const, environment: 'staging', due };
    return keepLocksWorker.run(ctx, data, { id: 'staging-due-1', again: false, last: false });
  };
  return { ctx, look };
}

/** Real queues and a real clock; workers that are started as processes are. */
function house() {
  const path = process.env['BATON_TEST_REDIS'] ?? '';
  const prefix = `{${randomUUID()}}`;
  const redisPrefix = `${randomUUID()}:`;
  const options = { connection: { path, maxRetriesPerRequest: null }, prefix };
  const jobs = openQueues(options);
  open.push(jobs);
  const context = (): TestContext =>
    testContext({ redis: testRedis(redisPrefix), jobs, now: () => new Date() });
  const ctx = context();
  return {
    ctx,
    say: speaker(ctx),
    start: () => {
      const worker = startWorker(context(), keepLocksWorker, options);
      running.push(worker);
      return worker;
    },
    history: async () => (await lockHistory(ctx.redis, 'staging', 99)).map(({ kind }) => kind),
    told: async () => toldBy(jobs),
    /** Whether a worker has come because something was due on it. */
    lookedAt: async (environment: string) => {
      const done = (await jobs.queues.get('locks')?.getJobs('completed')) ?? [];
      return done.some(({ id }) => id?.startsWith(`${environment}-due-`));
    },
  };
}

/** Each message that was queued: its summary, and who gets it directly. */
async function toldBy({ queues }: QueuedJobs): Promise<string[]> {
  const queued = (await queues.get('messages')?.getJobs()) ?? [];
  return queued
    .map(({ data }) =>
      `${data.view.text}${data.kind === 'reply' ? ` → ${data.user}` : ''}`.replaceAll("'", '’'),
    )
    .toSorted();
}
