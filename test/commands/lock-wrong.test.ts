import { afterEach, expect, it } from '@jest/globals';
import { closeContexts } from '../support/context.ts';
import { baton, STAGING } from '../support/locks-typed.ts';

afterEach(closeContexts);

it.each([
  { typed: 'for #12', words: /`#12` may be a pull request of several repositories: acme\/api, acme\/web/ },
  { typed: 'for shop#12', words: /`shop` is no service of staging/ },
  { typed: 'for 2', words: /`2` has no unit.*`\/lock staging for 2m`/s },
  { typed: 'for -1', words: /`-1` lies in the past/ },
  { typed: 'for -2h', words: /`-2h` lies in the past/ },
  { typed: 'for ever', words: /`ever` is no length of time/ },
  { typed: 'for 0m', words: /is no time at all/ },
  { typed: 'until 5:00', words: /5:00 has passed where you are \(Asia\/Kolkata, now 17:30\)/ },
  { typed: 'until later', words: /`later` is no time/ },
  {
    typed: 'until handoff',
    words: /does not know at which site you work.*`site` of a person under `people`/s,
  },
  { typed: 'for 2h until 18:00', words: /`for` and `until` both tell when it ends/ },
  { typed: '--wait --steal because x', words: /`--wait` and `--steal` are two things; say one of them/ },
  { typed: '--leave --offer <@U0BEN>', words: /`--leave` and `--offer` are two things/ },
  { typed: '--leave for 2h', words: /`for` has no meaning with `--leave`/ },
  { typed: '--offer <@U0BEN> because tired', words: /`because` has no meaning with `--offer`/ },
  { typed: '--steal', words: /`--steal` needs a reason/ },
  { typed: '--warn', words: /`--warn` needs a reason/ },
  { typed: '--accept', words: /answered with the buttons/ },
  { typed: '--decline', words: /answered with the buttons/ },
  { typed: '--lock l1', words: /`--lock` belongs to buttons/ },
  { typed: '--staeal because x', words: /`--staeal`.*`--steal`/s },
])('explains what is wrong with “lock staging $typed”', async ({ typed, words }) => {
  const { ctx, say } = baton();

  const reply = await say('U0ASHA', `lock staging ${typed}`);

  expect(reply).toMatchObject({ to: 'caller', news: [], direct: [] });
  expect(reply.words).toMatch(words);
  expect(reply.words).toContain('`invalid_command` · reference');
  expect(await ctx.redis.get('baton:{staging}:lock')).toBeNull();
});

it('explains first what no turn could give, so that the buttons of a refusal work', async () => {
  const { say } = baton({ environments: { staging: { ...STAGING, lock: { max_for: '24h' } } } });
  await say('U0ASHA', 'lock staging for 2h because load test');

  const most = /A lock may last 1d here at most/;
  expect((await say('U0CLEO', 'lock staging for 25h because a fix')).words).toMatch(most);
  expect((await say('U0CLEO', 'lock staging/api for 25h --steal because a fix')).words).toMatch(most);
  const met = await say('U0CLEO', 'lock staging for 24h because a fix');
  expect((await say('U0CLEO', met.buttons['Wait'] ?? '')).words).toContain('You are number 1');
});

it('tells who has it also without the reason that a lock there needs, but offers no button without one', async () => {
  const { say } = baton({ environments: { staging: { ...STAGING, lock: { require_reason: true } } } });
  await say('U0ASHA', 'lock staging because load test');

  const { words, buttons } = await say('U0CLEO', 'lock staging');

  expect(words).toContain('<@U0ASHA> has locked *staging*');
  expect(words).toContain('Wait in the line with `/lock staging --wait because …`, ask');
  expect(buttons).toEqual({});
  const met = await say('U0CLEO', 'lock staging because a fix');
  expect((await say('U0CLEO', met.buttons['Wait'] ?? '')).words).toContain('You are number 1');
});

it.each([
  ['lock prodction', 'unknown_environment', /no environment `prodction`.*`production`/s],
  ['lock __proto__', 'unknown_environment', /`__proto__`/],
  ['lock staging/ap', 'unknown_service', /no service `ap` on staging/],
  ['lock staging for', 'invalid_command', /It goes: `\/lock .* \[because REASON\]`/],
  ['lock because load test', 'invalid_command', /Which environment/],
  ['unlock', 'invalid_command', /Which environment.*For example: `\/unlock staging`/s],
  ['unlock staging --forse', 'invalid_command', /`--forse`.*`--force`/s],
])('explains what is wrong with “%s”', async (text, reason, expected) => {
  const { say } = baton();

  const reply = await say('U0ASHA', text);

  expect(reply.to).toBe('caller');
  expect(reply.words).toMatch(expected);
  expect(reply.words).toContain(`\`${reason}\` · reference`);
});
