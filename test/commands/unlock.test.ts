import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { lock, storeLocks } from '../support/board.ts';
import { closeContexts } from '../support/context.ts';
import { at, baton, HOUR, STAGING } from '../support/locks-typed.ts';

afterEach(closeContexts);

it('gives the lock up, and tells the channel whose it was and since when', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging');

  const { to, news } = await say('U0ASHA', 'unlock staging because done');

  expect(to).toBe('none');
  expect(news[0]?.words).toMatch(/^:unlock: <@U0ASHA> unlocked \*staging\*, held since .*: “done”\.$/);
});

it('gives it up by its button, and only that very lock', async () => {
  const { say } = baton();
  const click = (await say('U0ASHA', 'lock staging')).news[0]?.buttons['Unlock'] ?? '';

  expect((await say('U0BEN', click)).words).toContain('<@U0ASHA> has locked *staging*');
  expect((await say('U0ASHA', click)).news[0]?.text).toBe('staging is unlocked');
  await say('U0ASHA', 'lock staging');
  expect((await say('U0ASHA', click)).words).toContain('What this button was for is over on *staging*');
  expect((await say('U0ASHA', 'unlock staging')).to).toBe('none');
  expect((await say('U0ASHA', click)).words).toContain('It is not locked now');
});

it('says that nothing is locked there, and what one holds, or meets, instead', async () => {
  const { say } = baton();
  expect((await say('U0ASHA', 'unlock staging')).words).toBe(':unlock: *staging* is not locked.');
  await say('U0ASHA', 'lock staging/api');
  await say('U0CLEO', 'lock staging/web');

  const own = 'You hold *staging/api*: `/unlock staging/api`. <@U0CLEO> has locked *staging/web*.';
  expect((await say('U0ASHA', 'unlock staging')).words).toBe(
    `:unlock: *staging* itself is not locked. ${own}`,
  );
  expect((await say('U0BEN', 'unlock staging --force because x')).words).toContain(
    '<@U0ASHA> has locked *staging/api*. <@U0CLEO> has locked *staging/web*.',
  );
});

it('frees all that is one’s own with “unlock all”, and lists it', async () => {
  const { say } = baton();
  expect((await say('U0BEN', 'unlock all')).words).toContain('You hold no locks, so nothing was freed');
  await say('U0BEN', 'lock staging/api because load test');
  await say('U0BEN', 'lock production');
  await say('U0BEN', 'lock staging --warn because careful');
  await say('U0ASHA', 'lock staging/web');

  const { words, news } = await say('U0BEN', 'unlock all');

  expect(words).toContain('• *staging/api*, held since');
  expect(words).toContain('because “load test”');
  expect(words).toContain('• *production*, held since');
  expect(words).toContain('• the warning about *staging*: “careful”');
  expect(news.map(({ text }) => text)).toEqual(['staging/api is unlocked', 'production is unlocked']);
  expect((await say('U0BEN', 'lock')).words).toContain('*staging/web* <@U0ASHA>');
});

it('says where “unlock all” could not tell what one holds', async () => {
  const { ctx, say } = baton();
  await ctx.redis.set('baton:{staging}:lock', 'rubbish');
  const unreadable = ':lock: *staging* is blocked by locks that cannot be read (`lock_ambiguous`)';

  const nothing = await say('U0ASHA', 'unlock all');
  expect(nothing.words).toContain('You hold no locks that can be read, so nothing was freed.');
  expect(nothing.words).toContain(unreadable);
  await say('U0BEN', 'lock production');
  expect((await say('U0BEN', 'unlock all')).words).toMatch(/Freed:\n• \*production\*.*\n:lock: \*staging\*/);
});

it('removes somebody else’s lock only for an admin who says why, and tells the holder', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', 'lock staging because load test');

  expect((await say('U0CLEO', 'unlock staging --force because x')).words).toContain(
    'Only admins of staging may',
  );
  expect((await say('U0BEN', 'unlock staging')).words).toContain('<@U0ASHA> has locked *staging*');
  expect((await say('U0BEN', 'unlock staging --force')).words).toContain('`--force` needs a reason');
  const { news, direct } = await say('U0BEN', 'unlock staging --force because she is on holiday');
  expect(news[0]?.words).toContain(
    '<@U0BEN> removed the lock of <@U0ASHA> from *staging* by force: “she is on holiday”',
  );
  expect(direct).toMatchObject([{ to: 'U0ASHA', text: 'Your lock on staging is gone' }]);
  expect(direct[0]?.words).toContain('by force: “she is on holiday”');
  expect(direct[0]?.words).toContain('Talk to <@U0BEN>, or take it again with `/lock staging`');
  const { items } = await listAudit(ctx.redis, { limit: 1 });
  expect(items).toMatchObject([{ action: 'unlock', outcome: 'forced', reason: 'she is on holiday' }]);
});

it.each([
  { who: 'at a site', person: 'U0ASHA', next: 16 * HOUR },
  { who: 'without a site', person: 'U0BEN', next: 6 * HOUR + 7 * 24 * HOUR },
])('asks nobody at night when the hour to ask was missed: $who', async ({ person, next }) => {
  const { say, later } = baton({
    people: [{ name: 'Asha', slack: 'U0ASHA', site: 'bengaluru' }],
    sites: { bengaluru: { timezone: 'Asia/Kolkata', hours: '09:30-18:30', days: 'mon-fri' } },
    environments: { staging: { ...STAGING, lock: { remind_after: '1h' } } },
  });
  await say(person, 'lock staging');

  expect((await later(15 * HOUR)).direct).toEqual([]);
  expect((await later(next)).direct).toMatchObject([{ to: person, text: 'Do you still need staging?' }]);
});

it('asks the holder after four hours of their work whether they still need it', async () => {
  const { say, later } = baton();
  // At noon in UTC it is 04:00 where Ben is: his hours begin five hours later.
  await say('U0BEN', 'lock staging because load test');

  expect(await later(9 * HOUR - 1)).toEqual({ news: [], direct: [] });
  const { direct } = await later(9 * HOUR);

  expect(direct).toMatchObject([{ to: 'U0BEN', text: 'Do you still need staging?' }]);
  expect(direct[0]?.words).toContain(`You have held *staging* since ${at(0)}`);
  expect(direct[0]?.words).toContain('because “load test”, until it is unlocked. Do you still need it?');
  expect(Object.keys(direct[0]?.buttons ?? {})).toEqual(['Unlock', 'Keep']);
  expect((await say('U0ASHA', direct[0]?.buttons['Keep'] ?? '')).words).toContain('is over on *staging*');
  expect((await say('U0BEN', direct[0]?.buttons['Keep'] ?? '')).words).toContain('You keep *staging*');
  expect((await say('U0BEN', direct[0]?.buttons['Unlock'] ?? '')).news[0]?.text).toBe('staging is unlocked');
  expect((await say('U0BEN', direct[0]?.buttons['Keep'] ?? '')).words).toContain('It is not locked now');
});

it('blocks when it cannot be read, tells admins once, and is left as it is until one of them removes it', async () => {
  const { ctx, say } = baton();
  await ctx.redis.set('baton:{staging}:lock', 'rubbish');

  const direct = [];
  for (const text of ['lock staging', 'unlock staging', 'lock staging/api --wait', 'unlock staging']) {
    const reply = await say('U0ASHA', text);
    expect(reply.words).toContain('The locks stored for *staging* cannot be read');
    expect(reply.words).toContain('`lock_ambiguous`');
    direct.push(...reply.direct);
  }
  const deployed = await say('U0ASHA', `deploy staging api@${'c'.repeat(40)}`);
  expect(deployed.words).toContain('Admins are told; `/lock` shows which it is, and how they remove it.');
  expect(direct).toMatchObject([{ to: 'U0BEN', text: 'The locks of staging cannot be read' }]);
  expect(direct[0]?.words).toContain('`/unlock staging --force because …`');
  expect(await ctx.redis.get('baton:{staging}:lock')).toBe('rubbish');
  ctx.queued.length = 0;
  expect((await say('U0ASHA', 'lock staging')).direct).toEqual([]);
  const cleared = await say('U0BEN', 'unlock staging --force because looked at it');
  expect(cleared.news[0]?.words).toContain('removed a lock that could not be read from *staging* by force');
  expect((await say('U0ASHA', 'lock staging')).to).toBe('none');
  await ctx.redis.set('baton:{staging}:lock', 'rubbish');
  expect((await say('U0ASHA', 'lock staging')).direct).toHaveLength(1);
});

it('says the same when the job that removed what could not be read comes again', async () => {
  const { ctx, say } = baton();
  await ctx.redis.set('baton:{staging}:lock', 'rubbish');

  const first = await say('U0BEN', 'unlock staging --force because looked at it', 'once');

  expect((await say('U0BEN', 'unlock staging --force because looked at it', 'once')).words).toBe(first.words);
});

it('lets no admin of one environment remove what holds everywhere', async () => {
  const { ctx, say } = baton({
    environments: {
      staging: {
        services: ['api'],
        driver: { type: 'command', argv: ['true'] },
        roles: { admin: ['U0CLEO'] },
      },
    },
  });
  await storeLocks(ctx.redis, [lock()]);
  await ctx.redis.set('baton:{all}:lock', 'rubbish');

  expect((await say('U0CLEO', `deploy staging api@${'c'.repeat(40)}`)).words).toContain(
    'A lock on *every environment* cannot be read, so it blocks',
  );
  const reply = await say('U0CLEO', 'unlock staging --force because x');

  expect(reply.words).toContain('`lock_ambiguous`');
  expect(await ctx.redis.get('baton:{all}:lock')).toBe('rubbish');
  expect((await say('U0BEN', 'unlock all --force because looked at it')).words).toContain('are gone');
});
