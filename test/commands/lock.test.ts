import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, NOON, type TestContext, testContext } from '../support/context.ts';
import { speaker } from '../support/say.ts';

afterEach(closeContexts);

const SINCE = `<!date^${NOON.getTime() / 1_000}^`;

it('tells the channel who locked what, and why', async () => {
  const { say } = baton();

  const reply = await say('U0ASHA', 'lock staging because load test');

  expect(reply).toMatchObject({ to: 'channel', text: 'staging is locked' });
  expect(reply.words).toContain('<@U0ASHA> locked *staging* because “load test”');
});

it('tells the environment’s own channel, and the person where they typed it', async () => {
  const { say } = baton();

  expect(await say('U0BEN', 'lock production')).toMatchObject({
    to: 'channel',
    channel: 'C0PROD',
    besides: true,
  });
  expect(await say('U0BEN', 'lock staging')).toMatchObject({
    to: 'channel',
    channel: undefined,
    besides: false,
  });
});

it('shows a second person who is in the way, since when, why, and every way out, and nobody else', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging because load test');

  const reply = await say('U0BEN', 'lock staging');

  expect(reply.to).toBe('caller');
  expect(reply.words).toContain('<@U0ASHA> has locked *staging*');
  expect(reply.words).toContain(SINCE);
  expect(reply.words).toContain('because “load test”');
  expect(reply.words).toContain('Ask <@U0ASHA> for `/unlock staging`');
  expect(reply.words).toContain('`/unlock staging --force because …`');
  expect(reply.words).toMatch(/`locked` · reference \w{8}$/);
  expect(reply.words.split('\n').length).toBeLessThanOrEqual(3);
});

it('tells the holder privately that they have it already', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging because load test');

  const reply = await say('U0ASHA', 'lock staging because another reason');

  expect(reply).toMatchObject({ to: 'caller', text: 'You have locked staging already' });
  expect(reply.words).toContain('because “load test”');
});

it('locks one service and leaves the others free', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging/api');

  expect((await say('U0BEN', 'lock staging/api')).words).toContain('<@U0ASHA> has locked *staging/api*');
  expect((await say('U0BEN', 'lock staging/web')).to).toBe('channel');
});

it('answers the same when the command runs a second time', async () => {
  const { ctx, say } = baton();
  const first = await say('U0ASHA', 'lock staging', 'same');
  ctx.now = () => new Date(NOON.getTime() + 60_000);

  expect(await say('U0ASHA', 'lock staging', 'same')).toEqual(first);
  expect(await audited(ctx)).toHaveLength(1);
});

it('gives the lock up by its button, and only that very lock', async () => {
  const { say } = baton();
  const old = await say('U0ASHA', 'lock staging');
  const click = old.buttons['Unlock'] ?? '';

  expect(click).toMatch(/^unlock staging/);
  expect((await say('U0BEN', click)).words).toContain('<@U0ASHA> has locked *staging*');
  expect(await say('U0ASHA', click)).toMatchObject({ to: 'channel', text: 'staging is unlocked' });

  await say('U0ASHA', 'lock staging');
  expect(await say('U0ASHA', click)).toMatchObject({ to: 'caller', text: 'That lock is over' });
  expect((await say('U0ASHA', 'unlock staging')).to).toBe('channel');
  expect(await say('U0ASHA', click)).toMatchObject({ to: 'caller', text: 'staging is not locked' });
});

it('is removed from somebody else only by an admin who says why', async () => {
  const { ctx, say } = baton({ roles: { deployer: ['U0ASHA', 'U0BEN', 'U0CLEO'], admin: ['U0BEN'] } });
  await say('U0ASHA', 'lock staging because load test');

  expect((await say('U0CLEO', 'unlock staging --force because x')).words).toContain(
    'Only admins of staging may',
  );
  expect((await say('U0BEN', 'unlock staging')).words).toContain('<@U0ASHA> has locked *staging*');
  expect((await say('U0BEN', 'unlock staging --force')).words).toContain('`--force` needs a reason');
  const forced = await say('U0BEN', 'unlock staging --force because she is on holiday');
  expect(forced.to).toBe('channel');
  expect(forced.words).toContain(
    '<@U0BEN> removed the lock of <@U0ASHA> from *staging* by force: “she is on holiday”',
  );
  expect((await audited(ctx)).map(({ action, outcome, reason }) => `${action} ${outcome} ${reason}`)).toEqual(
    [
      'unlock forced she is on holiday',
      'unlock refused invalid_command',
      'unlock refused locked',
      'unlock refused not_allowed',
      'lock accepted load test',
    ],
  );
});

it('is for deployers of that very environment', async () => {
  const { ctx, say } = baton();

  const stranger = await say('U0CLEO', 'lock staging');
  expect(stranger.words).toContain('Only deployers of staging may lock staging');
  expect(stranger.words).toContain('Asha, Ben may');
  expect(stranger.words).toContain('`not_allowed`');
  expect((await say('U0ASHA', 'lock production')).words).toContain('`not_allowed`');
  expect(await audited(ctx)).toMatchObject([
    { subject: 'production', outcome: 'refused', reason: 'not_allowed', actor: 'U0ASHA' },
    { subject: 'staging', outcome: 'refused', reason: 'not_allowed', actor: 'U0CLEO' },
  ]);
});

it('is not given while Slack does not say who is in the group', async () => {
  const { ctx } = baton({ roles: { deployer: ['S0DEPLOY'] } });
  const say = speaker({ ...ctx, slack: { ...ctx.slack, listGroupMembers: saysNothing } });

  expect((await say('U0ASHA', 'lock staging')).words).toContain('`not_allowed`');
  expect((await say('U0ASHA', 'lock')).text).toBe('Nothing is locked');
});

it('needs a reason where the configuration says so', async () => {
  const { say } = baton({ environments: { staging: { ...STAGING, lock: { require_reason: true } } } });

  expect((await say('U0ASHA', 'lock staging')).words).toContain('A lock on staging needs a reason');
  expect((await say('U0ASHA', 'lock staging because x')).to).toBe('channel');
});

it('ends by itself where the configuration says so', async () => {
  const { ctx, say } = baton({ environments: { staging: { ...STAGING, lock: { default_for: '4h' } } } });
  const end = NOON.getTime() + 4 * 3_600_000;

  expect((await say('U0ASHA', 'lock staging')).words).toContain(`until <!date^${end / 1_000}^`);
  expect((await say('U0BEN', 'lock staging')).words).toContain(`ends by itself <!date^${end / 1_000}^`);
  ctx.now = () => new Date(end);
  expect((await say('U0BEN', 'lock')).text).toBe('Nothing is locked');
  expect((await say('U0BEN', 'lock staging')).to).toBe('channel');
  expect(await audited(ctx)).toMatchObject([
    { actor: 'U0BEN', outcome: 'accepted' },
    { actor: 'baton', outcome: 'expired', subject: 'staging' },
    { actor: 'U0BEN', outcome: 'refused', reason: 'locked' },
    { actor: 'U0ASHA', outcome: 'accepted' },
  ]);
});

it('lists every lock to anybody, with one that cannot be read', async () => {
  const { ctx, say } = baton();
  expect((await say('U0CLEO', 'lock')).text).toBe('Nothing is locked');
  await say('U0ASHA', 'lock staging because <!channel> *bold*');
  await ctx.redis.set('baton:{production}:lock:web', 'rubbish');

  const reply = await say('U0CLEO', 'lock');

  expect(reply).toMatchObject({ to: 'caller', text: '2 locks' });
  expect(reply.words).toContain(`*staging* <@U0ASHA> since ${SINCE}`);
  expect(reply.words).toContain('&lt;!channel&gt; ∗bold∗');
  expect(reply.words).toContain('*production/web* a lock that cannot be read blocks it (`lock_ambiguous`)');
});

it('blocks when it cannot be read, until an admin removes it', async () => {
  const { ctx, say } = baton();
  await ctx.redis.set('baton:{staging}:lock', 'rubbish');

  for (const text of ['lock staging', 'unlock staging', 'lock staging/api']) {
    expect((await say('U0ASHA', text)).words).toContain('`lock_ambiguous`');
  }
  expect(await ctx.redis.get('baton:{staging}:lock')).toBe('rubbish');
  expect((await say('U0BEN', 'unlock staging --force because looked at it')).to).toBe('channel');
  expect((await say('U0ASHA', 'lock staging')).to).toBe('channel');
});

it.each([
  ['lock prodction', 'unknown_environment', /no environment `prodction`.*`production`/s],
  ['lock __proto__', 'unknown_environment', /`__proto__`/],
  ['lock staging/ap', 'unknown_service', /no service `ap` on staging/],
  ['lock because load test', 'invalid_command', /Which environment/],
  ['lock staging for 2h', 'invalid_command', /`for` comes with a later version/],
  ['lock staging --steal because x', 'invalid_command', /`--steal` comes with a later version/],
  ['lock all', 'invalid_command', /`\/lock all` comes with a later version/],
  ['unlock all', 'invalid_command', /`\/unlock all` comes with a later version/],
  ['unlock', 'invalid_command', /Which environment/],
  ['unlock staging --forse', 'invalid_command', /`--forse`.*`--force`/s],
])('explains what is wrong with “%s”', async (text, reason, expected) => {
  const { say } = baton();

  const reply = await say('U0ASHA', text);

  expect(reply.to).toBe('caller');
  expect(reply.words).toMatch(expected);
  expect(reply.words).toContain(`\`${reason}\` · reference`);
});

it('hides an outage behind a reference', async () => {
  const { ctx, say } = baton();
  ctx.redis.disconnect();

  const reply = await say('U0ASHA', 'lock staging');

  expect(reply.to).toBe('caller');
  expect(reply.text).toMatch(/^Something went wrong on our side. Reference: \w{8}$/);
});

const saysNothing = () => Promise.reject(new Error('ratelimited'));

const STAGING = { services: ['api', 'web'], driver: { type: 'command' as const, argv: ['true'] } };

function baton(config: Parameters<typeof testConfig>[0] = {}) {
  const ctx = testContext({ config: testConfig(config) });
  return { ctx, say: speaker(ctx) };
}

async function audited(ctx: TestContext) {
  const { items } = await listAudit(ctx.redis, { limit: 20 });
  return items.filter((entry) => 'actor' in entry);
}
