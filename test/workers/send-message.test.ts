import { afterEach, expect, it } from '@jest/globals';
import { findMessage } from '../../src/slack/message-store.ts';
import { createSlackClient } from '../../src/slack/web-api.ts';
import { closeContexts, testRedis } from '../support/context.ts';
import { slackWorld as world } from '../support/slack-world.ts';
import { closeServers } from '../support/slack-server.ts';

afterEach(() => {
  closeServers();
  closeContexts();
});

it('tells the story of a deployment in one message', async () => {
  const { show, told } = await world();

  await show('queued');
  await show('in_progress');
  await show('success');

  expect(told()).toEqual([
    'chat.postMessage C0STG api on staging is queued',
    'chat.update C0STG api on staging is in progress',
    'chat.update C0STG api on staging is live',
  ]);
});

it('edits the message that it posted', async () => {
  const { id, show, slack, redis } = await world();

  await show('queued');
  await show('success');

  const { ts } = slack.calls[1]?.fields ?? {};
  expect(ts).toMatch(/^1700000000\.\d{6}$/);
  expect(await findMessage(redis, id)).toEqual({ channel: 'C0STG', ts });
});

it('says nothing anew when the message already says it', async () => {
  const { show, run, told } = await world();
  await show('queued');

  expect(await run()).toBe('done');
  await show('queued', { intendedAt: new Date() });

  expect(told()).toHaveLength(1);
});

it('posts once when two workers begin at once', async () => {
  const { put, run, told } = await world();
  await put('queued');

  const outcomes = await Promise.all([run(), run(), run()]);

  expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(1);
  expect(outcomes.filter((outcome) => outcome !== 'done')).toEqual([
    { againInSeconds: 1 },
    { againInSeconds: 1 },
  ]);
  expect(told()).toHaveLength(1);
});

it('sends again what has moved on while it was sending', async () => {
  const { show, put, run, slack, told } = await world();
  await show('queued');
  await put('in_progress');
  slack.answer = async () => {
    slack.answer = () => undefined;
    await put('success');
    expect(await run()).toEqual({ againInSeconds: 1 }); // another worker, meanwhile
    return undefined;
  };

  expect(await run()).toEqual({ againInSeconds: 1 });
  expect(await run()).toBe('done');

  expect(told().at(-1)).toBe('chat.update C0STG api on staging is live');
});

it('leaves the newest state on top when a frozen worker wakes and sends an older one', async () => {
  const { id, show, put, run, slack, redis, told } = await world();
  await show('queued');
  await put('in_progress');
  slack.answer = async () => {
    slack.answer = () => undefined;
    await redis.del(`baton:{staging}:message:${id}:claim`); // it slept longer than its claim
    await put('success');
    expect(await run()).toBe('done');
    return undefined;
  };

  await expect(run()).rejects.toThrow('taken the message over');
  expect(await run()).toBe('done');

  expect(told().slice(-2)).toEqual(Array(2).fill('chat.update C0STG api on staging is live'));
});

it('records nothing over the worker that has taken the message from it', async () => {
  const { id, put, run, slack, redis } = await world();
  await put('queued');
  const key = `baton:{staging}:message:${id}`;
  slack.answer = async () => {
    await redis.set(`${key}:claim`, 'another worker');
    return undefined;
  };

  await expect(run()).rejects.toThrow('taken the message over');

  expect(await redis.get(`${key}:claim`)).toBe('another worker');
  expect(JSON.parse((await redis.get(key)) ?? '')).toMatchObject({
    posting: { state: 'queued' },
    posted: null,
  });
});

it('does not post twice when a worker dies between sending and recording', async () => {
  const { id, put, run, slack, prefix, told } = await world();
  await put('queued');
  const mortal = testRedis(prefix);
  slack.answer = () => {
    mortal.disconnect();
    return undefined;
  };
  await expect(run({ redis: mortal })).rejects.toThrow('Connection is closed');
  slack.answer = () => undefined;
  await testRedis(prefix).del(`baton:{staging}:message:${id}:claim`); // time passes

  expect(await run()).toBe('done');
  expect(told()).toHaveLength(1);

  await put('success');
  expect(await run()).toBe('done');
  expect(told().at(-1)).toBe('chat.postMessage C0STG api on staging is live');
});

it('waits for the channel that Slack wants patience for, and for no other', async () => {
  const { show, notice, slack, redis, told } = await world();
  slack.answer = ({ fields }) =>
    fields['channel'] === 'C0STG' ? { status: 429, headers: { 'retry-after': '30' } } : undefined;

  expect(await show('queued')).toEqual({ againInSeconds: 30 });
  expect(await notice('n-1', { channel: 'C0REL' })).toBe('done');
  slack.answer = () => undefined;
  expect(await show('queued')).toEqual({ againInSeconds: expect.any(Number) });
  expect(told()).toHaveLength(2);

  await redis.del('baton:{C0STG}:paused'); // time passes
  expect(await show('queued')).toBe('done');
});

it.each(['not_in_channel', 'channel_not_found', 'is_archived', 'restricted_action'])(
  'tells the person where the channel takes nothing (%s)',
  async (error) => {
    const { show, slack, told } = await world();
    slack.answer = ({ fields }) =>
      fields['channel'] === 'C0STG' ? { body: { ok: false, error } } : undefined;

    expect(await show('queued')).toEqual({ againInSeconds: 0 });
    await show('queued');
    await show('success');

    expect(told()).toEqual([
      'chat.postMessage C0STG api on staging is queued',
      'conversations.open U0ASHA',
      'chat.postMessage DU0ASHA api on staging is queued',
      'chat.update DU0ASHA api on staging is live',
    ]);
    expect(slack.calls.at(-1)?.fields['blocks']).toContain('cannot post in');
  },
);

it.each(['message_not_found', 'edit_window_closed', 'cant_update_message'])(
  'posts anew what cannot be edited any more (%s)',
  async (error) => {
    const { show, slack, told } = await world();
    await show('queued');
    slack.answer = ({ method }) => (method === 'chat.update' ? { body: { ok: false, error } } : undefined);

    await show('success');
    await show('success');

    expect(told().at(-1)).toBe('chat.postMessage C0STG api on staging is live');
  },
);

it('sends the words alone when Slack rejects the blocks', async () => {
  const { show, slack, told } = await world();
  slack.answer = ({ fields }) =>
    fields['blocks'] === undefined ? undefined : { body: { ok: false, error: 'invalid_blocks' } };

  expect(await show('queued')).toBe('done');

  expect(told()).toEqual(Array(2).fill('chat.postMessage C0STG api on staging is queued'));
});

it('waits longer each time while Slack cannot be reached, and then catches up', async () => {
  const { show, put, run, redis, told } = await world();
  const slack = createSlackClient({ token: 'xoxb-1', apiUrl: 'http://127.0.0.1:65530/api/' });

  await put('queued');
  const waits = [];
  for (let count = 0; count < 9; count += 1) {
    waits.push(await run({ slack }));
    await redis.del('baton:{C0STG}:pace'); // time passes
  }
  const seconds = waits.map((wait) => (typeof wait === 'string' ? 0 : wait.againInSeconds));

  expect(seconds[3]).toBeGreaterThan(seconds[0] ?? 0);
  expect(Math.min(...seconds)).toBeGreaterThan(0.5);
  expect(Math.max(...seconds)).toBeLessThanOrEqual(60);
  expect(told()).toEqual([]);

  await show('success');
  expect(told()).toEqual(['chat.postMessage C0STG api on staging is live']);
});

it('repeats an edit that Slack did not confirm', async () => {
  const { show, run, slack, told } = await world();
  await show('queued');
  slack.answer = () => ({ status: 503 });

  expect(await show('success')).toEqual({ againInSeconds: expect.any(Number) });
  slack.answer = () => undefined;
  expect(await run()).toBe('done');

  expect(told().slice(1)).toEqual(Array(2).fill('chat.update C0STG api on staging is live'));
});

it('puts the output of a run in the thread of its message, once', async () => {
  const { show, run, slack, told } = await world();
  await show('queued');
  await show('failure', { tail: 'exit 1', endedAt: new Date() });
  await run();

  expect(told()).toHaveLength(3);
  expect(slack.calls[2]?.fields).toMatchObject({ channel: 'C0STG', thread_ts: expect.any(String) });
  expect(slack.calls[2]?.fields['blocks']).toContain('exit 1');
});
