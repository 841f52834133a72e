import { expect, it } from '@jest/globals';
import { WebClient } from '@slack/web-api';
import { createEmulator } from 'emulate';
import { deploymentView } from '../../../src/views/deployment.ts';
import type { DeploymentState } from '../../../src/deployments/deployment.ts';
import { deployment } from '../../support/deployment.ts';
import { startPlayedSlack } from '../../../playground/slack/played-slack.ts';

interface Played {
  readonly apiUrl: string;
  readonly token: string;
  readonly user: string;
  readonly channel: string;
  close(): Promise<void>;
}

async function ours(): Promise<Played> {
  const token = 'xoxb-for-tests';
  const slack = await startPlayedSlack({
    botToken: token,
    signingSecret: 'secret',
    eventsUrl: 'http://127.0.0.1:1/',
    people: [{ id: 'U0ASHA', name: 'asha', realName: 'Asha', timezone: 'Asia/Kolkata' }],
    channels: [{ id: 'C0SHOP', name: 'shop' }],
  });
  return { apiUrl: slack.apiUrl, token, user: 'U0ASHA', channel: 'C0SHOP', close: () => slack.close() };
}

/** Somebody else's played Slack: it shares no line and no misunderstanding with ours. */
async function theirs(): Promise<Played> {
  const token = 'xoxb-for-tests';
  const scopes = ['chat:write', 'users:read', 'channels:read', 'channels:manage', 'im:write'];
  const emulator = await createEmulator({
    service: 'slack',
    port: 0,
    seed: {
      tokens: { [token]: { login: 'U000000001', scopes } },
      slack: { users: [{ name: 'asha', real_name: 'Asha' }], channels: [{ name: 'shop' }] },
    },
  });
  const apiUrl = `${emulator.url}/api/`;
  const client = new WebClient(token, { slackApiUrl: apiUrl });
  const { members = [] } = await client.users.list({});
  const { channels = [] } = await client.conversations.list({});
  const user = members.find(({ name }) => name === 'asha')?.id ?? '';
  const channel = channels.find(({ name }) => name === 'shop')?.id ?? '';
  return { apiUrl, token, user, channel, close: () => emulator.close() };
}

function view(state: DeploymentState) {
  const { text, blocks } = deploymentView(deployment({ ref: '<!channel>', state }));
  return { text, blocks: [...blocks] };
}

it.each([
  { whose: 'our own', start: ours },
  { whose: "emulate's", start: theirs },
])('makes calls that $whose Slack takes', async ({ start }) => {
  const played = await start();
  const { apiUrl, token, user, channel } = played;
  const client = new WebClient(token, { slackApiUrl: apiUrl, retryConfig: { retries: 0 } });

  try {
    const posts: typeof client.chat.postMessage = client.chat.postMessage;
    const posted = await posts({ channel, ...view('queued') });
    const message = { channel: posted.channel ?? '', ts: posted.ts ?? '' };
    const direct = await client.conversations.open({ users: user });
    const answers = {
      'auth.test': await client.auth.test(),
      'chat.postMessage': posted,
      'chat.update': await client.chat.update({ ...message, ...view('success') }),
      'in a thread': await posts({ channel, thread_ts: message.ts, text: 'the output' }),
      'chat.postEphemeral': await client.chat.postEphemeral({ channel, user, ...view('failure') }),
      'conversations.open': direct,
      'to a direct message': await posts({
        channel: direct.channel?.id ?? '',
        text: 'hello',
      }),
      'users.info': await client.users.info({ user }),
    };

    for (const [call, answer] of Object.entries(answers)) expect([call, answer.ok]).toEqual([call, true]);
    expect(answers['chat.update'].ts).toBe(message.ts);
    expect(answers['users.info'].user?.id).toBe(user);
  } finally {
    await played.close();
  }
});
