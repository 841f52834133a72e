import { afterEach, expect, it } from '@jest/globals';
import { createDigest, listDigests } from '../../src/handoffs/store.ts';
import { openQueues } from '../../src/jobs.ts';
import { scheduleHandoffs } from '../../src/schedules.ts';
import { closeContexts, testRedis } from '../support/context.ts';
import { DIGEST, DUE, handoffConfig, handoffWorld, minutesAfter, runJob } from '../support/handoffs.ts';
import { speaker } from '../support/say.ts';
import { closeServers } from '../support/slack-server.ts';

afterEach(() => {
  closeServers();
  closeContexts();
});

it('posts the digest of a handoff at its time, and not before', async () => {
  const { at, posts, digest } = await handoffWorld();

  await at(minutesAfter(-1));
  expect(posts()).toEqual([]);
  await at(DUE);
  await at(minutesAfter(1));

  expect(posts().map(({ fields }) => [fields['channel'], fields['text']])).toEqual([
    ['C0HAND', 'Handoff bengaluru to us: nothing is open'],
  ]);
  expect(await digest()).toMatchObject({ state: 'posted', late: false, postedAt: DUE, to: 'us' });
});

it('is looked for when a worker starts, and at the beginning of each minute, once for all workers', async () => {
  const options = { connection: testRedis(''), prefix: `{test-${Math.random()}}` };
  const [one, other] = [openQueues(options), openQueues(options)];

  await Promise.all([scheduleHandoffs(one), scheduleHandoffs(other)]);

  const handoffs = one.queues.get('handoffs');
  const later = (await handoffs?.getDelayed()) ?? [];
  expect(later.map(({ timestamp, delay }) => (timestamp + delay) % 60_000)).toEqual([0]);
  expect(await handoffs?.getWaitingCount()).toBe(2);
  // One that is kept would be in the way of the same minute when a clock is set back.
  expect(later.map(({ opts }) => [opts.removeOnComplete, opts.removeOnFail])).toEqual([[true, true]]);
  await handoffs?.obliterate({ force: true });
  await Promise.all([one.close(), other.close()]);
});

it('posts one digest where two workers look in the same second, and both do all of the work', async () => {
  const { ctx, baton, look, work, posts } = await handoffWorld();
  const other = baton();

  await Promise.all([look(ctx), look(other), look(ctx), look(other)]);
  const jobs = [...ctx.queued, ...other.queued];
  const outcomes = await Promise.allSettled(jobs.flatMap((job) => [runJob(ctx, job), runJob(other, job)]));
  await Promise.all([work(ctx), work(other)]);

  expect(jobs).toHaveLength(2);
  expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
  expect(posts()).toHaveLength(1);
});

// Where it dies between the intent and Slack's answer nobody knows whether it stands there: the lead gets it.
it.each(Array.from({ length: 24 }, (_, writes) => writes))(
  'posts one digest where the worker dies at write %i, and another one goes on',
  async (writes) => {
    const { ctx, baton, at, posts, digest } = await handoffWorld();
    const dying = baton();
    dieAfter(dying, writes);

    await at(DUE, dying).catch(() => undefined);
    // A claim on a message ends by time, or is freed: another worker waits for it.
    await ctx.redis.del(`baton:{handoffs}:message:${DIGEST}:claim`);
    await at(minutesAfter(1));
    await at(minutesAfter(2));

    const channels = posts().map(({ fields }) => fields['channel']);
    expect([['C0HAND'], ['DU0BEN'], ['C0HAND', 'DU0BEN']]).toContainEqual(channels);
    if (channels.length === 2) expect(posts()[1]?.fields['blocks']).toContain('you may read it twice');
    expect(await digest()).toMatchObject({ state: 'posted' });
  },
);

it('posts what fell due while all of Baton was down, and says that it is late', async () => {
  const { at, posts, digest } = await handoffWorld();

  await at(minutesAfter(-60));
  await at(minutesAfter(5 * 60));

  expect(posts()).toHaveLength(1);
  expect(posts()[0]?.fields['blocks']).toContain('Late: it was due');
  expect(await digest()).toMatchObject({ late: true, dueAt: DUE });
});

it('records as missed what is more than six hours late, and the next digest tells it', async () => {
  const { ctx, at, posts, digest } = await handoffWorld();
  const tuesday = minutesAfter(24 * 60);

  await at(minutesAfter(-60));
  await at(minutesAfter(6 * 60 + 1));
  expect(posts()).toEqual([]);
  expect(await digest()).toMatchObject({ state: 'missed' });
  await at(tuesday);

  expect(posts()).toHaveLength(1);
  const next = await digest('bengaluru-us-2026-11-24');
  expect(next).toMatchObject({ folded: [DIGEST], content: { since: minutesAfter(-24 * 60) } });
  expect(posts()[0]?.fields['blocks']).toContain('did not reach you before: 2026-11-23.');
  expect(await ctx.redis.lrange('baton:{audit}:trail', 0, -1)).toEqual([expect.stringContaining('missed')]);
});

it('begins each digest where the last one ended', async () => {
  const { at, digest } = await handoffWorld();

  await at(minutesAfter(3));
  await at(minutesAfter(24 * 60));

  const next = await digest('bengaluru-us-2026-11-24');
  expect(next).toMatchObject({ folded: [], content: { since: DUE } });
});

it('posts one digest where the clock is set back after it', async () => {
  const { at, posts, ctx } = await handoffWorld();

  await at(DUE);
  await at(minutesAfter(-30));
  await at(minutesAfter(-1));
  await at(DUE);
  await at(minutesAfter(10));

  expect(posts()).toHaveLength(1);
  expect(await listDigests(ctx.redis, { limit: 10 })).toHaveLength(1);
});

it('posts one digest where the handoff is moved to later on the same day', async () => {
  const { at, posts, ctx } = await handoffWorld();

  await at(DUE);
  const [handoff] = ctx.config.handoffs;
  ctx.config = handoffConfig({
    handoffs: [
      { ...handoff, from: 'bengaluru', to: 'us', at: '20:00', channel: 'C0HAND', acknowledge_within: '45m' },
    ],
  });
  await at(minutesAfter(90));

  expect(posts()).toHaveLength(1);
});

it('owes nothing for the time before it was there', async () => {
  const { at, posts, ctx } = await handoffWorld();

  await at(minutesAfter(5));

  expect(posts()).toEqual([]);
  expect(await listDigests(ctx.redis, { limit: 10 })).toEqual([]);
});

it('gives the digest to another site on a day off, and tells the usual one of it on the next day', async () => {
  const { at, digest, posts } = await handoffWorld(withLondon({ usOff: '2026-11-23' }));

  await at(DUE);
  await at(minutesAfter(24 * 60));

  expect((await digest())?.to).toBe('london');
  const next = await digest('bengaluru-us-2026-11-24');
  expect(next).toMatchObject({ to: 'us', folded: [DIGEST] });
  expect(posts().map(({ fields }) => fields['text'])).toEqual([
    'Handoff bengaluru to london: nothing is open',
    'Handoff bengaluru to us: nothing is open',
  ]);
});

it('posts in the channel where nobody works', async () => {
  const config = handoffConfig();
  const us = {
    timezone: 'America/Los_Angeles',
    hours: '09:00-17:30',
    days: 'mon-fri',
    holidays: ['2026-11-23'],
  };
  const bengaluru = { timezone: 'Asia/Kolkata', hours: '09:30-18:30', days: 'mon-fri' };
  const { at, posts } = await handoffWorld(
    handoffConfig({
      sites: { bengaluru, us },
      handoffs: config.handoffs.map((one) => ({ ...one, acknowledge_within: undefined })),
    }),
  );

  await at(DUE);

  expect(posts()[0]?.fields['text']).toMatch(
    /^Handoff bengaluru(, nobody takes it| to us): nothing is open$/,
  );
});

it('waits for Slack while Slack is down, and posts once', async () => {
  const { at, slack, posts, ctx, digest } = await handoffWorld();
  slack.answer = () => ({ status: 503 });
  await at(DUE);
  slack.answer = () => undefined;
  slack.calls.length = 0;

  await ctx.redis.del('baton:{C0HAND}:paused');
  await at(minutesAfter(61));
  await at(minutesAfter(62));

  expect(posts()).toHaveLength(1);
  expect(await digest()).toMatchObject({ state: 'posted' });
});

it('tells notes, the blocked first, until they are done, and the pairs of the week on its first day', async () => {
  const config = { ...handoffConfig(), pairs: { people: ['U0ASHA', 'U0BEN'], day: 'mon' as const } };
  const { at, ctx, digest } = await handoffWorld(config);
  const say = speaker({ ...ctx, now: () => minutesAfter(-60) });
  await say('U0ASHA', 'handoff note the migration goes on');
  await say('U0ASHA', 'handoff note blocked: waits for a key');
  await say('U0BEN', 'handoff note of the other site');

  await at(DUE);
  await at(minutesAfter(24 * 60));

  const [monday, tuesday] = [await digest(), await digest('bengaluru-us-2026-11-24')];
  expect(monday?.content?.items.map(({ section, said }) => [section, said])).toEqual([
    ['blocked', 'waits for a key'],
    ['notes', 'the migration goes on'],
  ]);
  expect(monday?.content?.pairs).toEqual([['U0ASHA', 'U0BEN']]);
  expect(tuesday?.content?.items).toHaveLength(2);
  expect(tuesday?.content?.pairs).toEqual([]);
});

it('sends it by mail, with the figures, once', async () => {
  const mail = { from: 'baton@acme.example', to: ['releases@acme.example'] };
  const { at, ctx } = await handoffWorld(handoffConfig({ mail }));
  Reflect.set(ctx, 'mail', { place: 'mail.acme.example:25' });

  await at(DUE);
  await at(minutesAfter(1));
  await at(minutesAfter(2));

  expect(ctx.queued.filter(({ queue }) => queue === 'mails')).toHaveLength(1);
  const kept = JSON.parse((await ctx.redis.get(`baton:{mail}:mail:digest-${DIGEST}`)) ?? '{}');
  expect(kept).toMatchObject({ subject: 'Handoff bengaluru to us, 2026-11-23', to: mail.to });
  expect(kept.text).toContain('2026-11-23 18:30 bengaluru, 2026-11-23 05:00 us');
  expect(kept.attachments).toEqual([expect.objectContaining({ filename: `${DIGEST}.csv` })]);
});

it('never makes a second digest of one day, whoever records it', async () => {
  const { ctx, at, digest } = await handoffWorld();
  await at(DUE);
  const posted = await digest();
  if (posted === undefined) throw new Error('there is one');

  await createDigest(ctx.redis, { ...posted, state: 'due', revision: 1, content: null });

  expect(await digest()).toEqual(posted);
});

function withLondon({ usOff }: { usOff: string }) {
  return handoffConfig({
    sites: {
      bengaluru: { timezone: 'Asia/Kolkata', hours: '09:30-18:30', days: 'mon-fri' },
      london: { timezone: 'Europe/London', hours: '09:00-17:30', days: 'mon-fri' },
      us: { timezone: 'America/Los_Angeles', hours: '09:00-17:30', days: 'mon-fri', holidays: [usOff] },
    },
  });
}

/** Its Redis takes so many more writes of the handoff and its message, then nothing any more. */
function dieAfter(ctx: { redis: object; jobs: object }, writes: number): void {
  let left = writes;
  const die = (target: object, name: string) => {
    const real = Reflect.get(target, name);
    Reflect.set(target, name, async (...args: unknown[]) => {
      left -= 1;
      if (left < 0) throw new Error('killed');
      return Reflect.apply(real, target, args);
    });
  };
  for (const name of ['evalsha', 'eval', 'set', 'srem']) die(ctx.redis, name);
  die(ctx.jobs, 'add');
}
