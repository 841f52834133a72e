import { afterEach, expect, it } from '@jest/globals';
import { slackManifest } from '../../src/slack/manifest.ts';
import { createSlackClient } from '../../src/slack/web-api.ts';
import { closeServers, slackServer } from '../support/slack-server.ts';

afterEach(closeServers);

const commands = [
  { name: 'deploy', usage: 'deploy ENV [SERVICE]', summary: 'Deploy a service' },
  { name: 'deploy status', usage: 'deploy status [ENV]', summary: 'What is where' },
  { name: 'lock', usage: '/lock ENV', summary: 'Take a lock' },
  { name: 'baton help', usage: 'baton help', summary: 'All commands' },
  { name: 'baton whoami', usage: 'baton whoami', summary: 'Who you are' },
];
const manifest = slackManifest(commands, { url: 'https://baton.example.com/' });

/** What each method of Slack's Web API asks for (docs.slack.dev). */
const SCOPE_OF: Record<string, string> = {
  'chat.postEphemeral': 'chat:write',
  'chat.postMessage': 'chat:write',
  'chat.update': 'chat:write',
  'conversations.open': 'im:write',
  'usergroups.users.list': 'usergroups:read',
  'users.info': 'users:read',
};

it('lists each first word once, with what it does and how it is typed', () => {
  const url = 'https://baton.example.com/slack/events';

  expect(manifest.features.slash_commands).toEqual([
    {
      command: '/deploy',
      url,
      description: 'Deploy a service',
      usage_hint: 'ENV [SERVICE]',
      should_escape: true,
    },
    { command: '/lock', url, description: 'Take a lock', usage_hint: 'ENV', should_escape: true },
    { command: '/baton', url, description: 'All commands', usage_hint: 'help | whoami', should_escape: true },
  ]);
  expect(manifest.features.shortcuts).toEqual([
    expect.objectContaining({ name: 'Add to handoff', type: 'message', callback_id: 'handoff_note' }),
  ]);
  expect(manifest.settings.interactivity).toEqual({ is_enabled: true, request_url: url });
});

const WORD = { type: 'plain_text' as const, text: 'Deploy' };
const MODAL = {
  type: 'modal' as const,
  callback_id: 'command:deploy',
  private_metadata: '',
  title: WORD,
  submit: WORD,
  close: WORD,
  blocks: [],
};

it('asks for what is used, and for nothing more', async () => {
  const server = await slackServer();
  const slack = createSlackClient({ token: 'xoxb-1', apiUrl: server.url });
  const view = { text: 'Hello', blocks: [] };

  const everything: Record<keyof typeof slack, Promise<unknown>> = {
    post: slack.post('C0STG', view),
    update: slack.update({ channel: 'C0STG', ts: '1.2' }, view),
    postEphemeral: slack.postEphemeral('C0STG', 'U0ASHA', view),
    respond: slack.respond(`${new URL(server.url).origin}/respond`, view),
    openModal: slack.openModal('1.2.3', MODAL),
    openDirectMessage: slack.openDirectMessage('U0ASHA'),
    findPerson: slack.findPerson('U0ASHA'),
    listGroupMembers: slack.listGroupMembers('S0REL'),
  };
  await Promise.allSettled(Object.values(everything));
  const methods = server.calls.map(({ method }) => method).filter((method) => method !== '/respond');
  const needed = new Set([
    'commands',
    ...methods
      .filter((method) => method !== 'views.open')
      .map((method) => SCOPE_OF[method] ?? `unknown method ${method}`),
  ]);

  expect([...needed].toSorted()).toEqual(manifest.oauth_config.scopes.bot.toSorted());
});
