import { afterEach, expect, it } from '@jest/globals';
import { closeContexts } from '../support/context.ts';
import { at, baton, HOUR, MINUTE } from '../support/locks-typed.ts';

afterEach(closeContexts);

it('offers it: the holder keeps it until the other accepts, then it changes hands in one step', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging for 2h because load test');

  const offered = await say('U0ASHA', 'lock staging --offer <@U0CLEO>');

  expect(offered.words).toContain(`Offered: <@U0CLEO> has until ${at(10 * MINUTE)}`);
  expect(offered.words).toContain('you keep *staging* until they do');
  expect(offered.news[0]?.words).toContain(
    '<@U0ASHA> offers the lock on *staging* to <@U0CLEO>, and keeps it',
  );
  expect(offered.direct).toMatchObject([{ to: 'U0CLEO', text: 'staging is offered to you' }]);
  expect(offered.direct[0]?.words).toContain(
    '<@U0ASHA> offers you the lock on *staging* because “load test”',
  );
  expect(offered.direct[0]?.words).toContain(`yours until ${at(2 * HOUR)}`);
  expect(Object.keys(offered.direct[0]?.buttons ?? {})).toEqual(['Accept', 'Decline']);
  expect((await say('U0BEN', 'lock staging')).words).toContain('<@U0ASHA> has locked *staging*');

  const accepted = await say('U0CLEO', offered.direct[0]?.buttons['Accept'] ?? '');
  expect(accepted).toMatchObject({ to: 'caller', text: 'You hold staging' });
  expect(accepted.news[0]?.words).toContain('<@U0CLEO> has the lock on *staging* now, from <@U0ASHA>');
  expect(accepted.direct).toMatchObject([{ to: 'U0ASHA', text: 'staging has changed hands' }]);
  expect((await say('U0ASHA', 'unlock staging')).words).toContain('<@U0CLEO> has locked *staging*');
});

it('is declined, and the holder told so keeps it', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging');
  const { direct } = await say('U0ASHA', 'lock staging --offer <@U0CLEO>');

  const declined = await say('U0CLEO', direct[0]?.buttons['Decline'] ?? '');

  expect(declined.words).toContain('You do not take *staging*; its holder keeps it.');
  expect(declined.direct).toMatchObject([{ to: 'U0ASHA', text: 'staging is still yours' }]);
  expect((await say('U0CLEO', direct[0]?.buttons['Accept'] ?? '')).words).toContain('is over on *staging*');
  expect((await say('U0ASHA', 'lock staging')).words).toContain('You have held *staging*');
});

it('ends without an answer after ten minutes, and both are told', async () => {
  const { say, later } = baton();
  await say('U0ASHA', 'lock staging');
  const { direct } = await say('U0ASHA', 'lock staging --offer <@U0CLEO>');

  const told = await later(10 * MINUTE);

  expect(told.direct.map(({ to, text }) => `${to} ${text}`)).toEqual([
    'U0CLEO The offer of staging has ended',
    'U0ASHA staging is still yours',
  ]);
  expect(told.direct[0]?.words).toContain('so <@U0ASHA> keeps it');
  expect(told.direct[1]?.words).toContain('<@U0CLEO> did not answer your offer of *staging* in time');
  expect((await say('U0CLEO', direct[0]?.buttons['Accept'] ?? '')).words).toContain('Now <@U0ASHA> has it');
});

it('is over once somebody has stolen the lock', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging');
  const { direct } = await say('U0ASHA', 'lock staging --offer <@U0CLEO>');
  await say('U0BEN', 'lock staging --steal because outage');

  const late = await say('U0CLEO', direct[0]?.buttons['Accept'] ?? '');

  expect(late.words).toContain('What this button was for is over on *staging*. Now <@U0BEN> has it');
  expect(late.news).toEqual([]);
});

it.each([
  { to: '<@U0ASHA>', words: 'You hold it yourself', reason: 'invalid_command' },
  { to: '<@U0GUEST>', words: 'That person cannot use Baton here', reason: 'not_allowed' },
  { to: '<@U0NOBODY>', words: 'That person cannot use Baton here', reason: 'not_allowed' },
  { to: '<@U0DAVE>', words: 'That person cannot use Baton here', reason: 'not_allowed' },
  { to: '@cleo', words: '`@cleo`', reason: 'invalid_command' },
])('cannot be made to $to', async ({ to, words, reason }) => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging');

  const reply = await say('U0ASHA', `lock staging --offer ${to}`);

  expect(reply).toMatchObject({ to: 'caller', news: [], direct: [] });
  expect(reply.words).toContain(words);
  expect(reply.words).toContain(`\`${reason}\` · reference`);
});

it('cannot be made to somebody who may not deploy there, nor by somebody who does not hold it', async () => {
  const { say } = baton({ roles: { deployer: ['U0ASHA', 'U0BEN'], admin: ['U0BEN'] } });
  await say('U0ASHA', 'lock staging');

  expect((await say('U0ASHA', 'lock staging --offer <@U0CLEO>')).words).toContain(
    'That person may not deploy to staging, so the lock cannot be offered to them',
  );
  expect((await say('U0BEN', 'lock staging --offer <@U0ASHA>')).words).toContain(
    '<@U0ASHA> has locked *staging*',
  );
  expect((await say('U0BEN', 'lock production --offer <@U0ASHA>')).words).toContain(
    'may not deploy to production',
  );
});

it('gives the global lock to admins only', async () => {
  const { say } = baton();
  await say('U0BEN', 'lock all');

  expect((await say('U0BEN', 'lock all --offer <@U0ASHA>')).words).toContain('may not lock everything');
});
