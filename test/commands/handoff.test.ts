import { afterEach, expect, it } from '@jest/globals';
import { createDeployment, replaceDeployment } from '../../src/deployments/store.ts';
import { readBoard } from '../../src/locks/store.ts';
import { closeContexts } from '../support/context.ts';
import { wanted } from '../support/deployment.ts';
import { DIGEST, DUE, handoffConfig, handoffWorld, minutesAfter } from '../support/handoffs.ts';
import { speaker } from '../support/say.ts';
import { closeServers } from '../support/slack-server.ts';

afterEach(() => {
  closeServers();
  closeContexts();
});

it('shows on the digest who has it and since when', async () => {
  const { say, work, slack } = await posted();

  const reply = await say('U0BEN', `handoff take ${DIGEST}`);
  await work();

  expect(reply).toMatchObject({
    to: 'caller',
    words: expect.stringContaining('You have the handoff of *bengaluru*'),
  });
  const edit = slack.calls.findLast(({ method }) => method === 'chat.update');
  expect(edit?.fields['blocks']).toContain('<@U0BEN> has it since');
  expect(edit?.fields['blocks']).not.toContain('I have it');
});

it('gives it to the first of many who say so', async () => {
  const { say, digest } = await posted();

  const replies = await Promise.all(
    ['U0BEN', 'U0LEA', 'U0MAX', 'U0BEN', 'U0LEA'].map((person) => say(person, `handoff take ${DIGEST}`)),
  );

  const taken = (await digest())?.taken?.by ?? '';
  const mine = replies.filter(({ words }) => words.includes('You have the handoff'));
  expect(mine.length).toBe(
    ['U0BEN', 'U0LEA', 'U0MAX', 'U0BEN', 'U0LEA'].filter((one) => one === taken).length,
  );
  expect(replies.filter(({ words }) => words.includes(`<@${taken}> has the handoff`)).length).toBe(
    5 - mine.length,
  );
});

it('lets nobody take the handoff of their own site', async () => {
  const { say, digest } = await posted();

  expect((await say('U0ASHA', `handoff take ${DIGEST}`)).words).toContain('`not_allowed`');
  expect((await digest())?.taken).toBeNull();
});

it.each([
  'handoff take',
  'handoff take bengaluru-us-2020-01-01',
  'handoff assign zzzzz <@U0BEN>',
  'handoff assign zzzzz',
])('refuses “%s” and says what helps', async (text) => {
  const { say } = await posted();

  const { words } = await say('U0BEN', text);

  expect(words).toMatch(/`invalid_command`/);
  expect(words.split('\n').length).toBeGreaterThan(1);
});

it('moves the lock of somebody who leaves to whoever takes it over from the digest', async () => {
  const { say, work, slack, ctx, lockButton } = await posted({ locked: true });

  const reply = await say('U0BEN', await lockButton());
  await work();

  expect(reply.words).toContain('You hold *staging*');
  expect((await readBoard(ctx.redis, 'staging')).board.locks).toMatchObject([{ holder: 'U0BEN' }]);
  const edit = slack.calls.findLast(({ method }) => method === 'chat.update');
  expect(edit?.fields['blocks']).toContain('→ <@U0BEN> has it');
  expect(edit?.fields['blocks']).not.toContain('Take over');
});

it.each([
  ['U0LEA', 'Locks of this handoff are taken over by people of `us`'],
  ['U0ASHA', 'You are of `bengaluru`, which hands over'],
  ['U0PIA', 'Only deployers of staging may take over staging'],
])('does not move it to %s', async (person, words) => {
  const { say, ctx, lockButton } = await posted({ locked: true });

  expect((await say(person, await lockButton())).words).toContain(words);
  expect((await readBoard(ctx.redis, 'staging')).board.locks).toMatchObject([{ holder: 'U0ASHA' }]);
});

it('says that the button is over where the lock has changed hands', async () => {
  const { say, lockButton } = await posted({ locked: true });
  const button = await lockButton();
  await say('U0LEA', 'lock staging --steal because urgent');

  expect((await say('U0BEN', button)).words).toContain('is over on *staging*. Now <@U0LEA> has it');
});

it('says that the button is over once there was a later digest', async () => {
  const { say, lockButton, at } = await posted({ locked: true });
  const button = await lockButton();
  await at(minutesAfter(24 * 60));

  expect((await say('U0BEN', button)).words).toContain('That digest is over');
});

it.each(['', ' --item ITEM'])('takes nothing of a digest once there was a later one (%s)', async (end) => {
  const { say, at, digest } = await posted({ failed: true });
  const item = (await digest())?.content?.items[0]?.id ?? '';
  await at(minutesAfter(24 * 60));

  const reply = await say('U0BEN', `handoff take ${DIGEST}${end.replace('ITEM', item)}`);

  expect(reply.words).toContain('a later one has taken its place');
  expect(await digest()).toMatchObject({ taken: null, assigned: {} });
});

it('offers no take-over of the lock of somebody who begins their day', async () => {
  const { digest } = await posted({ locked: true, by: 'U0BEN' });

  expect((await digest())?.content?.items).toMatchObject([{ section: 'locks', lock: null }]);
});

it('gives an open item to somebody of the other site, tells them, and shows it', async () => {
  const { say, work, slack, digest, ctx } = await posted({ failed: true });
  const item = (await digest())?.content?.items[0]?.id ?? '';

  const reply = await say('U0ASHA', `handoff assign ${item} <@U0BEN|ben>`);
  await work();

  expect(reply.words).toContain('<@U0BEN> has it now');
  const told = slack.calls.map(({ method, fields }) => `${method} ${fields['channel']} ${fields['text']}`);
  expect(told).toContain('chat.postMessage DU0BEN staging/api main failed');
  expect(slack.calls.findLast(({ method }) => method === 'chat.update')?.fields['blocks']).toContain(
    '→ <@U0BEN> has it',
  );
  expect((await say('U0ASHA', `handoff assign ${item} <@U0LEA>`)).words).toContain('not of `us`');
  expect(await ctx.redis.lrange('baton:{audit}:trail', 0, -1)).toContainEqual(
    expect.stringContaining('handoff assign'),
  );
});

it('keeps whose it is from one digest to the next, for as long as it is open', async () => {
  const { say, at, digest, ctx } = await posted({ failed: true, running: true, locked: true });
  const items = (await digest())?.content?.items ?? [];
  for (const { id } of items) await say('U0BEN', `handoff assign ${id} <@U0BEN>`);

  await say('U0ASHA', 'unlock staging');
  await at(minutesAfter(24 * 60));

  const next = (await ctx.redis.get('baton:{handoffs}:digest:bengaluru-us-2026-11-24')) ?? '';
  expect(items.map(({ section }) => section)).toEqual(['failed', 'leaving', 'running']);
  expect(Object.keys(JSON.parse(next).assigned)).toEqual([items[0]?.id, items[2]?.id]);
});

it('shows what the next digest would say, and keeps nothing of it', async () => {
  const { say, ctx, digest } = await posted({ failed: true });
  ctx.now = () => minutesAfter(60);

  const reply = await say('U0ASHA', 'handoff preview');

  expect(reply.words).toContain('*Preview of the handoff bengaluru to us*, due <!date^1795525200^');
  expect(reply.buttons).toEqual({});
  expect(await digest('bengaluru-us-2026-11-24')).toBeUndefined();
});

it.each([
  ['U0BEN', 'handoff preview', 'Preview of the handoff bengaluru to us'],
  ['U0BEN', 'handoff preview bengaluru', 'Preview of the handoff bengaluru to us'],
  ['U0BEN', 'handoff preview bengalru', 'Did you mean `bengaluru`?'],
])('as %s answers “%s”', async (person, text, words) => {
  const { say } = await posted();

  expect((await say(person, text)).words).toContain(words);
});

it('lists the last fourteen handoffs with who took them, the newest first', async () => {
  const { say, at } = await posted();
  await say('U0BEN', `handoff take ${DIGEST}`);
  for (let day = 1; day < 21; day += 1) await at(minutesAfter(day * 24 * 60));

  const { words } = await say('U0ASHA', 'handoff history');

  const lines = words.split('\n').filter((line) => line.startsWith('•'));
  expect(lines).toHaveLength(14);
  expect(lines[0]).toContain('bengaluru-us-2026-12-11');
  expect(lines.at(-1)).toContain('bengaluru-us-2026-11-24');
  expect((await say('U0ASHA', 'handoff')).words).toContain('You hand over to *us*');
});

it('shows who took it in the history', async () => {
  const { say } = await posted();
  await say('U0BEN', `handoff take ${DIGEST}`);

  expect((await say('U0ASHA', 'handoff history')).words).toMatch(/<@U0BEN> took it <!date\^/);
});

it('shows each reader what is open for their own site, and what comes next', async () => {
  const { say } = await posted({ failed: true });

  const [asha, ben] = [await say('U0ASHA', 'handoff'), await say('U0BEN', 'handoff')];

  expect(asha.words).toContain('Where things stand for bengaluru');
  expect(asha.words).toContain('main failed');
  expect(asha.words).toContain('You hand over to *us*');
  expect(ben.words).toContain('Where things stand for us');
  expect(ben.words).toContain('nothing was deployed by *us*');
  expect(ben.words).toContain('*bengaluru* hands over to you');
  expect(ben.words).toContain('1 line more of other people and services');
  expect(ben.buttons).toEqual({ 'I have it': `handoff take ${DIGEST}` });
});

it('counts what was given to somebody among what is open for their site, and says that they have it', async () => {
  const { say, digest, ctx } = await posted({ running: true });
  const item = (await digest())?.content?.items[0]?.id ?? '';

  await say('U0ASHA', `handoff assign ${item} <@U0BEN>`);

  ctx.now = () => minutesAfter(1);
  for (const text of ['handoff', 'handoff preview bengaluru']) {
    expect((await say('U0BEN', text)).words).toContain('main runs');
    expect((await say('U0BEN', text)).words).toContain(`→ <@U0BEN> has it ·\u00A0\`${item}\``);
  }
  expect((await say('U0ASHA', 'handoff')).words).toContain('→ <@U0BEN> has it');
});

it('tells somebody once that a line is theirs', async () => {
  const { say, digest } = await posted({ failed: true });
  const item = (await digest())?.content?.items[0]?.id ?? '';

  const first = await say('U0ASHA', `handoff assign ${item} <@U0BEN>`);
  const again = await say('U0LEA', `handoff assign ${item} <@U0BEN>`);

  expect([first.direct.length, again.direct.length]).toEqual([1, 0]);
});

interface Standing {
  readonly locked?: boolean;
  readonly by?: string;
  readonly failed?: boolean;
  readonly running?: boolean;
}

/** Monday's digest has been posted. */
async function posted({ locked = false, by = 'U0ASHA', failed = false, running = false }: Standing = {}) {
  const world = await handoffWorld(handoffConfig());
  const { ctx } = world;
  const say = speaker({
    ...ctx,
    get now() {
      return ctx.now;
    },
    slack: {
      ...ctx.slack,
      findPerson: async (id) => ({ id, team: 'T0ACME', name: id, timezone: 'UTC', barred: null }),
    },
  });
  if (locked) await say(by, 'lock staging because load test');
  const put = async (service: string, state: 'failure' | 'in_progress') => {
    const asked = wanted({ service, createdAt: minutesAfter(-60) });
    const created = await createDeployment(ctx.redis, asked);
    if (created.kind === 'leased') throw new Error('it is free');
    const ended = state === 'failure' ? { endedAt: minutesAfter(-50), runOver: true } : {};
    const after = { ...created.deployment, state, startedAt: minutesAfter(-55), ...ended };
    await replaceDeployment(ctx.redis, created.deployment, after, { freeLease: state === 'failure' });
  };
  if (failed) await put('api', 'failure');
  if (running) await put('web', 'in_progress');
  await world.at(DUE);
  const lockButton = async () => {
    const lock = (await world.digest())?.content?.items.find((one) => one.lock !== null)?.lock;
    return `handoff take ${DIGEST} --lock ${lock?.id ?? 'none'}`;
  };
  return { ...world, say, lockButton };
}
