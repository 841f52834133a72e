import { HANDLED } from '../github/delivery.ts';
import { checkConfig, type ConfigProbes } from './config.ts';
import { checkGitHub, type GitHubProbes } from './github.ts';
import { checkLater } from './later.ts';
import { checkMail } from './mail.ts';
import { messageOf } from './message.ts';
import type { Findings, Line } from './findings.ts';
import { checkSlack, type SlackProbes } from './slack.ts';

/** The part of the process variables that the check tells about. */
export interface Settings {
  readonly redisUrl: string | undefined;
  readonly slack: { readonly mode: 'http' | 'socket' } | undefined;
  readonly github: { readonly kind: 'token' | 'app' } | undefined;
  readonly githubWebhookSecret: string | undefined;
  readonly apiToken: string | undefined;
  readonly smtp:
    | { readonly host: string; readonly account: { readonly user: string } | undefined }
    | undefined;
  /** Values that must not be printed, whoever may have put them into a message. */
  readonly secrets: Iterable<string>;
}

/** What the check asks of the outside world. Each one rejects with an error whose message is for people. */
export interface Probes {
  readonly config: ConfigProbes;
  /** Rejects when Redis does not answer, or may drop what it holds. */
  readonly redis: () => Promise<void>;
  readonly slack: SlackProbes;
  readonly github: GitHubProbes;
  /** Rejects when the mail server cannot be reached, or does not take the login. */
  readonly mail: () => Promise<void>;
}

/** Looks at the configuration and at every credential, and tells what is on, what is off and what is wrong. */
export async function checkInstallation(settings: Settings, probes: Probes): Promise<Findings> {
  const { config, lines } = await checkConfig(probes.config);
  const groups = await Promise.all([
    checkRedis(settings, probes),
    checkSlack(settings.slack, config, probes.slack),
    checkGitHub(settings.github, config, probes.github),
  ]);
  const mail = await checkMail(settings.smtp, config?.mail, probes.mail);
  const later = config === undefined ? [] : checkLater(config);
  const all = [...lines, ...groups.flat(), ...switches(settings), mail, ...later];
  const hidden = all.map((line) => ({ ...line, says: withoutSecrets(line.says, settings.secrets) }));
  return { lines: hidden, ok: hidden.every(({ state }) => state !== 'wrong') };
}

async function checkRedis({ redisUrl }: Settings, { redis }: Probes): Promise<Line[]> {
  const which = redisUrl === undefined ? "Baton's own" : 'the one of REDIS_URL';
  try {
    await redis();
    return [{ what: 'Redis', state: 'on', says: `${which}; answers, and never drops a key` }];
  } catch (error) {
    return [{ what: 'Redis', state: 'wrong', says: messageOf(error) }];
  }
}

const EVENTS = Object.keys(HANDLED).join(', ');
const NO_WEBHOOKS = ', so /github/webhooks answers 404 and GitHub is only asked now and then';

function switches({ githubWebhookSecret, apiToken }: Settings): Line[] {
  return [
    githubWebhookSecret === undefined
      ? { what: 'GitHub webhooks', state: 'off', says: `GITHUB_WEBHOOK_SECRET is not set${NO_WEBHOOKS}` }
      : { what: 'GitHub webhooks', state: 'on', says: `at /github/webhooks; the hook must send ${EVENTS}` },
    apiToken === undefined
      ? { what: 'API and web page', state: 'off', says: 'BATON_API_TOKEN is not set' }
      : { what: 'API and web page', state: 'on', says: 'with the token of BATON_API_TOKEN' },
  ];
}

function withoutSecrets(text: string, secrets: Iterable<string>): string {
  return [...secrets]
    .filter((secret) => secret !== '')
    .reduce((clean, secret) => clean.replaceAll(secret, '…'), text);
}
