import { afterEach, expect, it } from '@jest/globals';
import { after, HOUR } from '../support/locks.ts';
import { addCommit, addPullRequest } from '../../playground/github/seed.ts';
import { pullRequestIsOver } from '../../src/locks/tied.ts';
import { closeContexts } from '../support/context.ts';
import { closeGitHubs, testGitHub } from '../support/github.ts';
import { at, baton, STAGING } from '../support/locks-typed.ts';
import { toldBy } from '../support/say.ts';

afterEach(closeContexts);
afterEach(closeGitHubs);

it.each(['for #12', 'for api#12'])('is tied to a pull request with “%s”', async (typed) => {
  const { say } = await withGitHub();

  const { news } = await say('U0ASHA', `lock staging/api ${typed}`);

  expect(news[0]?.words).toContain('until acme/api#12 is merged');
});

it.each([
  { rules: { default_for: '4h', max_for: '24h' }, typed: '', most: `, at most until ${at(24 * HOUR)}` },
  {
    rules: { default_for: '4h', max_for: '24h' },
    typed: ' until 20:00',
    most: `, at most until ${at(2.5 * HOUR)}`,
  },
  { rules: { default_for: '4h' }, typed: '', most: undefined },
])('lasts until that is merged, not as a lock of which nobody says how long: $most', async (given) => {
  const { rules, typed, most } = given;
  const { say } = await withGitHub({ environments: { staging: { ...STAGING, lock: rules } } });
  const ending = `until acme/api#12 is merged${most ?? ''}`;
  const first = await say('U0ASHA', `lock staging/api for #12${typed}`);
  await say('U0ASHA', 'lock staging/web');

  const tied = await say('U0ASHA', `lock staging/web for api#12${typed}`);

  for (const words of [first.news[0]?.words, tied.words]) {
    expect(words).toContain(ending);
    if (most === undefined) expect(words).not.toContain('at most');
  }
});

it('goes with the pull request that it is tied to, and stays when another is merged', async () => {
  const { ctx, say } = await withGitHub();
  await say('U0ASHA', 'lock staging/api for #12 because a fix');
  await say('U0CLEO', 'lock staging/api --wait');
  const ended = { scope: 'staging', repository: 'acme/api', how: 'merged' as const, why: 'test' };

  await pullRequestIsOver(ctx, { ...ended, number: 13 });
  expect((await say('U0BEN', 'lock')).text).toBe('1 lock');
  ctx.queued.length = 0;
  await pullRequestIsOver(ctx, { ...ended, number: 12 });

  const { news, direct } = toldBy(ctx.queued);
  expect(news[0]?.words).toContain('*staging/api* is unlocked: acme/api#12 has been merged');
  expect(direct.map(({ to, text }) => `${to} ${text}`)).toEqual([
    'U0ASHA Your lock on staging/api has ended',
    'U0CLEO It is your turn on staging/api',
  ]);
  expect(direct[0]?.words).toMatch(
    /acme\/api#12 has been merged, so your lock on \*staging\/api\*, held since .*, has ended/,
  );
});

it('asks the holder, once, when its pull request is closed without a merge', async () => {
  const { ctx, say } = await withGitHub();
  await say('U0ASHA', 'lock staging/api for #12 because a fix');
  ctx.queued.length = 0;
  const ended = { scope: 'staging', repository: 'acme/api', number: 12, how: 'closed' as const };

  await pullRequestIsOver(ctx, { ...ended, why: 'one' });
  await pullRequestIsOver(ctx, { ...ended, why: 'two' });

  const { direct } = toldBy(ctx.queued);
  expect(direct).toMatchObject([{ to: 'U0ASHA', text: 'Do you still need staging/api?' }]);
  expect(direct[0]?.words).toContain('acme/api#12, to which your lock on *staging/api* is tied, was closed');
  const kept = await say('U0ASHA', direct[0]?.buttons['Keep'] ?? '');
  expect(kept.words).toContain('You keep *staging/api*');
  expect(kept.words).not.toContain('#12');
});

it.each([12, 13])('asks anew when #%i, to which it was tied next, is closed, too', async (next) => {
  const { ctx, say } = await withGitHub();
  const ended = { scope: 'staging', repository: 'acme/api', how: 'closed' as const };
  await say('U0ASHA', 'lock staging/api for #12 because a fix');
  await pullRequestIsOver(ctx, { ...ended, number: 12, why: 'one' });
  await say('U0ASHA', toldBy(ctx.queued).direct[0]?.buttons['Keep'] ?? '');
  ctx.now = () => after(HOUR);
  await say('U0ASHA', `lock staging/api for #${next}`);

  await pullRequestIsOver(ctx, { ...ended, number: next, why: 'two' });

  expect(toldBy(ctx.queued).direct.map(({ words }) => /acme.api#\d+/.exec(words)?.[0])).toEqual([
    'acme/api#12',
    `acme/api#${next}`,
  ]);
});

it.each([
  { typed: 'for #99', words: 'There is no pull request #99 in acme/api.' },
  { typed: 'for #10', words: 'Pull request #10 of acme/api has been merged already.' },
  { typed: 'for #11', words: 'Pull request #11 of acme/api was closed without a merge.' },
  { typed: 'for #99 --wait', words: 'There is no pull request #99 in acme/api.' },
])('is not tied to what will never be merged: $typed', async ({ typed, words }) => {
  const { say } = await withGitHub();

  const reply = await say('U0ASHA', `lock staging/api ${typed}`);

  expect(reply).toMatchObject({ to: 'caller', news: [] });
  expect(reply.words).toContain(words);
  expect(reply.words).toContain('`/lock staging/api for 2h`');
  expect((await say('U0ASHA', 'lock')).text).toBe('Nothing is locked');
});

it('is not tied to a pull request where GitHub is off', async () => {
  const { say } = baton();

  const { words } = await say('U0ASHA', 'lock staging/api for #12');

  expect(words).toContain(
    'GitHub is off, so nobody would notice that pull request #12 of acme/api is merged.',
  );
  expect((await say('U0ASHA', 'lock')).text).toBe('Nothing is locked');
});

/** Of acme/api, #10 is merged, #11 closed, #12 and #13 open. */
async function withGitHub(config: Parameters<typeof baton>[0] = {}) {
  const { played, github } = await testGitHub();
  const api = played.addRepository('acme/api');
  const head = addCommit(api, { message: 'x' });
  for (const [number, state] of [
    [10, 'merged'],
    [11, 'closed'],
    [12, 'open'],
    [13, 'open'],
  ] as const) {
    addPullRequest(api, { number, head, branch: `b-${number}`, state });
  }
  return baton(config, { github });
}
