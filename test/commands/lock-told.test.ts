import { afterEach, expect, it } from '@jest/globals';
import { closeContexts } from '../support/context.ts';
import { baton } from '../support/locks-typed.ts';

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
