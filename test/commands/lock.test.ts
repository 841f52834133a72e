import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { lock, storeLocks } from '../support/board.ts';
import { closeContexts, NOON, type TestContext } from '../support/context.ts';
import { at, baton, HOUR, MINUTE, STAGING } from '../support/locks-typed.ts';
import { speaker } from '../support/say.ts';

afterEach(closeContexts);

it('tells the channel who locked what, why, until when, and the ways out', async () => {
  const { say } = baton();

  const { to, news, direct } = await say('U0ASHA', 'lock staging for 2h because load test');

  expect({ to, direct }).toEqual({ to: 'none', direct: [] });
  expect(news).toMatchObject([{ to: 'C0TYPED', text: 'staging is locked' }]);
  expect(news[0]?.words).toContain(':lock: <@U0ASHA> locked *staging* because “load test”.');
  expect(news[0]?.words).toContain(`Nobody else deploys there until ${at(2 * HOUR)}`);
  expect(Object.keys(news[0]?.buttons ?? {})).toEqual(['Unlock', 'Wait']);
});

it('tells the environment’s own channel, and the holder where they typed it', async () => {
  const { say } = baton();

  const reply = await say('U0BEN', 'lock production because load test');

  expect(reply).toMatchObject({ to: 'caller', text: 'You hold production', news: [{ to: 'C0PROD' }] });
  expect(reply.words).toContain('You hold *production* because “load test”');
  expect(Object.keys(reply.buttons)).toEqual(['Unlock']);
});

it('shows a second person who has it, since when, until when, why, and every way out, and nobody else', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', 'lock staging for 2h because load test');
  ctx.now = () => new Date(NOON.getTime() + MINUTE);

  const reply = await say('U0CLEO', 'lock staging because a fix');

  expect(reply).toMatchObject({ to: 'caller', text: 'staging is locked', news: [], direct: [] });
  const [who = '', ways = '', small = '', ...more] = reply.words.split('\n');
  expect(who).toContain(':lock: <@U0ASHA> has locked *staging* since');
  expect(who).toContain(at(0));
  expect(who).toContain(`until ${at(2 * HOUR)}`);
  expect(who).toContain('because “load test”');
  expect(ways).toContain('Wait in the line, ask <@U0ASHA> for `/unlock staging`');
  expect(ways).toContain('`/lock staging --steal because …`');
  expect(ways).toContain('`/unlock staging --force because …`');
  expect(small).toMatch(/^`locked` · reference \w{8}$/);
  expect(more).toEqual([]);
  expect(Object.keys(reply.buttons)).toEqual(['Wait', 'Steal']);
});

it('tells the holder privately that they have it already, since when they first had it', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', 'lock staging because load test');
  ctx.now = () => new Date(NOON.getTime() + MINUTE);

  const reply = await say('U0ASHA', 'lock staging');

  expect(reply).toMatchObject({ to: 'caller', text: 'You hold staging', news: [] });
  expect(reply.words).toContain(`You have held *staging* since ${at(0)}`);
  expect(reply.words).toContain('because “load test”');
});

it('extends it when the holder asks for another end, keeps its beginning, and gives no second notice', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', 'lock staging for 2h because load test');
  ctx.now = () => new Date(NOON.getTime() + HOUR);

  const reply = await say('U0ASHA', 'lock staging for 4h');

  expect(reply).toMatchObject({ to: 'caller', news: [], direct: [] });
  expect(reply.words).toContain(`You keep *staging*, held since ${at(0)}`);
  expect(reply.words).toContain(`until ${at(5 * HOUR)}`);
  expect(reply.words).toContain('because “load test”');
});

it.each([
  { typed: 'for 2h', ends: 2 * HOUR },
  { typed: 'for 1h30m', ends: 1.5 * HOUR },
  { typed: 'for 90 minutes', ends: 1.5 * HOUR },
  // At noon in UTC it is 17:30 where Asha is.
  { typed: 'until 18:00', ends: 0.5 * HOUR },
  { typed: 'until tomorrow 9:00', ends: 15.5 * HOUR },
])('reads “$typed” in the person’s own zone', async ({ typed, ends }) => {
  const { say } = baton(SITES);

  const { news } = await say('U0ASHA', `lock staging ${typed} because load test`);

  expect(news[0]?.words).toContain(`until ${at(ends)}`);
});

it('keeps to the longest time that the configuration allows, counted from the beginning', async () => {
  const { ctx, say } = baton({ environments: { staging: { ...STAGING, lock: { max_for: '4h' } } } });

  expect((await say('U0ASHA', 'lock staging for 5h')).words).toContain('A lock may last 4h here at most');
  expect((await say('U0ASHA', 'lock staging for 4h')).to).toBe('none');
  ctx.now = () => new Date(NOON.getTime() + HOUR);
  expect((await say('U0ASHA', 'lock staging for 4h')).words).toContain('A lock may last 4h here at most');
});

it('needs a reason where the configuration says so', async () => {
  const { say } = baton({ environments: { staging: { ...STAGING, lock: { require_reason: true } } } });

  expect((await say('U0ASHA', 'lock staging')).words).toContain('A lock on staging needs a reason');
  expect((await say('U0ASHA', 'lock staging because x')).to).toBe('none');
  expect((await say('U0BEN', 'lock staging --wait')).words).toContain('A lock on staging needs a reason');
});

it('locks one service and leaves the others free', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging/api');

  expect((await say('U0BEN', 'lock staging/api')).words).toContain('<@U0ASHA> has locked *staging/api*');
  expect((await say('U0BEN', 'lock staging')).words).toContain('<@U0ASHA> has locked *staging/api*');
  expect((await say('U0BEN', 'lock staging/web')).to).toBe('none');
});

it('answers the same when the command runs a second time', async () => {
  const { ctx, say } = baton();
  const first = await say('U0ASHA', 'lock staging', 'same');
  ctx.now = () => new Date(NOON.getTime() + MINUTE);

  expect(await say('U0ASHA', 'lock staging', 'same')).toEqual({ ...first, news: [] });
  expect(await audited(ctx)).toHaveLength(1);
});

it('is for deployers of that very environment', async () => {
  const { say } = baton({ roles: { deployer: ['U0ASHA', 'U0BEN'], admin: ['U0BEN'] } });

  const stranger = await say('U0CLEO', 'lock staging');
  expect(stranger.words).toContain('Only deployers of staging may lock staging');
  expect(stranger.words).toContain('Ask one of those who may: <@U0ASHA>, <@U0BEN>.');
  expect(stranger.words).toContain('`not_allowed`');
  expect((await say('U0ASHA', 'lock production')).words).toContain('`not_allowed`');
});

it('is not given while Slack does not say who is in the group', async () => {
  const { ctx } = baton({ roles: { deployer: ['S0DEPLOY'] } });
  const saysNothing = () => Promise.reject(new Error('ratelimited'));
  const say = speaker({ ...ctx, slack: { ...ctx.slack, listGroupMembers: saysNothing } });

  expect((await say('U0ASHA', 'lock staging')).words).toContain('`not_allowed`');
  expect((await say('U0ASHA', 'lock')).text).toBe('Nothing is locked');
});

it('ends by itself, and tells the holder and the channel', async () => {
  const { ctx, say, later } = baton({
    environments: { staging: { ...STAGING, lock: { default_for: '4h' } } },
  });
  const { news } = await say('U0ASHA', 'lock staging');
  expect(news[0]?.words).toContain(`until ${at(4 * HOUR)}`);

  const told = await later(4 * HOUR);

  expect(told.news).toMatchObject([{ to: 'C0TYPED', text: 'staging is unlocked' }]);
  expect(told.news[0]?.words).toContain('The lock of <@U0ASHA> on *staging* has ended by itself, held since');
  expect(told.direct).toMatchObject([{ to: 'U0ASHA', text: 'Your lock on staging has ended' }]);
  expect(told.direct[0]?.words).toContain('`/lock staging` takes it again');
  expect((await say('U0BEN', 'lock')).text).toBe('Nothing is locked');
  expect(await later(4 * HOUR + MINUTE)).toEqual({ news: [], direct: [] });
  expect(await audited(ctx)).toEqual(['baton lock staging expired', 'U0ASHA lock staging accepted']);
});

it('tells whoever meets it the local time of a holder who is not at work, and who is', async () => {
  const { ctx, say } = baton(SITES);
  await say('U0ASHA', 'lock staging because load test');
  ctx.now = () => new Date(NOON.getTime() + 6 * HOUR);

  const reply = await say('U0CLEO', 'lock staging');

  expect(reply.words).toContain(
    'It is Tue 23:30 for <@U0ASHA>, outside working hours. At work now: <@U0BEN>.',
  );
  expect(reply.words.split('\n')).toHaveLength(3);
  const waits = await say('U0CLEO', 'lock staging --wait');
  expect(waits.words).toContain(
    'It is Tue 23:30 for <@U0ASHA>, outside working hours. At work now: <@U0BEN>.',
  );
  const deploys = await say('U0CLEO', `deploy staging api@${'c'.repeat(40)}`);
  expect(deploys.words).toContain('It is Tue 23:30 for <@U0ASHA>');
});

it('lists to anybody where, who, since when, until when, why, who waits, and what to do', async () => {
  const { ctx, say } = baton();
  expect((await say('U0CLEO', 'lock')).text).toBe('Nothing is locked');
  await storeLocks(ctx.redis, [
    lock({
      scope: 'staging/api',
      reason: '<!channel> *bold*',
      pullRequest: { repository: 'acme/api', number: 12, asked: false },
    }),
  ]);
  await say('U0CLEO', 'lock staging/api --wait');
  await say('U0BEN', 'lock staging --warn because the database moves');
  await ctx.redis.set('baton:{production}:lock', 'rubbish');

  const reply = await say('U0CLEO', 'lock');

  expect(reply).toMatchObject({ to: 'caller', text: '2 locks and 1 warning' });
  expect(reply.words).toContain(`:lock: *staging/api* <@U0ASHA> since ${at(0)}`);
  expect(reply.words).toContain(
    ', until acme/api#12 is merged: “&lt;!channel&gt; ∗bold∗” · waiting: <@U0CLEO>',
  );
  expect(reply.words).toContain(':warning: *staging* <@U0BEN> warns: “the database moves”');
  expect(reply.words).toContain('*production* is blocked by locks that cannot be read (`lock_ambiguous`)');
  expect(reply.words).toContain(
    '`/lock ENV --wait` puts you in the line; `/unlock ENV` gives up what is yours.',
  );
});

it('lists once that the lock on everything cannot be read, and all that can', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', 'lock staging because load test');
  await ctx.redis.set('baton:{all}:lock', 'rubbish');

  const { words, text } = await say('U0CLEO', 'lock');

  expect(text).toBe('2 locks');
  expect(words.match(/\*every environment\* is blocked/g)).toHaveLength(1);
  expect(words).toContain(':lock: *staging* <@U0ASHA> since');
});

it('lists the lock on an environment before those on its services, whichever was first', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging/api');
  await say('U0ASHA', 'lock staging');

  for (const typed of ['lock', 'deploy status staging']) {
    expect((await say('U0CLEO', typed)).words).toMatch(/:lock: \*staging\* .*\n:lock: \*staging\/api\* /);
  }
});

it('offers nobody what only admins may do about a lock on everything', async () => {
  const { say } = baton();

  const { words } = await say('U0ASHA', 'lock all because x');
  const { news } = await say('U0BEN', 'lock all because database upgrade');
  const wait = (await say('U0CLEO', 'lock staging')).buttons['Wait'] ?? '';
  const { direct } = await say('U0CLEO', wait);

  expect(words).toContain('Only admins may lock everything, and you are not one.');
  expect(Object.keys(news[0]?.buttons ?? {})).toEqual(['Unlock']);
  expect(direct[0]?.words).toContain('`/unlock all`, which frees all that is yours.');
  expect(direct[0]?.words).not.toContain('--offer');
});

it('hides an outage behind a reference', async () => {
  const { ctx, say } = baton();
  ctx.redis.disconnect();

  const reply = await say('U0ASHA', 'lock staging');

  expect(reply.to).toBe('caller');
  expect(reply.text).toMatch(/^Something went wrong on our side. Reference: \w{8}$/);
});

it('keeps the longest reasons from hiding the ways out, or from breaking the buttons', async () => {
  const { ctx, say } = baton();
  await storeLocks(ctx.redis, [lock({ reason: 'x'.repeat(2_900) })]);

  const reply = await say('U0BEN', `lock staging because ${'y'.repeat(500)}`);

  expect(reply.words).toContain('`/unlock staging --force because …`');
  expect(reply.buttons['Steal']?.length).toBeLessThan(2_000);
  expect(reply.buttons['Wait']?.length).toBeLessThan(2_000);
});

const SITES = {
  people: [
    { name: 'Asha', slack: 'U0ASHA', site: 'bengaluru' },
    { name: 'Ben', slack: 'U0BEN', site: 'us' },
    { name: 'Cleo', slack: 'U0CLEO', site: 'bengaluru' },
  ],
  sites: {
    bengaluru: { timezone: 'Asia/Kolkata', hours: '09:30-18:30', days: 'mon-fri' },
    us: { timezone: 'America/Los_Angeles', hours: '09:00-17:30', days: 'mon-fri' },
  },
  handoffs: [{ from: 'bengaluru', to: 'us', at: '18:30', channel: 'C0HAND' }],
};

/** Newest first. */
async function audited(ctx: TestContext): Promise<string[]> {
  const { items } = await listAudit(ctx.redis, { limit: 20 });
  return items.flatMap((entry) =>
    'actor' in entry ? [`${entry.actor} ${entry.action} ${entry.subject} ${entry.outcome}`] : [],
  );
}
