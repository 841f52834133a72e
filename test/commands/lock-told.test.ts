import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { keepLocks } from '../../src/locks/act.ts';
import { lockHistory } from '../../src/locks/history.ts';
import { tellLocks } from '../../src/locks/tell.ts';
import { listLocks } from '../../src/web/environments.ts';
import { closeContexts, NOON, type TestContext } from '../support/context.ts';
import { at, baton, HOUR } from '../support/locks-typed.ts';
import { speaker, toldBy } from '../support/say.ts';

afterEach(closeContexts);

it('tells of it where others read it: a direct message is no channel', async () => {
  const { say } = baton();
  const inDirect = async (typed: string) => say('U0ASHA', typed, undefined, 'D0ASHA');

  const taken = await inDirect('lock staging');
  expect(taken).toMatchObject({ to: 'caller', text: 'You hold staging', news: [{ to: 'C0REL' }] });
  expect(await inDirect('unlock staging')).toMatchObject({ to: 'caller', news: [{ to: 'C0REL' }] });

  await say('U0ASHA', 'lock staging');
  expect((await inDirect('unlock staging')).news).toMatchObject([{ to: 'C0TYPED' }]);
});

it('says why a lock is still there whose time is over', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', 'lock staging for 1h');
  await runsFor('U0ASHA', ctx);
  const kept = ', until the deployment that runs there ends';

  expect((await say('U0BEN', 'lock staging')).words).not.toContain(kept);
  ctx.now = () => new Date(NOON.getTime() + 2 * HOUR);
  expect((await say('U0BEN', 'lock staging')).words).toContain(kept);
});

it('lists such a lock as one that ends with the deployment', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', 'lock staging for 1h');
  await runsFor('U0ASHA', ctx);
  const listed = async () => [await say('U0BEN', 'lock'), await say('U0BEN', 'deploy status staging')];
  const kept = ', until the deployment that runs there ends';

  for (const { words } of await listed()) expect(words).toContain(`, until ${at(HOUR)}`);
  ctx.now = () => new Date(NOON.getTime() + 2 * HOUR);
  for (const { words } of await listed()) {
    expect(words).toContain(kept);
    expect(words).not.toContain(`until ${at(HOUR)}`);
  }
});

it('never tells of an end that has passed as if it were ahead', async () => {
  const { ctx, say } = baton();
  await say('U0BEN', 'lock all for 1h');
  await runsFor('U0BEN', ctx);
  ctx.now = () => new Date(NOON.getTime() + 2 * HOUR);
  const sha = 'c'.repeat(40);

  for (const [person, typed] of [
    ['U0BEN', 'lock all'],
    ['U0ASHA', `deploy staging web@${sha}`],
    ['U0ASHA', `deploy staging web@${sha} --dry-run`],
    ['U0ASHA', 'lock staging --wait'],
    ['U0ASHA', 'lock staging --accept --lock l-1'],
  ] as const) {
    const { words } = await say(person, typed);
    expect(words).not.toContain(at(HOUR));
    if (!typed.includes('--accept')) expect(words).toContain('until the deployment that runs there ends');
  }
  const why = await speaker(ctx)('U0ASHA', 'deploy why staging web');
  expect(why.words).not.toContain(at(HOUR));
  expect(why.words).toContain('It ends with the deployment that runs there.');
});

it('lists the lock on everything, too, while a deployment anywhere keeps it', async () => {
  const { ctx, say } = baton();
  await say('U0BEN', 'lock all for 1h');
  await runsFor('U0BEN', ctx);
  ctx.now = () => new Date(NOON.getTime() + 2 * HOUR);

  const { words } = await say('U0ASHA', 'lock');

  expect(words).toContain('*every environment* <@U0BEN> since');
  expect(words).toContain(', until the deployment that runs there ends');
  expect(await listLocks(ctx)).toMatchObject([{ scope: 'all', holder: 'U0BEN' }]);
  await ctx.redis.del('baton:{staging}:leases');
  expect((await say('U0ASHA', 'lock')).text).toBe('Nothing is locked');
});

it('tells at once what had become due when somebody was refused for it', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', 'lock staging for 1h');
  await say('U0CLEO', 'lock staging --wait');
  ctx.now = () => new Date(NOON.getTime() + 2 * HOUR);
  ctx.queued.length = 0;

  expect((await say('U0BEN', 'lock staging')).words).toContain('kept for <@U0CLEO>, whose turn it is');

  const jobs = ctx.queued.flatMap(({ queue, id }) => (queue === 'locks' ? [id] : []));
  expect(jobs).toEqual([expect.stringMatching(/^staging-c-.*-refused$/)]);
  await keepLocks(ctx, 'staging', jobs[0] ?? '');
  expect(toldBy(ctx.queued).direct.map(({ to, text }) => `${to} ${text}`)).toEqual([
    'U0ASHA Your lock on staging has ended',
    'U0CLEO It is your turn on staging',
  ]);
  ctx.queued.length = 0;
  await say('U0BEN', 'lock staging');
  expect(ctx.queued).toEqual([]);
});

it.each([
  ['an event', JSON.stringify({ events: [{ kind: 'odd' }] }), '{"kind":"odd"}'],
  ['all that a command did', 'rubbish', 'rubbish'],
  ['a record that tells of no events', '{"outcome":"taken"}', '{"outcome":"taken"}'],
])('keeps %s that it cannot read, says so once, and tells the rest', async (_what, did, row) => {
  const { ctx, say } = baton();
  const errors: unknown[] = [];
  Object.assign(ctx, { log: { ...ctx.log, error: (fields: unknown) => errors.push(fields) } });
  await ctx.redis.set('baton:{staging}:did:c-odd', did);
  await ctx.redis.rpush('baton:{staging}:lock:untold', 'c-odd');

  const { news } = await say('U0ASHA', 'lock staging because load test', undefined, 'C0REL');
  await say('U0ASHA', 'unlock staging');

  expect(news[0]?.words).toContain('load test');
  expect(await ctx.redis.llen('baton:{staging}:lock:untold')).toBe(0);
  const kept = 'baton:{staging}:lock:untellable';
  expect(await ctx.redis.lrange(kept, 0, -1)).toEqual([row]);
  expect(errors).toEqual([{ environment: 'staging', key: kept }]);
  const { items } = await listAudit(ctx.redis, { limit: 10 });
  expect(items).toContainEqual(
    expect.objectContaining({ subject: 'staging', outcome: 'failed', reason: 'lock_ambiguous' }),
  );
});

it('sets aside once what cannot be read of a change of which the rest cannot be told yet', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', 'lock staging because load test');
  const [told] = await lockHistory(ctx.redis, 'staging', 1);
  const events = [{ kind: 'odd' }, { ...told, id: 'c-odd-taken' }];
  await ctx.redis.set('baton:{staging}:did:c-odd', JSON.stringify({ events }));
  await ctx.redis.rpush('baton:{staging}:lock:untold', 'c-odd');
  const { jobs } = ctx;
  const kept = () => ctx.redis.lrange('baton:{staging}:lock:untellable', 0, -1);

  Object.assign(ctx, { jobs: { ...jobs, add: () => Promise.reject(new Error('no queue')) } });
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await expect(tellLocks(ctx, 'staging')).rejects.toThrow('no queue');
  }
  expect(await kept()).toEqual([]);
  Object.assign(ctx, { jobs });
  await Promise.all([1, 2, 3].map(() => tellLocks(ctx, 'staging')));

  expect(await kept()).toEqual(['{"kind":"odd"}']);
  expect(await ctx.redis.llen('baton:{staging}:lock:untold')).toBe(0);
  expect((await lockHistory(ctx.redis, 'staging', 9)).map(({ id }) => id)).toContain('c-odd-taken');
});

/** A deployment to staging that the person asked for at noon. */
async function runsFor(requestedBy: string, { redis }: Pick<TestContext, 'redis'>): Promise<void> {
  const lease = { deployment: 'staging-1', fence: 1, requestedBy, ref: 'main', since: NOON };
  await redis.hset('baton:{staging}:leases', 'api', JSON.stringify(lease));
}
