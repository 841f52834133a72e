import { afterEach, expect, it } from '@jest/globals';
import type { Slack } from '../../src/slack/client.ts';
import { form, slashCommand } from '../support/slack-requests.ts';
import { closeRoutes, route } from '../support/slack-route.ts';

afterEach(closeRoutes);

it('opens the modal for a bare /deploy at once, and queues nothing until it is submitted', async () => {
  const opened: unknown[] = [];
  const openModal: Slack['openModal'] = async (...asked) => void opened.push(asked);
  const { send, commands } = await route({ openModal });

  expect(await send(form(slashCommand({ text: '' })))).toEqual({ status: 200, text: '' });
  expect(opened).toEqual([['123.456.abcdef', expect.objectContaining({ type: 'modal' })]]);
  expect(await commands()).toEqual([]);

  expect(await send(form({ payload: JSON.stringify(submission('my-branch')) }))).toEqual({
    status: 200,
    text: '',
  });
  expect(await commands()).toEqual([
    expect.objectContaining({ text: 'deploy staging api@my-branch', user: 'U0ASHA', channel: 'C0STG' }),
  ]);
});

it('says in the modal what is wrong with a field', async () => {
  const { send, commands } = await route();

  const { status, text } = await send(form({ payload: JSON.stringify(submission('my branch')) }));

  expect({ status, ...JSON.parse(text) }).toMatchObject({
    status: 200,
    response_action: 'errors',
    errors: { ref: expect.stringContaining('no spaces') },
  });
  expect(await commands()).toEqual([]);
});

it('lets the command itself answer when Slack opens no modal', async () => {
  const openModal: Slack['openModal'] = async () => Promise.reject(new Error('expired_trigger_id'));
  const { send, commands } = await route({ openModal });

  await send(form(slashCommand({ text: '' })));

  expect(await commands()).toEqual([expect.objectContaining({ text: 'deploy' })]);
});

function submission(ref: string) {
  return {
    type: 'view_submission',
    user: { id: 'U0ASHA', team_id: 'T0ACME' },
    team: { id: 'T0ACME' },
    view: {
      id: 'V0DEPLOY',
      type: 'modal',
      callback_id: 'command:deploy',
      private_metadata: '{"channel":"C0STG"}',
      blocks: [{ type: 'input', block_id: 'environment' }],
      state: {
        values: {
          environment: { value: { selected_option: { value: 'staging' } } },
          service: { value: { selected_option: { value: 'api' } } },
          ref: { value: { value: ref } },
        },
      },
    },
  };
}
