import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { keepLocks } from '../../src/locks/act.ts';
import { locksOn } from '../../src/locks/store.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, NOON, type TestContext, testContext, testRedis } from '../support/context.ts';
import { after, HOUR } from '../support/locks.ts';
import { speaker } from '../support/say.ts';

afterEach(closeContexts);

const FIFTY = Array.from({ length: 50 }, (_, index) => `U0P${index}`);

it('goes to one of fifty people at once at two workers, and forty-nine are told who has it', async () => {
  const workers = twoWorkers(FIFTY);

  const replies = await allAtOnce(workers, 'lock staging because load test');

  const [{ ctx }] = workers;
  const { locks } = await locksOn(ctx.redis, 'staging', NOON);
  const holder = locks[0]?.holder ?? '';
  const refused = replies.filter((reply) => reply.words.includes('`locked`'));
  expect(locks).toHaveLength(1);
  expect(FIFTY).toContain(holder);
  expect(refused).toHaveLength(49);
  for (const reply of refused) expect(reply.words).toContain(`<@${holder}> has locked *staging* since`);
  expect(await newsOf(workers)).toEqual(['staging is locked']);
  expect(await audited(ctx, 'accepted')).toEqual([`lock ${holder}`]);
});

it('puts forty-nine of fifty who wait at once into the line, each at a place of their own', async () => {
  const workers = twoWorkers(FIFTY);

  const replies = await allAtOnce(workers, 'lock staging --wait because x');

  const places = replies.flatMap((reply) => /number (\d+) in the line/.exec(reply.words)?.[1] ?? []);
  expect(places.map(Number).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 49 }, (_, index) => index + 1),
  );
  const { locks, line } = await locksOn(workers[0].ctx.redis, 'staging', NOON);
  expect(new Set([...locks.map(({ holder }) => holder), ...line.map(({ person }) => person)]).size).toBe(50);
});

it('stays with the present holder when the holder before gives it up too late', async () => {
  const [{ ctx, say }] = twoWorkers();
  await say('U0ASHA', 'lock staging for 1h');
  ctx.now = () => after(HOUR);
  await say('U0BEN', 'lock staging because hotfix');

  const late = await say('U0ASHA', 'unlock staging');

  expect(late.to).toBe('caller');
  expect(late.words).toContain('<@U0BEN> has locked *staging*');
  expect(await holderOf(ctx)).toBe('U0BEN');
});

it('stays with the present holder when jobs are delivered again, at either worker', async () => {
  const [one, other] = twoWorkers();
  const first = await one.say('U0ASHA', 'lock staging', 'taking');
  const freed = await one.say('U0ASHA', 'unlock staging', 'freeing');
  await other.say('U0BEN', 'lock staging because hotfix');

  for (const { say } of [one, other]) {
    // What was told is told, so the second run says the same and brings no news.
    expect(await say('U0ASHA', 'lock staging', 'taking')).toEqual({ ...first, news: [], direct: [] });
    expect(await say('U0ASHA', 'unlock staging', 'freeing')).toEqual({ ...freed, news: [], direct: [] });
  }
  expect(await holderOf(one.ctx)).toBe('U0BEN');
  expect(await audited(one.ctx, 'accepted')).toEqual(['lock U0BEN', 'unlock U0ASHA', 'lock U0ASHA']);
});

it.each([
  'unlock staging --lock {}',
  'lock staging --keep --lock {}',
  'lock staging --steal --lock {} because x',
])('answers a stale button and changes nothing: %s', async (button) => {
  const [{ ctx, say }] = twoWorkers();
  await say('U0ASHA', 'lock staging');
  const { locks } = await locksOn(ctx.redis, 'staging', NOON);
  await say('U0ASHA', 'unlock staging');
  await say('U0BEN', 'lock staging because hotfix');

  const stale = await say('U0ASHA', button.replace('{}', locks[0]?.id ?? ''));

  expect(stale.to).toBe('caller');
  expect(stale.words).toContain('is over on *staging*');
  expect(stale.words).toContain('Now <@U0BEN> has it');
  expect(stale.words).toContain('nothing was changed');
  expect(await holderOf(ctx)).toBe('U0BEN');
});

it('stays with whoever stole it when an offer from before is accepted or declined', async () => {
  const [{ ctx, say }] = twoWorkers(['U0ASHA', 'U0BEN', 'U0CLEO']);
  await say('U0ASHA', 'lock staging');
  await say('U0ASHA', 'lock staging --offer <@U0BEN>');
  const { locks } = await locksOn(ctx.redis, 'staging', NOON);
  await say('U0CLEO', 'lock staging --steal because the site is down');

  for (const answer of ['accept', 'decline']) {
    const late = await say('U0BEN', `lock staging --${answer} --lock ${locks[0]?.offer?.id}`);
    expect(late.words).toContain('Now <@U0CLEO> has it');
    expect(late.words).toContain('nothing was changed');
  }
  expect(locks[0]?.offer?.to).toBe('U0BEN');
  expect(await holderOf(ctx)).toBe('U0CLEO');
});

it('tells one end once, whichever worker notices first', async () => {
  const workers = twoWorkers();
  const [{ say, ctx }] = workers;
  await say('U0ASHA', 'lock staging for 1h');
  await say('U0BEN', 'lock staging --wait because hotfix');
  for (const worker of workers) worker.ctx.now = () => after(HOUR);

  await Promise.all(workers.map((worker, index) => keepLocks(worker.ctx, 'staging', `look-${index}`)));

  expect(await newsOf(workers)).toEqual([
    'It is your turn on staging',
    'Somebody waits for staging',
    'The next in the line has staging',
    'Your lock on staging has ended',
    'staging is locked',
    'staging is unlocked',
  ]);
  expect(await holderOf(ctx, after(HOUR))).toBe('U0BEN');
});

interface Worker {
  readonly ctx: TestContext;
  readonly say: ReturnType<typeof speaker>;
}

/** Two processes with connections of their own on one Redis. */
function twoWorkers(deployer = ['U0ASHA', 'U0BEN']): [Worker, Worker] {
  const prefix = `${randomUUID()}:`;
  const worker = (): Worker => {
    const ctx = testContext({ redis: testRedis(prefix) });
    ctx.config = testConfig({ roles: { deployer, admin: ['U0BEN'] } });
    return { ctx, say: speaker(ctx) };
  };
  return [worker(), worker()];
}

function allAtOnce([one, other]: [Worker, Worker], text: string) {
  return Promise.all(FIFTY.map((person, index) => (index % 2 === 0 ? one : other).say(person, text)));
}

async function holderOf({ redis }: TestContext, now = NOON): Promise<string | undefined> {
  const { locks } = await locksOn(redis, 'staging', now);
  return locks[0]?.holder;
}

async function audited({ redis }: TestContext, outcome: string): Promise<string[]> {
  const { items } = await listAudit(redis, { limit: 100 });
  return items.flatMap((entry) =>
    'outcome' in entry && entry.outcome === outcome ? [`${entry.action} ${entry.actor}`] : [],
  );
}

/** What was put on the queue of messages by either, each once as BullMQ keeps it. */
async function newsOf(workers: readonly Worker[]): Promise<string[]> {
  const sent = workers.flatMap(({ ctx }) => ctx.queued.filter(({ queue }) => queue === 'messages'));
  const byId = new Map(
    sent.map(({ id, data }) => [id, JSON.parse(JSON.stringify(data)).view.text as string]),
  );
  return [...byId.values()].map((text) => text.replaceAll("'", '’')).toSorted();
}
