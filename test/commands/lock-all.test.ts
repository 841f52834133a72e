import { afterEach, expect, it } from '@jest/globals';
import { closeContexts } from '../support/context.ts';
import { baton } from '../support/locks-typed.ts';

afterEach(closeContexts);

it('shows nobody a button for what they may not do', async () => {
  const { say } = baton({ roles: { deployer: ['U0BEN', 'U0CLEO'], admin: ['U0BEN'] } });
  const everything = (await say('U0BEN', 'lock all because upgrade')).news[0]?.buttons['Unlock'] ?? '';

  const met = await say('U0CLEO', everything);
  expect(met.words).toContain('\nAsk <@U0BEN> for `/unlock all`; an admin types');
  expect(met.buttons).toEqual({});
  expect(Object.keys((await say('U0CLEO', 'lock staging')).buttons)).toEqual(['Wait']);
  await say('U0BEN', 'unlock all');
  await say('U0CLEO', 'lock staging');
  expect((await say('U0ASHA', 'unlock staging')).buttons).toEqual({});
  expect(Object.keys((await say('U0BEN', 'unlock staging')).buttons)).toEqual(['Wait']);
});

it('locks everything for an admin, and shows that first everywhere', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging because load test');

  expect((await say('U0ASHA', 'lock all because x')).words).toContain('Only admins');
  const { news } = await say('U0BEN', 'lock all because database upgrade');
  expect(news[0]?.words).toContain('<@U0BEN> locked *every environment* because “database upgrade”');
  expect(news[0]?.text).toBe('every environment is locked');
  expect((await say('U0CLEO', 'lock production')).words).toContain('`not_allowed`');
  expect((await say('U0CLEO', 'lock staging')).words).toMatch(
    /^:lock: <@U0BEN> has locked \*every environment\*/,
  );
  expect((await say('U0CLEO', 'lock')).words).toMatch(
    /^:lock: \*every environment\* <@U0BEN>.*\n:lock: \*staging\*/,
  );
  expect((await say('U0CLEO', 'deploy status staging')).words).toMatch(
    /^\*staging\*\n:lock: \*every environment\* <@U0BEN>.*\n:lock: \*staging\*/,
  );
  const sha = 'c'.repeat(40);
  expect((await say('U0ASHA', `deploy staging api@${sha}`)).words).toContain(
    'has locked *every environment*',
  );
  expect((await say('U0BEN', 'unlock all')).words).toContain('• *every environment*, held since');
});
