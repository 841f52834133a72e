import { afterEach, expect, it } from '@jest/globals';
import * as z from 'zod';
import { type PlayedSlack, startPlayedSlack } from '../../../playground/slack/played-slack.ts';
import { BOT_TOKEN, CHANNELS, PEOPLE, SIGNING_SECRET } from '../../support/tiny-bot.ts';

const Answer = z.looseObject({
  ok: z.boolean(),
  ts: z.string().optional(),
  message_ts: z.string().optional(),
});

const started: PlayedSlack[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((slack) => slack.close()));
});

async function playedSlack(options: { now?: () => number } = {}) {
  const slack = await startPlayedSlack({
    botToken: BOT_TOKEN,
    signingSecret: SIGNING_SECRET,
    eventsUrl: 'http://127.0.0.1:1/slack/events',
    people: [...PEOPLE, { ...PEOPLE[0], id: 'U0GUEST', name: 'guest', kind: 'guest' }],
    channels: CHANNELS,
    groups: { S0RELMGRS: ['U0BEN'] },
    ...options,
  });
  started.push(slack);
  const send = (method: string, args: object = {}, token = BOT_TOKEN) =>
    fetch(`${slack.apiUrl}${method}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token !== '' && { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(args),
    });
  const ask = async (...request: Parameters<typeof send>) =>
    Answer.parse(await (await send(...request)).json());
  return { slack, send, ask };
}

it.each([
  { token: '', error: 'not_authed' },
  { token: 'xoxb-somebody-else', error: 'invalid_auth' },
])('answers $error to the token "$token"', async ({ token, error }) => {
  const { slack, ask } = await playedSlack();

  expect(await ask('chat.postMessage', { channel: 'C0SHOP', text: 'hi' }, token)).toMatchObject({
    ok: false,
    error,
  });
  expect(slack.messages('C0SHOP')).toEqual([]);
});

it.each([
  { when: 'there is no such channel', channel: 'C0NOPE', error: 'channel_not_found' },
  { when: 'the app was not invited', channel: 'C0ELSEWHERE', error: 'not_in_channel' },
  { when: 'the channel is archived', channel: 'C0OLD', error: 'is_archived' },
])('posts nothing when $when', async ({ channel, error }) => {
  const { slack, ask } = await playedSlack();

  expect(await ask('chat.postMessage', { channel, text: 'hi' })).toMatchObject({ ok: false, error });
  expect(slack.messages(channel)).toEqual([]);
});

it.each([
  { method: 'chat.postMessage', args: { channel: 'C0SHOP' }, error: 'no_text' },
  {
    method: 'chat.postMessage',
    args: { channel: 'C0SHOP', text: 'x'.repeat(40_001) },
    error: 'msg_too_long',
  },
  {
    method: 'chat.postMessage',
    args: { channel: 'C0SHOP', text: 'x', thread_ts: '1.1' },
    error: 'cannot_reply_to_message',
  },
  { method: 'chat.update', args: { channel: 'C0SHOP', ts: '1.1', text: 'x' }, error: 'message_not_found' },
  {
    method: 'chat.postEphemeral',
    args: { channel: 'C0BENS', user: 'U0ASHA', text: 'x' },
    error: 'user_not_in_channel',
  },
  { method: 'conversations.open', args: { users: 'U0NOBODY' }, error: 'user_not_found' },
  { method: 'users.info', args: { user: 'U0NOBODY' }, error: 'user_not_found' },
  { method: 'usergroups.users.list', args: { usergroup: 'S0NONE' }, error: 'no_such_subteam' },
  { method: 'views.open', args: { trigger_id: 'made.up', view: {} }, error: 'invalid_trigger_id' },
  { method: 'chat.shout', args: {}, error: 'unknown_method' },
  { method: 'constructor', args: {}, error: 'unknown_method' },
])('answers $error to $method with $args', async ({ method, args, error }) => {
  const { ask } = await playedSlack();

  expect(await ask(method, args)).toMatchObject({ ok: false, error });
});

it('refuses blocks that Slack would refuse, and remembers it', async () => {
  const { slack, ask } = await playedSlack();

  const answer = await ask('chat.postMessage', { channel: 'C0SHOP', text: 'hi', blocks: [{ type: 'nope' }] });

  expect(answer).toMatchObject({ ok: false, error: 'invalid_blocks' });
  expect(slack.violations).toEqual([{ where: 'chat.postMessage', problems: answer['errors'] }]);
});

it('keeps what a message said before each edit', async () => {
  const { slack, ask } = await playedSlack();
  const blocks = [{ type: 'divider' }];
  const { ts } = await ask('chat.postMessage', { channel: 'C0SHOP', text: 'queued', blocks });

  await ask('chat.update', { channel: 'C0SHOP', ts, text: 'running', blocks });
  await ask('chat.update', { channel: 'C0SHOP', ts, text: 'live' });

  const [message] = slack.messages('C0SHOP');
  expect(message).toMatchObject({ text: 'live', blocks: [] });
  expect(message?.edits.map(({ text }) => text)).toEqual(['queued', 'running']);
});

it("lets nobody edit or delete another's message", async () => {
  const { slack, ask } = await playedSlack();
  slack.say({ user: 'U0BEN', channel: 'C0SHOP', text: 'mine <!channel>' });
  const [message] = slack.messages('C0SHOP');
  const at = { channel: 'C0SHOP', ts: message?.ts };

  expect(await ask('chat.update', { ...at, text: 'theirs' })).toMatchObject({ error: 'cant_update_message' });
  expect(await ask('chat.delete', at)).toMatchObject({ error: 'cant_delete_message' });
  expect(slack.messages('C0SHOP')).toEqual([message]);
});

it('shows an ephemeral message to its person alone, and lets nobody edit it', async () => {
  const { slack, ask } = await playedSlack();

  const { message_ts: ts } = await ask('chat.postEphemeral', {
    channel: 'C0SHOP',
    user: 'U0ASHA',
    text: 'psst',
  });

  expect(slack.ephemerals('U0ASHA')).toMatchObject([{ text: 'psst', channel: 'C0SHOP' }]);
  expect(slack.ephemerals('U0BEN')).toEqual([]);
  expect(slack.messages('C0SHOP')).toEqual([]);
  expect(await ask('chat.update', { channel: 'C0SHOP', ts, text: 'x' })).toMatchObject({
    error: 'message_not_found',
  });
});

it('tells pings in posts, edits and ephemeral messages apart', async () => {
  const { slack, ask } = await playedSlack();

  const { ts } = await ask('chat.postMessage', { channel: 'C0SHOP', text: 'to <!channel>' });
  await ask('chat.update', { channel: 'C0SHOP', ts, text: 'to <!here>' });
  await ask('chat.postEphemeral', { channel: 'C0SHOP', user: 'U0ASHA', text: '<@U0BEN>' });
  await ask('chat.postMessage', { channel: 'C0SHOP', text: 'to &lt;!channel&gt;' });

  expect(slack.pings.map(({ mention, by }) => [mention, by])).toEqual([
    ['<!channel>', 'post'],
    ['<!here>', 'edit'],
    ['<@U0BEN>', 'ephemeral'],
  ]);
});

it('tells who somebody is as users.info does', async () => {
  const { ask } = await playedSlack();

  expect((await ask('users.info', { user: 'U0ASHA' }))['user']).toMatchObject({
    id: 'U0ASHA',
    team_id: 'T0ACME',
    tz: 'Asia/Kolkata',
    deleted: false,
    is_restricted: false,
    is_bot: false,
  });
  expect((await ask('users.info', { user: 'U0GUEST' }))['user']).toMatchObject({ is_restricted: true });
});

it('limits one channel and not the others', async () => {
  let now = 1_900_000_000_000;
  const { slack, send } = await playedSlack({ now: () => now });
  slack.limitChannel('C0SHOP', 7);

  const limited = await send('chat.postMessage', { channel: 'C0SHOP', text: 'hi' });
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '7']);
  expect((await send('chat.postMessage', { channel: 'C0RELEASES', text: 'hi' })).status).toBe(200);

  now += 7_000;
  expect((await send('chat.postMessage', { channel: 'C0SHOP', text: 'hi' })).status).toBe(200);
});

it.each([
  { fault: 'reset' as const, carriedOut: 1 },
  { fault: 'error' as const, carriedOut: 0 },
])('plays the fault $fault once', async ({ fault, carriedOut }) => {
  const { slack, send } = await playedSlack();
  slack.fail('chat.postMessage', fault);

  const first = await send('chat.postMessage', { channel: 'C0SHOP', text: 'hi' }).catch(() => undefined);

  expect(first?.status).toBe(fault === 'error' ? 500 : undefined);
  expect(slack.messages('C0SHOP')).toHaveLength(carriedOut);
  expect((await send('chat.postMessage', { channel: 'C0SHOP', text: 'hi' })).status).toBe(200);
});
