import { afterEach, expect, it } from '@jest/globals';
import { SlackBusyError, SlackRefusedError, SlackUncertainError } from '../../src/slack/client.ts';
import { createSlackClient } from '../../src/slack/web-api.ts';
import { mrkdwn, section } from '../../src/views/view.ts';
import { NOON } from '../support/context.ts';
import { closeServers, type SlackAnswer, slackServer } from '../support/slack-server.ts';

afterEach(closeServers);

const view = { text: 'Hello', blocks: [section(mrkdwn`Hello`)] };
const BLOCKS = JSON.stringify(view.blocks);

it('posts words that pull nothing in and call nobody', async () => {
  const { slack, server } = await client();

  expect(await slack.post('C0STG', view, { thread: '1.2' })).toEqual({
    channel: 'C0STG',
    ts: expect.any(String),
  });

  expect(server.calls).toEqual([
    {
      method: 'chat.postMessage',
      authorization: 'Bearer xoxb-1',
      fields: {
        channel: 'C0STG',
        thread_ts: '1.2',
        text: 'Hello',
        blocks: BLOCKS,
        unfurl_links: 'false',
        unfurl_media: 'false',
        link_names: 'false',
        parse: 'none',
      },
    },
  ]);
});

it('takes the old blocks away when it edits a message to text alone', async () => {
  const { slack, server } = await client();

  await slack.update({ channel: 'C0STG', ts: '1.2' }, { text: 'Hello', blocks: [] });

  expect(server.calls[0]?.fields).toMatchObject({ ts: '1.2', text: 'Hello', blocks: '[]', parse: 'none' });
});

it('answers privately at a response_url, and beside what is there', async () => {
  const { slack, server } = await client();

  await slack.respond(`${new URL(server.url).origin}/respond`, view);

  expect(server.calls[0]?.fields).toMatchObject({
    response_type: 'ephemeral',
    replace_original: false,
    text: 'Hello',
  });
  expect(server.calls[0]?.authorization).toBeUndefined();
});

it.each<{ what: string; answer: SlackAnswer }>([
  { what: 'ok', answer: { body: 'ok' } },
  { what: 'nothing', answer: { body: '' } },
  { what: 'empty braces', answer: { body: '{}' } },
  { what: 'a page', answer: { body: '<html>' } },
  { what: '204', answer: { status: 204, body: '' } },
  {
    what: 'half an answer',
    answer: { headers: { 'content-length': '100', connection: 'close' }, body: 'o' },
  },
])('takes a private answer for sent when it hears $what with 2xx', async ({ answer }) => {
  const { slack, server } = await client();
  server.answer = () => answer;

  await slack.respond(`${new URL(server.url).origin}/respond`, view);

  expect(server.calls).toHaveLength(1);
});

it.each([{ ok: false }, { ok: false, error: 'expired_url' }])(
  'takes a private answer for turned down when it hears %j',
  async (body) => {
    const { slack, server } = await client();
    server.answer = () => ({ body });

    const answering = slack.respond(`${new URL(server.url).origin}/respond`, view);

    await expect(answering).rejects.toMatchObject({ name: 'SlackRefusedError' });
  },
);

it('sends no private answer to a foreign host', async () => {
  const { slack } = await client();

  await expect(slack.respond('http://127.0.0.1:9/respond', view)).rejects.toThrow('foreign_host');
});

it.each<{ when: string; answer: SlackAnswer; error: object }>([
  {
    when: 'says no',
    answer: { body: { ok: false, error: 'not_in_channel' } },
    error: { name: 'SlackRefusedError', code: 'not_in_channel' },
  },
  {
    when: 'wants patience',
    answer: { status: 429, headers: { 'retry-after': '7' } },
    error: { name: 'SlackBusyError', retryAfterSeconds: 7 },
  },
  {
    when: 'wants patience without a number',
    answer: { status: 429 },
    error: { name: 'SlackBusyError', retryAfterSeconds: 30 },
  },
  { when: 'breaks the connection', answer: 'reset', error: { name: 'SlackUncertainError' } },
  {
    when: 'answers 500',
    answer: { status: 500, body: { ok: false, error: 'x' } },
    error: { name: 'SlackUncertainError' },
  },
  {
    when: 'fails half way',
    answer: { body: { ok: false, error: 'fatal_error' } },
    error: { name: 'SlackUncertainError' },
  },
  { when: 'answers with a page', answer: { body: '<html>' }, error: { name: 'SlackUncertainError' } },
  {
    when: 'leaves out the ts',
    answer: { body: { ok: true, channel: 'C0STG' } },
    error: { name: 'SlackUncertainError' },
  },
  {
    when: 'sends it elsewhere',
    answer: { status: 302, headers: { location: '/elsewhere' } },
    error: { name: 'SlackRefusedError', code: 'http_302' },
  },
  {
    when: 'does not know the address',
    answer: { status: 404 },
    error: { name: 'SlackRefusedError', code: 'http_404' },
  },
])('sends a post once when Slack $when', async ({ answer, error }) => {
  const { slack, server } = await client();
  server.answer = () => answer;

  await expect(slack.post('C0STG', view)).rejects.toMatchObject(error);

  expect(server.calls).toHaveLength(1);
});

it('knows that nothing was sent when there is no connection', async () => {
  const { slack } = await client();
  closeServers();
  const failed = slack.post('C0STG', view);

  await expect(failed).rejects.toThrow('cannot be reached');
  for (const kind of [SlackBusyError, SlackRefusedError, SlackUncertainError]) {
    await expect(failed).rejects.not.toBeInstanceOf(kind);
  }
});

it.each([
  { who: 'a member', fields: {}, barred: null },
  { who: 'somebody deactivated', fields: { deleted: true }, barred: 'deleted' },
  { who: 'a bot', fields: { is_bot: true }, barred: 'bot' },
  { who: 'a guest', fields: { is_restricted: true }, barred: 'guest' },
  { who: 'a guest of one channel', fields: { is_ultra_restricted: true }, barred: 'guest' },
  { who: 'somebody from a shared channel', fields: { is_stranger: true }, barred: 'outsider' },
])('recognises $who', async ({ fields, barred }) => {
  const { slack, server } = await client();
  server.answer = () => ({ body: { ok: true, user: { ...ASHA, ...fields } } });

  expect(await slack.findPerson('U0ASHA')).toEqual({
    id: 'U0ASHA',
    team: 'T0ACME',
    name: 'asha',
    timezone: 'Asia/Kolkata',
    barred,
  });
});

it('finds nobody by an unknown id, and asks again the next time', async () => {
  const { slack, server } = await client();
  server.answer = () => ({ body: { ok: false, error: 'user_not_found' } });

  expect(await slack.findPerson('U0NOBODY')).toBeUndefined();
  expect(await slack.findPerson('U0NOBODY')).toBeUndefined();
  expect(server.calls).toHaveLength(2);
});

it('asks once for all who ask together, and again after five minutes', async () => {
  let now = NOON;
  const { slack, server } = await client(() => now);
  server.answer = () => ({ body: { ok: true, users: ['U0ASHA'] } });

  const [first, second] = await Promise.all([
    slack.listGroupMembers('S0REL'),
    slack.listGroupMembers('S0REL'),
  ]);
  expect([first, second]).toEqual([['U0ASHA'], ['U0ASHA']]);
  now = new Date(NOON.getTime() + 299_000);
  await slack.listGroupMembers('S0REL');
  expect(server.calls).toHaveLength(1);

  now = new Date(NOON.getTime() + 300_000);
  await slack.listGroupMembers('S0REL');
  expect(server.calls).toHaveLength(2);
});

it('does not remember that it could not ask', async () => {
  const { slack, server } = await client();
  server.answer = () => 'reset';
  await expect(slack.listGroupMembers('S0REL')).rejects.toThrow();

  server.answer = () => ({ body: { ok: true, users: [] } });
  expect(await slack.listGroupMembers('S0REL')).toEqual([]);
});

const ASHA = { id: 'U0ASHA', team_id: 'T0ACME', name: 'asha', tz: 'Asia/Kolkata' };

async function client(now = () => NOON) {
  const server = await slackServer();
  return { server, slack: createSlackClient({ token: 'xoxb-1', apiUrl: server.url, now }) };
}
