import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, type TestContext, testContext } from '../support/context.ts';
import { speaker } from '../support/say.ts';

afterEach(closeContexts);

/** Ben is in Los Angeles, where it is four in the morning. */
const token = (at: string) => `<!date^${Date.parse(at) / 1_000}^`;
const TEN = token('2030-01-15T18:00:00Z');
const NOON_THERE = token('2030-01-15T20:00:00Z');
const KEY = 'baton:{staging}:freeze';

it('tells the channel who froze what, until when and why', async () => {
  const { say } = baton();

  const reply = await say('U0BEN', 'freeze staging until 10:00 because <!channel> *sale*');

  expect(reply).toMatchObject({ to: 'channel', text: 'staging is frozen' });
  expect(reply.words).toContain(`<@U0BEN> froze *staging* until ${TEN}`);
  expect(reply.words).toContain('because “&lt;!channel&gt; ∗sale∗”');
  expect(reply.words).toContain('`/thaw staging`');
  expect(reply.words).not.toContain('configuration');
});

it('tells the environment’s own channel, and the person where they typed it', async () => {
  const { say } = baton();

  const there = { to: 'channel', channel: 'C0PROD', besides: true };
  expect(await say('U0BEN', 'freeze production until 10:00 because sale')).toMatchObject(there);
  expect(await say('U0BEN', 'thaw production')).toMatchObject(there);
});

it('answers the same when the command runs a second time, however late', async () => {
  const { ctx, say } = baton();
  const first = await say('U0BEN', 'freeze staging until 10:00 because sale', 'same');
  ctx.now = () => new Date('2030-01-15T19:00:00Z');

  expect(await say('U0BEN', 'freeze staging until 10:00 because sale', 'same')).toEqual(first);
  expect(await audited(ctx)).toEqual(['U0BEN freeze staging accepted sale']);
});

it('lasts until the handoff of whoever sets it', async () => {
  const site = { hours: '09:00-17:30', days: 'mon-fri' };
  const { say } = baton({
    people: [{ name: 'Ben', slack: 'U0BEN', site: 'us' }],
    sites: {
      us: { ...site, timezone: 'America/Los_Angeles' },
      bengaluru: { ...site, timezone: 'Asia/Kolkata' },
    },
    handoffs: [{ from: 'us', to: 'bengaluru', at: '17:30', channel: 'C0HAND' }],
  });

  const { words } = await say('U0BEN', 'freeze staging until handoff because sale');

  expect(words).toContain(`until ${token('2030-01-16T01:30:00Z')}`);
});

it('says whose freeze it takes the place of, longer or shorter', async () => {
  const { ctx, say } = baton({ roles: { deployer: ['U0ASHA'], admin: ['U0BEN', 'U0ASHA'] } });
  await say('U0BEN', 'freeze staging until 12:00 because sale');

  const reply = await say('U0ASHA', 'freeze staging until 18:00 because audit');

  // Six in the evening of Kolkata is half past four in the morning of Los Angeles.
  expect(reply.words).toContain(`<@U0ASHA> froze *staging* until ${token('2030-01-15T12:30:00Z')}`);
  expect(reply.words).toContain(`takes the place of the freeze by <@U0BEN> until ${NOON_THERE}`);
  expect((await say('U0CLEO', 'deploy status staging')).words).toContain('“audit”');
  expect((await listAudit(ctx.redis, { limit: 1 })).items).toMatchObject([
    { detail: { because: 'audit', by: 'U0ASHA', replaced: { because: 'sale', by: 'U0BEN' } } },
  ]);
});

it('says when the configuration keeps it frozen longer', async () => {
  const { say } = baton({ environments: { staging: { ...STAGING, freezes: [NIGHT] } } });

  const reply = await say('U0BEN', 'freeze staging until 10:00 because sale');

  expect(reply.words).toContain(
    `The configuration keeps it frozen longer: it opens ${token('2030-01-16T06:00:00Z')}`,
  );
});

it('ends by itself, and is told to the audit trail by whoever meets it first', async () => {
  const { ctx, say } = baton();
  await say('U0BEN', 'freeze staging until 10:00 because sale');
  ctx.now = () => new Date('2030-01-15T18:00:00Z');

  expect((await say('U0CLEO', 'deploy status staging')).words).not.toContain('frozen');
  expect((await say('U0BEN', 'thaw staging')).text).toBe('staging is not frozen');
  expect(await audited(ctx)).toEqual([
    'baton freeze staging expired null',
    'U0BEN freeze staging accepted sale',
  ]);
});

it('is shown with its end in the status', async () => {
  const { ctx, say } = baton();
  await say('U0BEN', 'freeze staging until 10:00 because sale');
  await ctx.redis.set('baton:{production}:freeze', 'rubbish');

  const { words } = await say('U0CLEO', 'deploy status');

  expect(words).toContain(`frozen by <@U0BEN> until ${TEN}`);
  expect(words).toContain('“sale”');
  expect(words).toContain('a freeze that cannot be read blocks it (`frozen`)');
});

it('is lifted by an admin, whoever set it', async () => {
  const { ctx, say } = baton({ roles: { admin: ['U0BEN', 'U0ASHA'] } });
  await say('U0BEN', 'freeze staging until 10:00 because sale');

  const reply = await say('U0ASHA', 'thaw staging because it is over early');

  expect(reply).toMatchObject({ to: 'channel', text: 'staging is thawed' });
  expect(reply.words).toContain('<@U0ASHA> thawed *staging*: “it is over early”');
  expect(reply.words).toContain(`The freeze by <@U0BEN> until ${TEN}`);
  expect(await say('U0ASHA', 'thaw staging')).toMatchObject({ to: 'caller', text: 'staging is not frozen' });
  expect(await audited(ctx)).toEqual([
    'U0ASHA thaw staging accepted it is over early',
    'U0BEN freeze staging accepted sale',
  ]);
});

it('says that it stays frozen where the configuration freezes it too', async () => {
  const { say } = baton({ environments: { staging: { ...STAGING, freezes: [NOW] } } });
  await say('U0BEN', 'freeze staging until 10:00 because sale');

  const reply = await say('U0BEN', 'thaw staging');

  expect(reply).toMatchObject({ to: 'channel', text: 'staging stays frozen' });
  expect(reply.words).toContain(
    `frozen by the configuration (“morning”): it opens ${token('2030-01-15T13:00:00Z')}`,
  );
});

it('cannot lift what stands in the configuration, and says when it opens and what to do', async () => {
  const { ctx, say } = baton({ environments: { staging: { ...STAGING, freezes: [NOW] } } });

  const reply = await say('U0BEN', 'thaw staging');

  expect(reply.to).toBe('caller');
  expect(reply.words).toContain(`because “morning”: it opens ${token('2030-01-15T13:00:00Z')}`);
  expect(reply.words).toContain('`baton.yml`');
  expect(reply.words).toContain('`/deploy staging --break-glass because …`');
  expect(reply.words).toMatch(/`frozen` · reference \w{8}$/);
  expect(await audited(ctx)).toEqual(['U0BEN thaw staging refused frozen']);
});

it('says of a schedule that never opens that it never does', async () => {
  const always = [
    { from: 'mon 00:00', to: 'thu 00:00', timezone: 'UTC', reason: 'closed' },
    { from: 'thu 00:00', to: 'mon 00:00', timezone: 'UTC', reason: 'closed' },
  ];
  const { say } = baton({ environments: { staging: { ...STAGING, freezes: always } } });

  expect((await say('U0BEN', 'thaw staging')).words).toContain('“closed”: it never opens by itself');
  expect((await say('U0CLEO', 'deploy status')).words).toContain(
    'frozen and never opens by itself: “closed”',
  );
  expect((await say('U0BEN', 'freeze staging until 10:00 because sale')).words).toContain(
    'longer: it never opens by itself',
  );
});

it.each(['freeze staging until 10:00 because sale', 'thaw staging'])(
  'is for admins of that very environment: “%s”',
  async (text) => {
    const { ctx, say } = baton();

    expect((await say('U0ASHA', text)).words).toMatch(/Only admins of staging may (freeze|thaw) staging/);
    expect(await ctx.redis.exists(KEY)).toBe(0);
    expect(await audited(ctx)).toEqual([`U0ASHA ${text.split(' ')[0]} staging refused not_allowed`]);
  },
);

it('blocks when it cannot be read, until an admin removes it by force and says why', async () => {
  const { ctx, say } = baton();
  await ctx.redis.set(KEY, 'rubbish');

  for (const text of ['freeze staging until 10:00 because sale', 'thaw staging']) {
    const { words } = await say('U0BEN', text);
    expect(words).toContain('cannot be read, so it stays frozen');
    expect(words).toContain(`\`${KEY}\``);
    expect(words).toContain('`/thaw staging --force because …`');
    expect(words).toContain('`frozen` · reference');
  }
  expect((await say('U0BEN', 'thaw staging --force')).words).toContain('`--force` needs a reason');
  expect(await ctx.redis.get(KEY)).toBe('rubbish');
  expect((await say('U0BEN', 'thaw staging --force because looked at it')).words).toContain(
    'A freeze that could not be read was removed by force',
  );
  expect((await audited(ctx))[0]).toBe('U0BEN thaw staging forced looked at it');
  expect((await say('U0BEN', 'thaw staging')).text).toBe('staging is not frozen');
});

it.each([
  ['freeze', /Which environment.*For example: `\/freeze staging until 17:00 because .*`/s],
  ['freeze staging', /Until when/],
  ['freeze staging because sale', /Until when/],
  ['freeze staging until 10:00', /needs a reason/],
  [
    'freeze staging until 2020-01-01 10:00 because sale',
    /has passed.*For example: `\/freeze staging until .* because/s,
  ],
  ['freeze staging until blue moon because sale', /blue.*For example: `\/freeze staging until .* because/s],
  ['freeze all until 10:00 because sale', /one environment at a time/],
  [
    'freeze staging/api until 10:00 because sale',
    /all services of an environment.*For example: `\/freeze staging until /s,
  ],
  [
    'freeze stagign until 10:00 because sale',
    /no environment `stagign`.*For example: `\/freeze staging until /s,
  ],
  ['freeze staging api until 10:00 because sale', /`api` is one word too many/],
  ['freeze staging for 2h because sale', /`for` means nothing to/],
  ['thaw', /Which environment.*For example: `\/thaw staging`/s],
  ['thaw all', /one environment at a time.*For example: `\/thaw staging`/s],
  ['thaw prodction', /no environment `prodction`.*`production`/s],
])('explains what is wrong with “%s”', async (text, expected) => {
  const { ctx, say } = baton();

  const reply = await say('U0BEN', text);

  expect(reply.to).toBe('caller');
  expect(reply.words).toMatch(expected);
  expect(await ctx.redis.exists(KEY)).toBe(0);
});

const STAGING = { services: ['api', 'web'], driver: { type: 'command' as const, argv: ['true'] } };
const NIGHT = { from: 'tue 18:00', to: 'wed 06:00', timezone: 'UTC', reason: 'night' };
const NOW = { from: 'tue 06:00', to: 'tue 13:00', timezone: 'UTC', reason: 'morning' };

function baton(config: Parameters<typeof testConfig>[0] = {}) {
  const ctx = testContext({ config: testConfig(config) });
  return { ctx, say: speaker(ctx) };
}

/** What the trail says, newest first: `U0BEN freeze staging accepted sale`. */
async function audited(ctx: TestContext): Promise<string[]> {
  const { items } = await listAudit(ctx.redis, { limit: 20 });
  return items.flatMap((entry) =>
    'actor' in entry
      ? [`${entry.actor} ${entry.action} ${entry.subject} ${entry.outcome} ${entry.reason}`]
      : [],
  );
}
