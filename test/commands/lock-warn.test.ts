import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { closeContexts } from '../support/context.ts';
import { at, baton, HOUR } from '../support/locks-typed.ts';

afterEach(closeContexts);

const SHA = 'c'.repeat(40);

it('is told to the channel, blocks nobody, and is shown to whoever deploys there', async () => {
  const { say } = baton();

  const warned = await say('U0ASHA', 'lock staging --warn for 2h because the database moves');

  expect(warned.words).toContain(
    'Whoever deploys to *staging* sees your warning. `/unlock staging` takes it away.',
  );
  expect(warned.news[0]?.words).toContain('<@U0ASHA> warns whoever deploys to *staging*, until');
  expect(warned.news[0]?.words).toContain('“the database moves”. It blocks nobody.');
  const line = `:warning: *staging* <@U0ASHA> warns, until ${at(2 * HOUR)}`;
  for (const text of [
    'lock',
    'deploy status',
    `deploy staging web@${SHA} --dry-run`,
    `deploy staging api@${SHA}`,
  ]) {
    expect((await say('U0BEN', text)).words).toContain(line);
  }
  expect((await say('U0BEN', 'lock staging')).to).toBe('none');
});

it('is about one service where one is named', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging/api --warn because the database moves');

  expect((await say('U0BEN', `deploy staging web@${SHA} --dry-run`)).words).not.toContain(
    'the database moves',
  );
  expect((await say('U0BEN', `deploy staging api@${SHA}`)).words).toContain('goes on');
});

it('is taken away by whoever left it, also while somebody else holds the lock', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging --warn because the database moves');
  await say('U0BEN', 'lock staging');

  expect((await say('U0ASHA', 'unlock staging')).words).toContain('The warning about *staging* is gone');
  expect((await say('U0CLEO', 'lock')).text).toBe('1 lock');
  expect((await say('U0ASHA', 'unlock staging')).words).toContain('<@U0BEN> has locked *staging*');
});

it('is somebody else’s to take away, but for an admin by force', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging --warn because the database moves');

  expect((await say('U0CLEO', 'unlock staging')).words).toContain('*staging* is not locked');
  expect((await say('U0BEN', 'unlock staging --force because done')).words).toContain('is gone');
  expect((await say('U0CLEO', 'lock')).text).toBe('Nothing is locked');
});

it('is removed by force in the open: its author, the channel, the trail and the history hear who and why', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', 'lock staging --warn because the database moves');

  const { text, news, direct } = await say('U0BEN', 'unlock staging --force because it has moved');

  expect(text).toBe('The warning about staging is gone');
  const by = 'by force: “it has moved”';
  expect(news.map(({ words }) => words)).toEqual([
    `:warning: <@U0BEN> removed the warning of <@U0ASHA> about *staging* ${by}.`,
  ]);
  expect(direct).toMatchObject([{ to: 'U0ASHA', text: 'Your warning about staging is gone' }]);
  expect(direct[0]?.words).toContain(
    `<@U0BEN> removed your warning about *staging* (“the database moves”) ${by}`,
  );
  const { items } = await listAudit(ctx.redis, { limit: 1 });
  const audited = { action: 'unlock', subject: 'staging', outcome: 'forced', reason: 'it has moved' };
  expect(items).toMatchObject([{ actor: 'U0BEN', ...audited, detail: { concerns: 'U0ASHA' } }]);
  expect((await say('U0CLEO', 'deploy history staging')).words).toContain(
    '<@U0BEN> removed the warning of <@U0ASHA> about *staging* by force: “it has moved”',
  );
});

it('is taken away by its author without a word to others, and ends by time: the trail tells both apart', async () => {
  const { ctx, say, later } = baton();
  await say('U0ASHA', 'lock staging --warn for 1h because the database moves');
  expect(await say('U0ASHA', 'unlock staging')).toMatchObject({ news: [], direct: [] });
  await say('U0ASHA', 'lock staging --warn for 1h because the database moves');
  await later(HOUR);

  const { items } = await listAudit(ctx.redis, { limit: 4 });
  expect(items).toMatchObject([
    { actor: 'baton', action: 'warn', outcome: 'expired' },
    { actor: 'U0ASHA', action: 'warn', outcome: 'accepted' },
    { actor: 'U0ASHA', action: 'unlock', outcome: 'accepted' },
    { actor: 'U0ASHA', action: 'warn', outcome: 'accepted' },
  ]);
  expect((await say('U0CLEO', 'deploy history staging')).words).toContain(
    '<@U0ASHA> took away their warning about *staging*',
  );
});

it('ends at its time', async () => {
  const { say, later } = baton();
  await say('U0ASHA', 'lock staging --warn for 2h because the database moves');
  expect((await say('U0CLEO', 'lock')).text).toBe('1 warning');

  await later(2 * HOUR);

  expect((await say('U0CLEO', 'lock')).text).toBe('Nothing is locked');
});
