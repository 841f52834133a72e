import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { allNotes, MOST_NOTES, openNotes } from '../../src/handoffs/notes-store.ts';
import { findCommandRequest } from '../../src/slack/request.ts';
import { testConfig } from '../support/config.ts';
import { closeContexts, NOON, testContext } from '../support/context.ts';
import { speaker } from '../support/say.ts';
import { messageShortcut } from '../support/slack-requests.ts';

afterEach(closeContexts);

it('keeps a note for the site of whoever wrote it, and says where it goes', async () => {
  const { ctx, say } = bot();

  const reply = await say('U0ASHA', 'handoff note blocked: the key is late');

  expect(reply.to).toBe('caller');
  expect(reply.words).toContain('blocked: the key is late');
  expect(reply.words).toContain('next digest of *bengaluru*');
  const [note] = await openNotes(ctx, ['bengaluru'], NOON);
  expect(note).toMatchObject({
    site: 'bengaluru',
    by: 'U0ASHA',
    text: 'the key is late',
    mark: 'blocked',
    at: NOON,
  });
  expect(reply.buttons).toEqual({ Done: `handoff done ${note?.id}` });
  expect(await openNotes(ctx, ['us'], NOON)).toEqual([]);
});

it('puts a note of somebody without a site into the digest of every site, and says why', async () => {
  const { ctx, say } = bot();

  const reply = await say('U0CLEO', 'handoff note remember the demo');

  expect(reply.words).toContain(
    'next digest of every site, because `people` in the configuration gives you no site',
  );
  for (const sites of [['bengaluru'], ['us'], []]) expect(await openNotes(ctx, sites, NOON)).toHaveLength(1);
});

it('is one note however often its job runs, also when it is done by then', async () => {
  const { ctx, say } = bot();
  const first = await say('U0ASHA', 'handoff note the key is late', 'same');

  expect(await say('U0ASHA', 'handoff note the key is late', 'same')).toEqual(first);
  expect(await allNotes(ctx)).toHaveLength(1);
  await say('U0BEN', first.buttons['Done'] ?? '');
  await say('U0ASHA', 'handoff note the key is late', 'same');

  expect(await allNotes(ctx)).toEqual([]);
});

it('carries a note until somebody marks it done, and tells the next one who did', async () => {
  const { ctx, say } = bot();
  const { buttons } = await say('U0ASHA', 'handoff note the key is late');
  ctx.now = () => new Date(NOON.getTime() + 90 * 86_400_000);
  expect(await openNotes(ctx, ['bengaluru'], ctx.now())).toHaveLength(1);

  const done = await say('U0BEN', buttons['Done'] ?? '', 'done');
  expect(done.text).toBe('The note is done');
  expect(done.words).toContain('the key is late');
  expect(await say('U0BEN', buttons['Done'] ?? '', 'done')).toEqual(done);

  const again = await say('U0CLEO', buttons['Done'] ?? '');
  expect(again.words).toContain('<@U0BEN> marked the note');
  const { items } = await listAudit(ctx.redis, { limit: 9 });
  expect(items.map((item) => ('action' in item ? `${item.actor} ${item.action}` : ''))).toEqual([
    'U0BEN note done',
    'U0ASHA note',
  ]);
});

it('lists the notes of the site, who is blocked first, each with its button', async () => {
  const { say } = bot();
  await say('U0ASHA', 'handoff note clean: all merged');
  await say('U0ASHA', 'handoff note blocked: no key');
  await say('U0BEN', 'handoff note not for Bengaluru');

  const reply = await say('U0ASHA', 'handoff notes');

  expect(reply.words).toMatch(/Notes of \*bengaluru\*[^]*no key[^]*all merged/);
  expect(reply.words).not.toContain('not for Bengaluru');
  expect((await say('U0CLEO', 'handoff notes')).words).toContain(
    'There are no notes of people without a site',
  );
});

it('lists for the site that takes a handoff what is passed on to it, in full', async () => {
  const { say } = bot();
  const long = 'the migration is half way, and '.repeat(12);
  await say('U0ASHA', `handoff note ongoing: ${long}`);
  await say('U0BEN', 'handoff note of the taking site');

  const { words } = await say('U0BEN', 'handoff notes');

  expect(words).toContain('Notes of *us* and *bengaluru*');
  expect(words).toContain(long.trim());
  expect(words).toContain('of the taking site');
});

it('lets no mention and no markup in a note come to life, and hides secrets', async () => {
  const { ctx, say } = bot();

  const reply = await say('U0ASHA', 'handoff note <!channel> *now* &lt;!here&gt; <@U0BEN> test-secret');

  expect(reply.words).not.toMatch(/<!channel>|<!here>|<@U0BEN>|\*now\*|test-secret/);
  expect((await allNotes(ctx))[0]?.text).toContain('[redacted]');
});

it('keeps no more notes than somebody reads', async () => {
  const { ctx, say } = bot();
  for (let count = 0; count < MOST_NOTES; count += 1) await say('U0ASHA', 'handoff note again');

  const reply = await say('U0ASHA', 'handoff note one more');

  expect(reply.text).toContain(`There are ${MOST_NOTES} notes already`);
  expect(await allNotes(ctx)).toHaveLength(MOST_NOTES);
});

it('leaves a note that it cannot read as it is, and hides it behind a reference', async () => {
  const { ctx, say } = bot();
  await ctx.redis.hset('baton:{handoffs}:notes', 'n1', '{"id":"n1"}');

  expect((await say('U0ASHA', 'handoff notes')).text).toContain('Reference');
  await expect(openNotes(ctx, ['bengaluru'], NOON)).rejects.toThrow('cannot be read');

  expect(await ctx.redis.hget('baton:{handoffs}:notes', 'n1')).toBe('{"id":"n1"}');
});

it.each([
  { typed: 'handoff note', says: 'There is no text in that note.' },
  { typed: 'handoff note bloked: no key', says: 'Did you mean `blocked:`?' },
  { typed: 'handoff done', says: 'Which note is done?' },
  { typed: 'handoff done n0000000', says: 'There is no note “n0000000”.' },
  { typed: 'handoff done n1 n2', says: '“n2” is one word too many' },
  { typed: 'handoff notes all', says: '“all” is one word too many' },
  { typed: 'handoff pairs', says: 'The configuration has no `pairs`' },
  { typed: 'handoff note help', says: '/handoff note' },
])('explains “$typed”', async ({ typed, says }) => {
  const reply = await bot().say('U0ASHA', typed);

  expect(reply.to).toBe('caller');
  expect(`${reply.text} ${reply.words}`).toContain(says);
});

it('makes a note of a message that reads like a command, with a link to it', async () => {
  const { ctx, say } = bot();
  const message = { ts: '1700000000.000100', text: 'help' };
  const request = findCommandRequest(messageShortcut({ message }));

  const reply = await say('U0ASHA', request?.text ?? '');

  expect(reply.words).toContain('<https://acme.slack.com/archives/C0STG/p1700000000000100|message>');
  expect(await allNotes(ctx)).toEqual([expect.objectContaining({ text: 'help', mark: null })]);
});

it('shows who works with whom', async () => {
  const { ctx, say } = bot();
  ctx.config = { ...ctx.config, pairs: { people: ['U0ASHA', 'U0BEN'], day: 'mon' } };

  const reply = await say('U0ASHA', 'handoff pairs');

  expect(reply.words).toContain('Pairs of the week of 2030-01-14');
  expect(reply.words).toContain('<@U0ASHA> and <@U0BEN>');
});

function bot() {
  const ctx = testContext();
  const hours = { hours: '09:00-17:00', days: 'mon-fri' };
  ctx.config = testConfig({
    people: [
      { name: 'Asha', slack: 'U0ASHA', site: 'bengaluru' },
      { name: 'Ben', slack: 'U0BEN', site: 'us' },
    ],
    sites: {
      bengaluru: { timezone: 'Asia/Kolkata', ...hours },
      us: { timezone: 'America/Los_Angeles', ...hours },
    },
    handoffs: [{ from: 'bengaluru', to: 'us', at: '17:00', channel: 'C0HAND' }],
  });
  return { ctx, say: speaker(ctx) };
}
