import { afterEach, expect, it } from '@jest/globals';
import { listAudit } from '../../src/audit/store.ts';
import { closeContexts, NOON } from '../support/context.ts';
import { at, baton, HOUR, MINUTE, STAGING } from '../support/locks-typed.ts';

afterEach(closeContexts);

it('tells those in the line their number, and counts nobody before them who is not', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging');
  await say('U0BEN', 'lock staging/web --wait');
  await say('U0CLEO', 'lock staging --wait');
  const deploy = `deploy staging api@${'c'.repeat(40)}`;

  for (const typed of ['lock staging because a fix', 'unlock staging', 'lock staging/api', deploy]) {
    const { words, buttons } = await say('U0CLEO', typed);
    expect(words).toMatch(/You are number [12] in the line\. Ask <@U0ASHA> for/);
    expect(Object.keys(buttons)).toContain('Leave');
    expect(Object.keys(buttons)).not.toContain('Wait');
  }
  const { words, buttons } = await say('U0BEN', 'lock staging');
  expect(words).toContain('Wait in the line (1 before you), ask <@U0ASHA> for');
  expect(Object.keys(buttons)).toEqual(['Wait']);

  const met = await say('U0CLEO', 'lock staging');
  expect((await say('U0CLEO', met.buttons['Leave'] ?? '')).words).toContain(
    'You no longer wait for *staging*.',
  );
});

it('gives a place in the line, says which, and tells the holder of the first', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging for 2h because load test');

  const first = await say('U0BEN', 'lock staging --wait because a fix');
  const second = await say('U0CLEO', 'lock staging --wait');

  expect(first).toMatchObject({ to: 'caller', news: [], text: 'You wait for staging' });
  expect(first.words).toContain(
    'You are number 1 in the line for *staging*. <@U0ASHA> has locked *staging* since',
  );
  expect(first.words).toContain(`until ${at(2 * HOUR)}`);
  expect(first.words).toContain('because “load test”');
  expect(first.words).toContain('You are told by direct message when it is your turn.');
  expect(Object.keys(first.buttons)).toEqual(['Leave']);
  expect(first.direct).toMatchObject([{ to: 'U0ASHA', text: 'Somebody waits for staging' }]);
  expect(first.direct[0]?.words).toContain(
    '<@U0BEN> waits for *staging* because “a fix”; you have locked it.',
  );
  expect(first.direct[0]?.words).toContain('`/unlock staging`, or `/lock staging --offer` <@U0BEN>');
  expect(second.words).toContain('You are number 2');
  expect(second.direct).toEqual([]);
});

it('keeps one place for each person, and takes what is free', async () => {
  const { say } = baton();

  expect(await say('U0ASHA', 'lock staging --wait')).toMatchObject({ news: [{ text: 'staging is locked' }] });
  expect((await say('U0ASHA', 'lock staging --wait')).words).toContain('You have held *staging*');
  await say('U0BEN', 'lock staging --wait');
  await say('U0CLEO', 'lock staging --wait');

  const again = await say('U0BEN', 'lock staging --wait');
  expect(again.words).toContain('You are number 1');
  expect(again.direct).toEqual([]);
  expect((await say('U0CLEO', 'lock')).words).toContain('waiting: <@U0BEN>, <@U0CLEO>');
});

it.each([
  { typed: 'for 2h', shown: 'it is yours for 2h.', ends: 3 * HOUR },
  { typed: 'until 17:00', shown: `it is yours until ${at(5 * HOUR)}`, ends: 5 * HOUR },
  { typed: 'until 12:30', shown: `it is yours until ${at(30 * MINUTE)}`, ends: undefined },
])('keeps to what was asked for in the line when the turn comes: $typed', async ({ typed, shown, ends }) => {
  for (const accepts of ['its button', 'lock staging', 'lock staging --wait']) {
    const { ctx, say } = baton();
    await say('U0BEN', 'lock staging');
    expect((await say('U0CLEO', `lock staging ${typed} --wait because a fix`)).words).toContain(
      `You are told by direct message when it is your turn; once you accept, ${shown}`,
    );
    ctx.now = () => new Date(NOON.getTime() + HOUR);
    const { direct } = await say('U0BEN', 'unlock staging');

    const button = direct[0]?.buttons['Accept'] ?? '';
    const { news } = await say('U0CLEO', accepts === 'its button' ? button : accepts);

    const end = ends === undefined ? 'until it is unlocked' : `until ${at(ends)}`;
    expect(news[0]?.words).toContain('<@U0CLEO> locked *staging* because “a fix”');
    expect(news[0]?.words).toContain(`Nobody else deploys there ${end}`);
  }
});

it('keeps to it, too, with the buttons of a refusal', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging');

  const { buttons } = await say('U0BEN', 'lock staging for 2h because a fix');

  expect((await say('U0BEN', buttons['Wait'] ?? '')).words).toContain('once you accept, it is yours for 2h.');
  const stolen = await say('U0BEN', buttons['Steal'] ?? '');
  expect(stolen.news[0]?.words).toContain(`Nobody else deploys there until ${at(2 * HOUR)}`);
});

it('refuses in the line, already, what will not do when the turn comes', async () => {
  const { say } = baton({ environments: { staging: { ...STAGING, lock: { max_for: '2h' } } } });
  await say('U0ASHA', 'lock staging');

  expect((await say('U0BEN', 'lock staging for 3h --wait')).words).toContain(
    'A lock may last 2h here at most',
  );
  expect((await say('U0BEN', 'lock')).words).not.toContain('waiting');
});

it('offers it to the next in the line for ten minutes, by direct message and in the lock’s thread', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging');
  await say('U0BEN', 'lock staging --wait because a fix');

  const freed = await say('U0ASHA', 'unlock staging');

  expect(freed.news.map(({ text }) => text)).toEqual([
    'staging is unlocked',
    'The next in the line has staging',
  ]);
  expect(freed.news[1]?.words).toContain('<@U0BEN> is next in the line, so it is kept for them until');
  expect(freed.direct).toMatchObject([{ to: 'U0BEN', text: 'It is your turn on staging' }]);
  expect(freed.direct[0]?.words).toContain(`*staging* is kept for you until ${at(10 * MINUTE)}`);
  expect(Object.keys(freed.direct[0]?.buttons ?? {})).toEqual(['Accept', 'Decline']);
  expect((await say('U0CLEO', 'lock staging')).words).toContain(
    '*staging* is kept for <@U0BEN>, whose turn it is',
  );
  const accepted = await say('U0BEN', freed.direct[0]?.buttons['Accept'] ?? '');
  expect(accepted).toMatchObject({
    to: 'caller',
    text: 'You hold staging',
    news: [{ text: 'staging is locked' }],
  });
  expect(accepted.words).toContain('because “a fix”');
  expect((await say('U0BEN', freed.direct[0]?.buttons['Accept'] ?? '')).words).toContain(
    'is over on *staging*',
  );
});

it('tells of turns in the thread of the news of the lock that was in their way', async () => {
  const { say, later } = baton();
  await say('U0ASHA', 'lock staging for 1h', 'first');
  await say('U0BEN', 'lock staging --wait');
  await say('U0CLEO', 'lock staging --wait');

  const turn = await later(HOUR);
  const next = await later(HOUR + 10 * MINUTE);

  const told = [...turn.news, ...next.news].filter(({ thread }) => thread !== undefined);
  expect(told).toMatchObject([
    { to: 'C0TYPED', text: 'The next in the line has staging', thread: 'lock-c-first-taken' },
    { to: 'C0TYPED', text: 'staging is kept no longer', thread: 'lock-c-first-taken' },
    { to: 'C0TYPED', text: 'The next in the line has staging', thread: 'lock-c-first-taken' },
  ]);
  const accepted = await say('U0CLEO', next.direct[1]?.buttons['Accept'] ?? '', 'second');
  expect(accepted.news[0]?.thread).toBeUndefined();
  await say('U0ASHA', 'lock staging --wait');
  expect((await say('U0CLEO', 'unlock staging')).news[1]?.thread).toBe('lock-c-second-taken');
});

it('keeps the turn for as long as the configuration says, then goes to the next', async () => {
  const { ctx, say, later } = baton({ environments: { staging: { ...STAGING, lock: { offer_for: '5m' } } } });
  await say('U0ASHA', 'lock staging');
  await say('U0BEN', 'lock staging --wait');
  await say('U0CLEO', 'lock staging --wait');
  const { direct } = await say('U0ASHA', 'unlock staging');
  const stale = direct[0]?.buttons['Accept'] ?? '';

  expect(await later(5 * MINUTE - 1)).toEqual({ news: [], direct: [] });
  const told = await later(5 * MINUTE);

  expect(told.direct.map(({ to, text }) => `${to} ${text}`)).toEqual([
    'U0BEN Your turn on staging has passed',
    'U0CLEO It is your turn on staging',
  ]);
  expect(told.direct[0]?.words).toContain('`/lock staging --wait` puts you in the line again');
  expect(told.news.map(({ text }) => text)).toEqual([
    'staging is kept no longer',
    'The next in the line has staging',
  ]);
  expect(told.news[0]?.words).toContain('kept for <@U0BEN> no longer: they did not take it in time.');
  expect((await say('U0BEN', stale)).words).toContain('Now it is kept for <@U0CLEO>, whose turn it is');
  ctx.now = () => new Date(NOON.getTime() + 6 * MINUTE);
  const declined = await say('U0CLEO', told.direct[1]?.buttons['Decline'] ?? '');
  expect(declined.words).toContain('You gave up your turn on *staging*');
  expect(declined.news[0]?.words).toContain('kept for <@U0CLEO> no longer: they gave up their turn.');
  expect((await say('U0CLEO', 'lock')).text).toBe('Nothing is locked');
});

it('lets nobody else accept or decline a turn', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging');
  await say('U0BEN', 'lock staging --wait');
  const { direct } = await say('U0ASHA', 'unlock staging');

  for (const label of ['Accept', 'Decline']) {
    const { words } = await say('U0CLEO', direct[0]?.buttons[label] ?? '');
    expect(words).toContain('only they can answer it');
    expect(words).toContain('`not_allowed`');
  }
});

it('is left by its button, which leaves that very place only', async () => {
  const { ctx, say } = baton();
  await say('U0ASHA', 'lock staging');
  const { buttons } = await say('U0BEN', 'lock staging --wait');
  const leave = buttons['Leave'] ?? '';

  expect((await say('U0CLEO', leave)).words).toContain('You were not in the line for *staging*');
  expect((await say('U0BEN', leave)).words).toContain('You no longer wait for *staging*');
  await say('U0BEN', 'lock staging --wait');
  expect((await say('U0BEN', leave)).words).toContain('You were not in the line for *staging*');
  expect((await say('U0BEN', 'lock staging --leave')).words).toContain('You no longer wait for *staging*');
  expect((await say('U0BEN', 'lock staging --leave')).words).toContain('You were not in the line');
  const { items } = await listAudit(ctx.redis, { limit: 20 });
  expect(items.flatMap((entry) => ('action' in entry ? [entry.action] : []))).toEqual([
    'leave',
    'wait',
    'leave',
    'wait',
    'lock',
  ]);
});

it('puts whoever clicks Wait behind that very lock, and nowhere when it is over', async () => {
  const { say } = baton();
  const { news } = await say('U0ASHA', 'lock staging');
  const wait = (await say('U0BEN', 'lock staging because a fix')).buttons['Wait'] ?? '';

  expect((await say('U0BEN', wait)).words).toContain('You are number 1');
  await say('U0BEN', 'lock staging --leave');
  await say('U0ASHA', 'unlock staging');
  for (const stale of [wait, news[0]?.buttons['Wait'] ?? '']) {
    const reply = await say('U0BEN', stale);
    expect(reply.words).toContain('What this button was for is over on *staging*. It is not locked now');
    expect(reply.news).toEqual([]);
  }
  await say('U0CLEO', 'lock staging because mine');
  expect((await say('U0BEN', wait)).words).toContain('Now <@U0CLEO> has it since');
  expect((await say('U0CLEO', 'lock')).words).not.toContain('waiting');
});

it('waits for one service while another is somebody else’s', async () => {
  const { say } = baton();
  await say('U0ASHA', 'lock staging/api');
  await say('U0BEN', 'lock staging/web');

  const { words } = await say('U0CLEO', 'lock staging --wait');
  expect(words).toContain('You are number 1 in the line for *staging*');
  expect((await say('U0ASHA', 'unlock staging/api')).direct).toEqual([]);
  expect((await say('U0BEN', 'unlock staging/web')).direct).toMatchObject([
    { to: 'U0CLEO', text: 'It is your turn on staging' },
  ]);
});
