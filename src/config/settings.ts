import { resolve } from 'node:path';
import { StartError } from '../errors.ts';
import { parseSmtpUrl, type SmtpAccess } from '../mail/smtp-url.ts';
import { parseRedisUrl } from '../redis/url.ts';
import { type LOG_LEVELS, Variables } from './variables.ts';

/** The process variables of Baton, read and checked. Secrets are in here: never log it whole. */
export interface Settings {
  readonly host: string;
  /** 0 asks for a free port; `batonUrl` then needs the real one. */
  readonly port: number;
  /** Absolute. */
  readonly configFile: string;
  /** False when `BATON_CONFIG` was left out: then a missing file is no error in the playground. */
  readonly configFileGiven: boolean;
  /** Absolute. */
  readonly dataFolder: string;
  /** Without a slash at the end; undefined when it follows from host and port. */
  readonly batonUrl: string | undefined;
  readonly apiToken: string | undefined;
  /** Undefined: the private Redis. */
  readonly redisUrl: string | undefined;
  /** Undefined: the playground. */
  readonly slack: SlackAccess | undefined;
  /** Ends in a slash. */
  readonly slackApiUrl: string;
  readonly github: GithubAccess | undefined;
  readonly githubWebhookSecret: string | undefined;
  /** Without a slash at the end. */
  readonly githubApiUrl: string;
  /** Undefined: no mail. */
  readonly smtp: SmtpAccess | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Every secret in here, for the log to hide; whoever learns of another one (`secret_env`) adds it. */
  readonly secrets: Set<string>;
  /** What an operator should know about what was read, a sentence each. */
  readonly notes: readonly string[];
}

export type SlackAccess =
  | { readonly mode: 'http'; readonly botToken: string; readonly signingSecret: string }
  | { readonly mode: 'socket'; readonly botToken: string; readonly appToken: string };

export type GithubAccess =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'app'; readonly appId: string; readonly privateKey: string };

/** Reads the process variables; throws a StartError with one line that names each wrong one and what it must be. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const parsed = Variables.safeParse(env);
  if (!parsed.success) {
    const wrong = new Map(parsed.error.issues.map((issue) => [String(issue.path[0]), issue.message]));
    throw new StartError(Array.from(wrong, ([name, what]) => `${name} must be ${what}`).join('; '));
  }
  const given = parsed.data;
  if (given.REDIS_URL !== undefined) parseRedisUrl(given.REDIS_URL);
  return {
    host: given.HOST ?? '127.0.0.1',
    port: Number(given.PORT ?? 3_000),
    configFile: resolve(given.BATON_CONFIG ?? 'baton.yml'),
    configFileGiven: given.BATON_CONFIG !== undefined,
    dataFolder: resolve(given.BATON_DATA ?? '.baton'),
    batonUrl: given.BATON_URL,
    apiToken: given.BATON_API_TOKEN,
    redisUrl: given.REDIS_URL,
    slack: slackAccess(given),
    slackApiUrl: given.SLACK_API_URL ?? 'https://slack.com/api/',
    github: githubAccess(given),
    githubWebhookSecret: given.GITHUB_WEBHOOK_SECRET,
    githubApiUrl: given.GITHUB_API_URL ?? 'https://api.github.com',
    smtp: given.SMTP_URL === undefined ? undefined : parseSmtpUrl(given.SMTP_URL),
    logLevel: given.LOG_LEVEL ?? 'info',
    secrets: secretsIn(given),
    notes: notesOn(given),
  };
}

/** The address at which others reach Baton, once it listens on `port`; without a slash at the end. */
export function batonUrl(settings: Settings, port: number): string {
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return settings.batonUrl ?? `http://${host}:${port}`;
}

function slackAccess(given: Variables): SlackAccess | undefined {
  const { SLACK_BOT_TOKEN: botToken, SLACK_SIGNING_SECRET: signingSecret, SLACK_APP_TOKEN: appToken } = given;
  if (botToken === undefined) {
    const other = signingSecret === undefined ? 'SLACK_APP_TOKEN' : 'SLACK_SIGNING_SECRET';
    if (signingSecret === undefined && appToken === undefined) return undefined;
    throw new StartError(
      `SLACK_BOT_TOKEN must be a bot token, which begins with xoxb-, because ${other} is set`,
    );
  }
  if (appToken !== undefined) return { mode: 'socket', botToken, appToken };
  if (signingSecret !== undefined) return { mode: 'http', botToken, signingSecret };
  throw new StartError(
    'SLACK_SIGNING_SECRET must be the signing secret of the Slack app, because SLACK_BOT_TOKEN is set ' +
      '(or set SLACK_APP_TOKEN for Socket Mode)',
  );
}

function githubAccess(given: Variables): GithubAccess | undefined {
  const { GITHUB_TOKEN: token, GITHUB_APP_ID: appId, GITHUB_PRIVATE_KEY: privateKey } = given;
  if (appId !== undefined && privateKey !== undefined) return { kind: 'app', appId, privateKey };
  if (appId !== undefined) {
    throw new StartError(
      'GITHUB_PRIVATE_KEY must be the private key of the GitHub App, in PEM, because GITHUB_APP_ID is set',
    );
  }
  if (privateKey !== undefined) {
    throw new StartError('GITHUB_APP_ID must be the id of the GitHub App, because GITHUB_PRIVATE_KEY is set');
  }
  return token === undefined ? undefined : { kind: 'token', token };
}

function secretsIn(given: Variables): Set<string> {
  const { REDIS_URL: redisUrl, SMTP_URL: smtpUrl } = given;
  const values = [
    given.BATON_API_TOKEN,
    given.SLACK_BOT_TOKEN,
    given.SLACK_SIGNING_SECRET,
    given.SLACK_APP_TOKEN,
    given.GITHUB_TOKEN,
    given.GITHUB_PRIVATE_KEY,
    given.GITHUB_WEBHOOK_SECRET,
    redisUrl && parseRedisUrl(redisUrl).password,
    smtpUrl && parseSmtpUrl(smtpUrl)?.account?.password,
    smtpUrl && /^smtps?:\/\/[^:/@]*:(.+)@/.exec(smtpUrl)?.[1], // as it is written in the address
  ];
  return new Set(values.filter((value): value is string => value !== undefined && value !== ''));
}

function notesOn(given: Variables): readonly string[] {
  const notes: string[] = [];
  if (given.GITHUB_TOKEN !== undefined && given.GITHUB_APP_ID !== undefined) {
    notes.push('GITHUB_TOKEN is not used, because GITHUB_APP_ID and GITHUB_PRIVATE_KEY are set.');
  }
  if (given.SLACK_SIGNING_SECRET !== undefined && given.SLACK_APP_TOKEN !== undefined) {
    notes.push('SLACK_SIGNING_SECRET is not used, because SLACK_APP_TOKEN asks for Socket Mode.');
  }
  return notes;
}
