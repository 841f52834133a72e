import { afterEach, expect, it } from '@jest/globals';
import { closeContexts } from '../support/context.ts';
import { slackWorld as world } from '../support/slack-world.ts';
import { closeServers } from '../support/slack-server.ts';

afterEach(() => {
  closeServers();
  closeContexts();
});

it('sends a few messages to a channel at once, then one after the other', async () => {
  const { notice } = await world();

  const outcomes = [];
  for (let count = 0; count < 5; count += 1) outcomes.push(await notice(`n-${count}`));

  expect(outcomes.slice(0, 4)).toEqual(Array(4).fill('done'));
  expect(outcomes[4]).toEqual({ againInSeconds: expect.any(Number) });
});

it('sends a notice once, however often its job runs', async () => {
  const { notice, told } = await world();

  await notice('n-1');
  await notice('n-1');

  expect(told()).toEqual(['chat.postMessage C0STG Unlocked']);
});

it('puts a notice into the thread of an earlier one, once', async () => {
  const { notice, slack, told } = await world();
  await notice('n-1');

  await notice('n-2', { thread: 'n-1' });
  await notice('n-2', { thread: 'n-1' });

  expect(told()).toHaveLength(2);
  expect(slack.calls[1]?.fields['thread_ts']).toMatch(/^1700000000\.\d{6}$/);
});

it('puts a notice about a deployment into the thread of its message', async () => {
  const { notice, slack, show, id } = await world();
  await show('unknown');

  await notice('n-1', { deployment: id });

  expect(slack.calls.at(-1)?.fields['thread_ts']).toMatch(/^1700000000\.\d{6}$/);
});

it.each([
  { when: 'nothing was posted', root: { thread: 'n-0' } },
  { when: 'it stands in another channel', root: { thread: 'n-1' } },
  { when: 'the deployment has no message', root: { deployment: 'staging-bcdfghjk' } },
])('puts a notice into the channel when it has no thread there: $when', async ({ root }) => {
  const { notice, slack } = await world();
  await notice('n-1', { channel: 'C0REL' });

  expect(await notice('n-2', root)).toBe('done');

  expect(slack.calls.at(-1)?.fields).toMatchObject({ channel: 'C0STG' });
  expect(slack.calls.at(-1)?.fields['thread_ts']).toBeUndefined();
});

it('puts a notice into the channel when Slack takes none in the thread', async () => {
  const { notice, slack, told } = await world();
  await notice('n-1');
  slack.answer = ({ fields }) =>
    fields['thread_ts'] === undefined ? undefined : { body: { ok: false, error: 'cannot_reply_to_message' } };

  expect(await notice('n-2', { thread: 'n-1' })).toBe('done');

  expect(told()).toEqual(Array(3).fill('chat.postMessage C0STG Unlocked'));
  expect(slack.calls.at(-1)?.fields['thread_ts']).toBeUndefined();
});

it('sends a notice to its person when Slack did not confirm it in the channel', async () => {
  const { notice, slack, told } = await world();
  slack.answer = () => 'reset';
  await notice('n-1');
  slack.answer = () => undefined;
  await notice('n-1');

  expect(told()).toEqual([
    'chat.postMessage C0STG Unlocked',
    'conversations.open U0BEN',
    'chat.postMessage DU0BEN Unlocked',
  ]);
});

it.each<{ when: string; responseUrl?: string; refused: string[]; ways: string[] }>([
  { when: 'Slack gave an address', refused: [], ways: ['/respond'] },
  { when: 'the address has expired', refused: ['/respond'], ways: ['/respond', 'chat.postEphemeral C0STG'] },
  {
    when: 'Baton is not in the channel either',
    refused: ['/respond', 'chat.postEphemeral'],
    ways: ['/respond', 'chat.postEphemeral C0STG', 'conversations.open U0BEN', 'chat.postMessage DU0BEN'],
  },
  { when: 'Slack gave no address', responseUrl: '', refused: [], ways: ['chat.postEphemeral C0STG'] },
])('answers a person when $when', async ({ responseUrl, refused, ways }) => {
  const { reply, slack, told } = await world();
  slack.answer = ({ method }) =>
    refused.includes(method) ? { status: 404, body: { ok: false, error: 'expired_url' } } : undefined;

  expect(await reply(responseUrl)).toBe('done');

  expect(told().map((line) => line.replace(' Locked', ''))).toEqual(ways);
});

it.each(['ok', '', '{}', '{"ok":true}'])(
  'answers a person once when the address answers “%s”',
  async (body) => {
    const { reply, slack, told } = await world();
    slack.answer = () => ({ body });

    expect(await reply()).toBe('done');

    expect(told()).toEqual(['/respond Locked']);
  },
);
