import { addWorkflow } from '../../playground/github/seed.ts';
import { type PlayedGitHub, startPlayedGitHub } from '../../playground/github/server.ts';
import { type PlayedSlack, startPlayedSlack } from '../../playground/slack/played-slack.ts';
import type { PlayedPerson } from '../../playground/slack/workspace.ts';
import { SIGNING_SECRET } from './slack-requests.ts';
import { startTarget, type Target } from './target.ts';

export const BOT_TOKEN = 'xoxb-house-0123456789-abcdefghijkl';
export const API_TOKEN = 'a-token-for-the-api-of-the-house';
export const DEPLOY_SECRET = 'a-secret-between-baton-and-target';
export const GITHUB_TOKEN = 'ghp_0123456789abcdefghijklmnopqrstuvwxyz';

export const CHANNELS = [
  { id: 'C0STG', name: 'staging' },
  { id: 'C0PROD', name: 'production' },
  { id: 'C0REL', name: 'releases' },
  // Slack takes about one message a second in a channel: a test with many deployments spreads them.
  ...Array.from({ length: 12 }, (_, index) => ({ id: `C0MORE${index}`, name: `more-${index}` })),
];

const PEOPLE: readonly PlayedPerson[] = [
  { id: 'U0ASHA', name: 'asha', realName: 'Asha', timezone: 'Asia/Kolkata' },
  { id: 'U0BEN', name: 'ben', realName: 'Ben', timezone: 'America/Los_Angeles' },
];

export interface TownOptions {
  /** The environments of the configuration; drivers that need the target's address take it from here. */
  readonly environments: (target: Target) => object;
  /** Further sections of the configuration, or others. */
  readonly config?: object | ((target: Target) => object);
  /** People besides Asha and Ben, who both deploy. */
  readonly people?: readonly PlayedPerson[];
}

/** Everything around Baton. */
export interface Town {
  readonly slack: PlayedSlack;
  readonly github: PlayedGitHub;
  readonly target: Target;
  /** What `baton.yml` is to hold. */
  readonly config: object;
  close(): Promise<void>;
}

/** Starts what is around a Baton that listens at `url`. */
export async function openTown(url: string, options: TownOptions): Promise<Town> {
  const [slack, github, target] = await Promise.all([
    startPlayedSlack({
      botToken: BOT_TOKEN,
      signingSecret: SIGNING_SECRET,
      eventsUrl: `${url}/slack/events`,
      people: [...PEOPLE, ...(options.people ?? [])],
      channels: CHANNELS,
      patienceMs: 20_000, // how long it took is for the test to judge
    }),
    startPlayedGitHub(),
    startTarget({ secret: DEPLOY_SECRET }),
  ]);
  for (const name of ['acme/api', 'acme/web']) {
    addWorkflow(github.addRepository(name), { file: 'deploy.yml' });
  }
  const config = {
    slack: { workspace: 'T0ACME', channels: { releases: 'C0REL' } },
    roles: { deployer: ['U0ASHA', 'U0BEN'], admin: ['U0BEN'] },
    services: { api: { repository: 'acme/api' }, web: { repository: 'acme/web' } },
    environments: options.environments(target),
    ...(typeof options.config === 'function' ? options.config(target) : options.config),
  };
  const close = async () => void (await Promise.all([slack.close(), github.close(), target.close()]));
  return { slack, github, target, config, close };
}

/** The process variables with which Baton reaches it all. */
export function settingsFor({ slack, github }: Town): Record<string, string> {
  return {
    BATON_API_TOKEN: API_TOKEN,
    SLACK_BOT_TOKEN: BOT_TOKEN,
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    SLACK_API_URL: slack.apiUrl,
    GITHUB_TOKEN,
    GITHUB_API_URL: github.url,
    DEPLOY_SECRET,
  };
}

/** The `driver` section for the target, which tells the end by its status_url. */
export function webhookTo({ url, statusUrl }: Target): object {
  return { type: 'webhook', url, status_url: statusUrl, secret_env: 'DEPLOY_SECRET' };
}
