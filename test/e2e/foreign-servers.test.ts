import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it, jest } from '@jest/globals';
import { WebClient } from '@slack/web-api';
import { createEmulator } from 'emulate';
import { closeHouses, type House, inHouse } from '../support/house.ts';
import { form, signed, slashCommand } from '../support/slack-requests.ts';
import { until } from '../support/until.ts';

jest.setTimeout(180_000);
afterAll(closeHouses);

const SLACK_TOKEN = 'xoxb-at-emulate-0123456789-abcdefgh';
const GITHUB_TOKEN = 'ghp_emulate90123456789abcdefghijklmnopqr';
const PROGRAM = `
  console.log('deploying', process.env.BATON_SERVICE, process.env.BATON_SHA);
  const waiting = setInterval(() => {
    if (!require('node:fs').existsSync('go')) return;
    clearInterval(waiting);
    console.log('BATON_URL=https://program.acme.example/api');
  }, 20);
`;

/** A Baton between a Slack and a GitHub that share no line and no misunderstanding with ours. */
interface Abroad {
  readonly house: House;
  readonly client: WebClient;
  readonly channel: string;
  /** The head of the default branch. */
  readonly sha: string;
  /** Types a command as somebody, signed, as Slack sends it. Resolves to what Baton answered. */
  readonly type: (user: string, command: string, text: string) => Promise<{ status: number; body: string }>;
}

it('deploys with a Slack and a GitHub that are not ours, and tells it in one message', async () => {
  await abroad(async ({ house, client, channel, sha, type }, asha) => {
    expect(await type(asha, '/deploy', 'staging')).toEqual({ status: 200, body: '' });

    const messages = async () => (await client.conversations.history({ channel })).messages ?? [];
    const shown = (words: string) =>
      until(`a message that says “${words}”`, async () =>
        (await messages()).find(({ text }) => text === words),
      );
    const { ts } = await shown('api on staging is in progress');
    writeFileSync(join(house.folder, 'go'), '');
    const message = await shown('api on staging is live');
    const [deployment] = await house.deployments();
    expect(deployment).toMatchObject({ state: 'success', ref: 'main', sha, requested_by: asha, fence: 1 });
    expect(JSON.stringify(message.blocks)).toContain('https://program.acme.example/api');
    expect(message).toMatchObject({ ts, edited: expect.anything() });

    await until('GitHub to have been asked to record it', () => told(house).length > 0);
    const thread = await until('the output in the thread', async () => {
      const { messages: all = [] } = await client.conversations.replies({ channel, ts: ts ?? '' });
      return all.length === 2 ? all : undefined;
    });
    expect(JSON.stringify(thread[1])).toContain(`deploying api ${sha}`);
    await until('all jobs to be done', async () => !(await hasJobs(house)));

    // It has no endpoints for deployments (404): said once, and neither repeated nor left as a dead letter.
    expect(told(house)).toEqual([expect.objectContaining({ deployment: deployment?.id, level: 'warn' })]);
    expect(await messages()).toMatchObject([{ ts, text: message.text, blocks: message.blocks }]);
    expect(await house.deployments()).toEqual([deployment]);
    expect(await house.run('audit', 'verify')).toMatchObject({ code: 0 });
  });
});

it('takes nothing from somebody whom that Slack does not know', async () => {
  await abroad(async ({ house, client, channel, type }) => {
    expect(await type('U0NOBODY', '/deploy', 'staging')).toEqual({ status: 200, body: '' });

    const [entry] = await until('the refusal in the trail', async () => {
      const entries = await house.list('/api/audit');
      return entries.length > 0 ? entries : undefined;
    });
    expect(entry).toMatchObject({ actor: 'U0NOBODY', outcome: 'refused', reason: 'not_allowed' });
    expect(await house.deployments()).toEqual([]);
    expect((await client.conversations.history({ channel })).messages).toEqual([]);
  });
});

async function abroad(work: (place: Abroad, asha: string) => Promise<void>): Promise<void> {
  const [slack, github] = await Promise.all([startSlack(), startGitHub()]);
  try {
    const { client, channel, asha, team } = slack;
    const options = {
      environments: () => ({
        staging: {
          services: ['api'],
          driver: { type: 'command', argv: [process.execPath, '-e', PROGRAM] },
          channel,
        },
      }),
      config: { slack: { workspace: team }, roles: { deployer: [asha] } },
    };
    await inHouse(options, async (house) => {
      const env = {
        SLACK_API_URL: slack.apiUrl,
        SLACK_BOT_TOKEN: SLACK_TOKEN,
        GITHUB_API_URL: github.url,
        GITHUB_TOKEN,
      };
      await Promise.all([house.start('web', env), house.start('worker', env)]);
      const type = (user: string, command: string, text: string) =>
        send(house, { command, text, user_id: user, team_id: team, channel_id: channel });
      await work({ house, client, channel, sha: github.sha, type }, asha);
      expect({ slack: house.slack.calls, github: house.github.requests }).toEqual({ slack: [], github: [] });
    });
  } finally {
    await Promise.all([slack.close(), github.close()]);
  }
}

async function startSlack() {
  const scopes = ['chat:write', 'users:read', 'channels:read', 'channels:history'];
  const emulator = await createEmulator({
    service: 'slack',
    port: 0,
    seed: {
      tokens: { [SLACK_TOKEN]: { login: 'U000000001', scopes } },
      slack: { users: [{ name: 'asha', real_name: 'Asha' }], channels: [{ name: 'staging' }] },
    },
  });
  const apiUrl = `${emulator.url}/api/`;
  const client = new WebClient(SLACK_TOKEN, { slackApiUrl: apiUrl });
  const { members = [] } = await client.users.list({});
  const { channels = [] } = await client.conversations.list({});
  const { team_id: team = '' } = await client.auth.test();
  const asha = members.find(({ name }) => name === 'asha')?.id ?? '';
  const channel = channels.find(({ name }) => name === 'staging')?.id ?? '';
  return { apiUrl, client, team, asha, channel, close: () => emulator.close() };
}

async function startGitHub() {
  const emulator = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      tokens: { [GITHUB_TOKEN]: { login: 'asha-k', scopes: ['repo', 'user'] } },
      github: {
        users: [{ login: 'asha-k', name: 'Asha', email: 'asha@acme.example' }],
        orgs: [{ login: 'acme', name: 'Acme', members: [{ login: 'asha-k', role: 'admin' }] }],
        repos: [{ owner: 'acme', name: 'api', auto_init: true }],
      },
    },
  });
  const headers = { authorization: `Bearer ${GITHUB_TOKEN}` };
  const branch = await fetch(`${emulator.url}/repos/acme/api/branches/main`, { headers });
  const { commit } = (await branch.json()) as { commit: { sha: string } };
  const deployments = await fetch(`${emulator.url}/repos/acme/api/deployments`, { headers });
  expect(deployments.status).toBe(404); // should it learn of deployments, they are to be looked at here
  return { url: emulator.url, sha: commit.sha, close: () => emulator.close() };
}

async function send(house: House, fields: Record<string, string>): Promise<{ status: number; body: string }> {
  const body = form(slashCommand(fields));
  const response = await fetch(`${house.url}/slack/events`, {
    method: 'POST',
    headers: signed(body, new Date()),
    body,
  });
  return { status: response.status, body: await response.text() };
}

/** The log lines about records that GitHub does not take. */
function told(house: House): readonly object[] {
  const lines = house.processes.flatMap((role) => role.lines);
  return lines
    .filter((line) => line.includes('GitHub takes no record'))
    .map((line) => JSON.parse(line) as object);
}

/** Whether any job is left that could still do something, or has failed for good; the sweep's always waits for its minute. */
async function hasJobs(house: House): Promise<boolean> {
  const metrics = await (await fetch(`${house.url}/metrics`)).text();
  // What comes by the clock always waits.
  const counts =
    /^baton_queue_jobs\{queue="(?:commands|deployments|messages|reports)",state="(?!completed)\w+"\} [1-9]/m;
  if (!metrics.includes('baton_redis_up 1')) throw new Error(`nothing is known of the queues:\n${metrics}`);
  return counts.test(metrics);
}
