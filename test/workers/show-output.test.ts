import { afterEach, expect, it } from '@jest/globals';
import { closeContexts } from '../support/context.ts';
import { slackWorld as world } from '../support/slack-world.ts';
import { closeServers } from '../support/slack-server.ts';

afterEach(() => {
  closeServers();
  closeContexts();
});

const ENDED = { endedAt: new Date() };

it('shows the output of a run that goes on in one message of the thread, and its end in the same', async () => {
  const { show, told, slack } = await world();
  await show('in_progress', { tail: 'one\ntwo' });
  await show('success', { tail: 'one\ntwo\nthree', ...ENDED });

  expect(told()).toEqual([
    'chat.postMessage C0STG api on staging is in progress',
    expect.stringMatching(/^chat.postMessage C0STG The output so far of staging-/),
    'chat.update C0STG api on staging is live',
    expect.stringMatching(/^chat.update C0STG Last lines of the output of staging-/),
  ]);
  expect(slack.calls[1]?.fields).toMatchObject({ thread_ts: expect.any(String) });
  expect(slack.calls[3]?.fields['ts']).not.toBe(slack.calls[2]?.fields['ts']);
  expect(slack.calls[3]?.fields['blocks']).toContain('three');
});

it('brings the running output up to date in its message', async () => {
  const { show, told, slack } = await world();
  await show('in_progress', { tail: 'one' });
  await show('in_progress', { tail: 'one\ntwo' });

  expect(told().slice(2)).toEqual([expect.stringMatching(/^chat.update C0STG The output so far/)]);
  expect(slack.calls[2]?.fields['blocks']).toContain('two');
});

it('edits nothing when nothing was written since', async () => {
  const { show, run, told } = await world();
  await show('in_progress', { tail: 'one' });

  await run();
  await show('in_progress', { tail: 'one', updatedAt: new Date() });

  expect(told()).toHaveLength(2);
});

it('asks Slack for nothing more when the end has written nothing new', async () => {
  const { show, run, told } = await world();
  await show('in_progress', { tail: 'one' });
  await show('failure', { tail: 'one', ...ENDED });
  await run();

  expect(told().slice(2)).toEqual([
    'chat.update C0STG api on staging failed',
    expect.stringMatching(/Last lines of the output/),
  ]);
});

it('posts the end when nobody can tell whether the running output was posted', async () => {
  const { show, slack, told } = await world();
  await show('in_progress');
  slack.answer = () => 'reset';
  await show('in_progress', { tail: 'one' });
  slack.answer = () => undefined;
  await show('in_progress', { tail: 'one\ntwo' });
  await show('success', { tail: 'one\ntwo', ...ENDED });

  expect(told().slice(1)).toEqual([
    expect.stringMatching(/^chat.postMessage C0STG The output so far/),
    'chat.update C0STG api on staging is live',
    expect.stringMatching(/^chat.postMessage C0STG Last lines/),
  ]);
});

it('posts the end anew when somebody has deleted the running output', async () => {
  const { show, run, slack, redis, told } = await world();
  await show('in_progress', { tail: 'one' });
  slack.answer = ({ method, fields }) =>
    method === 'chat.update' && fields['text']?.startsWith('The output')
      ? { body: { ok: false, error: 'message_not_found' } }
      : undefined;
  await show('in_progress', { tail: 'one\ntwo' });
  await show('in_progress', { tail: 'one\ntwo\nthree' });
  expect(told()).toHaveLength(3);
  await redis.del('baton:{C0STG}:pace');
  await show('success', { tail: 'four', ...ENDED });
  await run();

  expect(told().slice(4)).toEqual([expect.stringMatching(/^chat.postMessage C0STG Last lines/)]);
});

it('lets nothing of the output come to life', async () => {
  const { show, slack } = await world();
  await show('in_progress', { tail: '\u001B[31m<!channel> *bold* ``` <@U0ASHA>\u001B[0m' });

  const shown = slack.calls.at(-1)?.fields['blocks'] ?? '';
  expect(shown).toContain('&lt;!channel&gt;');
  expect(shown).not.toMatch(/<!channel>|<@U0ASHA>|\[31m|u001b/i);
});
