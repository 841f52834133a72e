import { afterEach, expect, it } from '@jest/globals';
import { closeContexts, NOON } from '../support/context.ts';
import { baton, HOUR } from '../support/locks-typed.ts';

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
  const lease = { deployment: 'staging-1', fence: 1, requestedBy: 'U0ASHA', ref: 'main', since: NOON };
  await ctx.redis.hset('baton:{staging}:leases', 'api', JSON.stringify(lease));
  const kept = 'Its time is over: it ends with the deployment that runs there.';

  expect((await say('U0BEN', 'lock staging')).words).not.toContain(kept);
  ctx.now = () => new Date(NOON.getTime() + 2 * HOUR);
  expect((await say('U0BEN', 'lock staging')).words).toContain(kept);
});
