import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { BlockAction, SlashCommand } from '@slack/bolt';
import { signedHeaders } from '../../../playground/slack/requests.ts';
import { startPlayedSlack } from '../../../playground/slack/played-slack.ts';
import {
  BOT_TOKEN,
  CHANNELS,
  PEOPLE,
  SIGNING_SECRET,
  startTinyBot,
  type TinyBot,
} from '../../support/tiny-bot.ts';

let bot: TinyBot;
beforeEach(async () => {
  bot = await startTinyBot();
});
afterEach(() => bot.close());

const BLOCKS = [
  {
    type: 'actions',
    elements: [
      {
        type: 'button',
        text: { type: 'plain_text', text: 'Lock' },
        action_id: 'command:lock:0',
        value: 'lock staging',
      },
    ],
  },
];

/** Posts a message with a button, as the app. */
async function postButton(): Promise<string> {
  const message = { token: BOT_TOKEN, channel: 'C0SHOP', text: 'a button', blocks: BLOCKS };
  await bot.app.client.apiCall('chat.postMessage', message);
  return bot.slack.messages('C0SHOP')[0]?.ts ?? '';
}

it('sends a command that Bolt takes, in the form that Slack gives it', async () => {
  const taken: SlashCommand[] = [];
  bot.app.command('/deploy', async ({ ack, command }) => {
    taken.push(command);
    await ack();
  });

  const answered = await bot.slack.type({
    user: 'U0ASHA',
    channel: 'C0SHOP',
    text: '/deploy  staging a<b&c @ben @Ben @nobody',
  });

  expect(answered).toMatchObject({ status: 200, body: '' });
  expect(taken).toEqual([
    {
      team_id: 'T0ACME',
      team_domain: 'acme',
      channel_id: 'C0SHOP',
      channel_name: 'shop',
      user_id: 'U0ASHA',
      user_name: 'asha',
      command: '/deploy',
      text: 'staging a&lt;b&amp;c <@U0BEN|ben> <@U0BEN|ben> @nobody',
      api_app_id: 'A0BATON',
      is_enterprise_install: 'false',
      response_url: expect.stringContaining(`${bot.slack.url}/response/`),
      trigger_id: expect.any(String),
    },
  ]);
});

it('shows what the app says in its answer to the person alone', async () => {
  bot.app.command('/deploy', ({ ack }) => ack({ text: 'One moment' }));

  await bot.slack.type({ user: 'U0ASHA', channel: 'C0SHOP', text: '/deploy staging' });

  expect(bot.slack.ephemerals('U0ASHA')).toMatchObject([{ text: 'One moment', author: 'U0BATON' }]);
  expect(bot.slack.messages('C0SHOP')).toEqual([]);
});

it.each<{ when: string; answer: RequestListener; error: string; patienceMs?: number }>([
  { when: 'says nothing', patienceMs: 200, answer: () => undefined, error: 'operation_timeout' },
  {
    when: 'breaks the connection',
    answer: (request) => void request.socket.destroy(),
    error: 'operation_timeout',
  },
  { when: 'fails', answer: (_, response) => void response.writeHead(500).end(), error: 'dispatch_failed' },
])('tells the person when the app $when', async ({ answer, error, patienceMs = 20_000 }) => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const slack = await startPlayedSlack({
    botToken: 'xoxb-for-tests',
    signingSecret: SIGNING_SECRET,
    eventsUrl: `http://127.0.0.1:${port}/slack/events`,
    people: PEOPLE,
    channels: CHANNELS,
    patienceMs,
  });

  await slack.type({ user: 'U0ASHA', channel: 'C0SHOP', text: '/deploy staging' });
  await slack.close();
  server.close();
  server.closeAllConnections();

  expect(slack.ephemerals('U0ASHA')).toMatchObject([
    { author: 'USLACKBOT', text: expect.stringContaining(error) },
  ]);
});

it('sends a click that Bolt takes, with the message that it was made in', async () => {
  const taken: BlockAction[] = [];
  bot.app.action({ type: 'block_actions', action_id: /^command:/ }, async ({ ack, body }) => {
    taken.push(body);
    await ack();
  });
  const ts = await postButton();

  const answered = await bot.slack.click({
    user: 'U0BEN',
    channel: 'C0SHOP',
    ts,
    actionId: 'command:lock:0',
  });

  expect(answered).toMatchObject({ status: 200, body: '' });
  expect(taken).toMatchObject([
    {
      type: 'block_actions',
      user: { id: 'U0BEN', team_id: 'T0ACME' },
      team: { id: 'T0ACME' },
      channel: { id: 'C0SHOP', name: 'shop' },
      container: { type: 'message', message_ts: ts, channel_id: 'C0SHOP', is_ephemeral: false },
      message: { type: 'message', ts, text: 'a button' },
      actions: [
        { type: 'button', action_id: 'command:lock:0', value: 'lock staging', block_id: expect.any(String) },
      ],
    },
  ]);
  expect(taken[0]?.actions[0]).toHaveProperty('action_ts', expect.stringMatching(/^\d+\.\d{6}$/));
  expect(bot.slack.messages('C0SHOP')).toMatchObject([{ clicks: [{ user: 'U0BEN', label: 'Lock' }] }]);
});

it.each([
  { what: 'a button that is not there', user: 'U0BEN', actionId: 'command:nope' },
  { what: 'as nobody', user: 'U0NOBODY', actionId: 'command:lock:0' },
])('cannot click $what', async ({ user, actionId }) => {
  const ts = await postButton();

  await expect(bot.slack.click({ user, channel: 'C0SHOP', ts, actionId })).rejects.toThrow();
});

it('cannot click what the person does not see', async () => {
  const common = { token: BOT_TOKEN, text: 'a button', blocks: BLOCKS };
  await bot.app.client.apiCall('chat.postMessage', { ...common, channel: 'C0BENS' });
  await bot.app.client.apiCall('chat.postEphemeral', { ...common, channel: 'C0SHOP', user: 'U0BEN' });
  const shown = [...bot.slack.messages('C0BENS'), ...bot.slack.ephemerals('U0BEN')];

  expect(shown).toHaveLength(2);
  for (const { channel, ts } of shown) {
    const click = bot.slack.click({ user: 'U0ASHA', channel, ts, actionId: 'command:lock:0' });
    await expect(click).rejects.toThrow(/is not in a channel|sees no message/);
  }
});

it('is not believed by Bolt with another secret, nor six minutes late', async () => {
  const body = new URLSearchParams({ command: '/deploy', text: '', user_id: 'U0ASHA' }).toString();
  const now = Math.floor(Date.now() / 1_000);
  const send = async (headers: Record<string, string>) =>
    (await fetch(`${bot.url}/slack/events`, { method: 'POST', headers, body })).status;

  expect(await send(signedHeaders(body, 'another secret', now))).toBe(401);
  expect(await send(signedHeaders(body, SIGNING_SECRET, now - 360))).toBe(401);
  expect(await send({ 'content-type': 'application/x-www-form-urlencoded' })).toBe(401);
});

it('takes five answers at an address, and not one more', async () => {
  const { url, status } = await typedAddress();

  for (const count of [1, 2, 3, 4, 5]) expect(await status({ text: `answer ${count}` })).toBe(200);
  expect(await status({ text: 'answer 6' })).toBe(404);

  expect(url).toContain(bot.slack.url);
  expect(bot.slack.ephemerals('U0ASHA')).toHaveLength(5);
});

it('refuses an answer with blocks that Slack would refuse', async () => {
  const { status } = await typedAddress();

  expect(await status({ text: 'x', blocks: [{ type: 'nope' }] })).toBe(400);
  expect(bot.slack.violations).toMatchObject([{ where: 'response_url' }]);
});

it('replaces or deletes the message that was clicked when the answer asks for it', async () => {
  bot.app.action(/^command:/, async ({ ack, respond }) => {
    await ack();
    await respond({ text: 'pressed', replace_original: true });
    await respond({ delete_original: true });
  });
  const ts = await postButton();
  const told: unknown[] = [];
  bot.slack.watch(({ text, deleted }) => told.push([text, deleted]));

  await bot.slack.click({ user: 'U0BEN', channel: 'C0SHOP', ts, actionId: 'command:lock:0' });
  while (bot.slack.messages('C0SHOP').length > 0) await new Promise((resolve) => setTimeout(resolve, 5));

  expect(told).toEqual([
    ['a button', false],
    ['pressed', false],
    ['pressed', true],
  ]);
});

async function typedAddress() {
  let url = '';
  bot.app.command('/deploy', async ({ ack, command }) => {
    url = command.response_url;
    await ack();
  });
  await bot.slack.type({ user: 'U0ASHA', channel: 'C0SHOP', text: '/deploy staging' });
  const status = async (body: object) =>
    (
      await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).status;
  return { url, status };
}
