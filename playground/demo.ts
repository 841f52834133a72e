import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type PlayedGitHub, startPlayedGitHub } from './github/server.ts';
import { playgroundFile } from './package-files.ts';
import { addDemoRepositories } from './repositories.ts';
import { createRoutes, type Routes, type RoutesOptions } from './routes.ts';
import { type PlayedSlack, startPlayedSlack } from './slack/played-slack.ts';
import type { Hint, OfferedCommand } from './state.ts';

export interface PlaygroundOptions {
  /** Where Baton's web role listens, such as `http://127.0.0.1:3000`. */
  readonly batonUrl: string;
  /** Where the configuration with this machine's paths is written. */
  readonly folder: string;
  readonly commands: readonly OfferedCommand[];
  readonly environments?: RoutesOptions['environments'];
  readonly handoffs?: RoutesOptions['handoffs'];
  readonly held?: RoutesOptions['held'];
}

export interface Playground {
  /** The process variables with which Baton reaches the played Slack and GitHub, `BATON_CONFIG` included. */
  readonly environment: Readonly<Record<string, string>>;
  readonly handle: Routes['handle'];
  readonly slack: PlayedSlack;
  readonly github: PlayedGitHub;
  /** Ends the page's event streams, which would keep the web server from closing; the page connects again by itself. */
  hangUp(): void;
  close(): Promise<void>;
}

export const PEOPLE = [
  { id: 'U0ASHA', name: 'asha', realName: 'Asha', timezone: 'Asia/Kolkata', site: 'Bengaluru' },
  { id: 'U0BEN', name: 'ben', realName: 'Ben', timezone: 'America/Los_Angeles', site: 'United States' },
] as const;

export const CHANNELS = [
  { id: 'C0SHOP', name: 'shop', purpose: 'The shop team: deploy here' },
  { id: 'C0RELEASES', name: 'releases', purpose: 'What goes to production' },
  { id: 'C0AUDIT', name: 'audit', purpose: 'What Baton itself has to say' },
] as const;

export const HINTS: readonly Hint[] = [
  { user: 'U0ASHA', text: '/deploy staging', says: 'A deployment that succeeds' },
  { user: 'U0BEN', text: '/deploy staging', says: 'As Ben meanwhile: refused, and told why' },
  { user: 'U0ASHA', text: '/deploy status', says: 'What is live where' },
  { user: 'U0ASHA', text: '/lock staging because load test', says: 'Keep others away' },
  { user: 'U0ASHA', text: '/deploy staging shop@broken', says: 'A deployment that fails' },
];

/** Starts the played Slack and the played GitHub on loopback, with secrets of this run. */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const botToken = `xoxb-${randomBytes(24).toString('hex')}`;
  const signingSecret = randomBytes(16).toString('hex');
  const slack = await startPlayedSlack({
    botToken,
    signingSecret,
    eventsUrl: `${options.batonUrl}/slack/events`,
    people: PEOPLE,
    channels: CHANNELS,
  });
  const github = await startPlayedGitHub({ webhookSecret: randomBytes(16).toString('hex') });
  github.hook.url = `${options.batonUrl}/github/webhooks`;
  addDemoRepositories(github);
  const demo = { commands: options.commands, hints: HINTS };
  const routes = createRoutes({
    slack,
    demo,
    environments: options.environments,
    handoffs: options.handoffs,
    held: options.held,
  });
  return {
    environment: {
      SLACK_BOT_TOKEN: botToken,
      SLACK_SIGNING_SECRET: signingSecret,
      SLACK_API_URL: slack.apiUrl,
      GITHUB_TOKEN: `ghp_${randomBytes(18).toString('hex')}`,
      GITHUB_API_URL: github.url,
      GITHUB_WEBHOOK_SECRET: github.webhookSecret,
      BATON_CONFIG: await writeConfiguration(options),
    },
    handle: (request, response) => routes.handle(request, response),
    slack,
    github,
    hangUp: () => routes.close(),
    close: async () => {
      routes.close();
      await Promise.all([slack.close(), github.close()]);
    },
  };
}

/** Absolute paths, because the workers' working directory may be another. */
async function writeConfiguration({ batonUrl, folder }: PlaygroundOptions): Promise<string> {
  const values: Record<string, string> = {
    NODE: process.execPath,
    DEPLOY: playgroundFile('deploy.mjs'),
    LIVE: `${batonUrl}/playground/live`,
  };
  const template = await readFile(playgroundFile('baton.yml'), 'utf8');
  // A JSON string is a YAML string, whatever stands in the path.
  const filled = template.replaceAll(/\$([A-Z]+)/g, (_, name: string) => JSON.stringify(values[name]));
  await mkdir(folder, { recursive: true });
  const path = resolve(join(folder, 'playground.yml'));
  await writeFile(path, filled);
  return path;
}
