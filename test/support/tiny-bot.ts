import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, HTTPReceiver, LogLevel } from '@slack/bolt';
import { startPlayedSlack, type PlayedSlack } from '../../playground/slack/played-slack.ts';

export const BOT_TOKEN = 'xoxb-for-tests';
export const SIGNING_SECRET = 'a signing secret for tests';

export const PEOPLE = [
  { id: 'U0ASHA', name: 'asha', realName: 'Asha', timezone: 'Asia/Kolkata', site: 'Bengaluru' },
  { id: 'U0BEN', name: 'ben', realName: 'Ben', timezone: 'America/Los_Angeles', site: 'United States' },
] as const;

export const CHANNELS = [
  { id: 'C0SHOP', name: 'shop', purpose: 'The shop team: deploy here' },
  { id: 'C0RELEASES', name: 'releases', purpose: 'What goes to production' },
  { id: 'C0ELSEWHERE', name: 'elsewhere', hasApp: false },
  { id: 'C0OLD', name: 'old', archived: true },
  { id: 'C0BENS', name: 'bens', members: ['U0BEN'] },
] as const;

export interface TinyBot {
  readonly url: string;
  readonly slack: PlayedSlack;
  readonly app: App;
  /** Puts further routes in front of Bolt's. */
  mount(handle: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>): void;
  close(): Promise<void>;
}

/** A played Slack with an app of a few lines behind it: nothing but Bolt, so that Bolt says what is a right request. */
export async function startTinyBot(): Promise<TinyBot> {
  const receiver = new HTTPReceiver({
    signingSecret: SIGNING_SECRET,
    endpoints: ['/slack/events'],
    logLevel: LogLevel.ERROR,
  });
  const mounted: Parameters<TinyBot['mount']>[0][] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    for (const handle of mounted) if (await handle(request, response)) return;
    receiver.requestListener(request, response);
  };
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(404).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const slack = await startPlayedSlack({
    botToken: BOT_TOKEN,
    signingSecret: SIGNING_SECRET,
    eventsUrl: `${url}/slack/events`,
    people: PEOPLE,
    channels: CHANNELS,
    groups: { S0RELMGRS: ['U0BEN'] },
    patienceMs: 20_000,
  });
  const app = new App({
    receiver,
    convoStore: false,
    authorize: async () => ({
      botToken: BOT_TOKEN,
      botId: 'B0BATON',
      botUserId: 'U0BATON',
      teamId: 'T0ACME',
    }),
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  return {
    url,
    slack,
    app,
    mount: (handle) => void mounted.push(handle),
    close: async () => {
      const ended = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await Promise.all([ended, slack.close()]);
    },
  };
}
