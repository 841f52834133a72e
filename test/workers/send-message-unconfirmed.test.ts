import { afterEach, expect, it } from '@jest/globals';
import { closeContexts } from '../support/context.ts';
import { slackWorld as world } from '../support/slack-world.ts';
import { closeServers } from '../support/slack-server.ts';

afterEach(() => {
  closeServers();
  closeContexts();
});

it('does not post the same state again when Slack took it and the connection broke', async () => {
  const { show, run, slack, told } = await world();
  slack.answer = () => 'reset';
  await show('queued');
  slack.answer = () => undefined;

  expect(await run()).toBe('done');
  expect(told()).toHaveLength(1);

  await show('in_progress');
  expect(told().at(-1)).toBe('chat.postMessage C0STG api on staging is in progress');
});

it('posts one newer state anew, and tells the person the end when that is not confirmed either', async () => {
  const { show, run, slack, told } = await world();
  slack.answer = () => 'reset';
  await show('queued');
  await show('in_progress');
  slack.answer = () => undefined;
  expect(await show('unknown')).toBe('done');
  expect(told()).toEqual([
    'chat.postMessage C0STG api on staging is queued',
    'chat.postMessage C0STG api on staging is in progress',
  ]);

  expect(await show('success')).toBe('done');
  expect(await run()).toBe('done');

  expect(told().slice(2)).toEqual([
    'conversations.open U0ASHA',
    'chat.postMessage DU0ASHA api on staging is live',
  ]);
});

it('tells the person how it ended when Slack does not confirm the last message', async () => {
  const { put, run, slack, told } = await world();
  await put('success');
  slack.answer = () => 'reset';
  expect(await run()).toEqual({ againInSeconds: 1 });
  slack.answer = () => undefined;

  expect(await run()).toBe('done');
  expect(await run()).toBe('done');

  expect(told()).toEqual([
    'chat.postMessage C0STG api on staging is live',
    'conversations.open U0ASHA',
    'chat.postMessage DU0ASHA api on staging is live',
  ]);
  expect(slack.calls.at(-1)?.fields['blocks']).toContain('may read it twice');
});
