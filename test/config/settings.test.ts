import { generateKeyPairSync } from 'node:crypto';
import { resolve } from 'node:path';
import { expect, it } from '@jest/globals';
import { batonUrl, readSettings } from '../../src/config/settings.ts';
import { StartError } from '../../src/errors.ts';

const PEM = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
}).privateKey;
const SLACK = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's3cr3t' };
const APP = { GITHUB_APP_ID: '12', GITHUB_PRIVATE_KEY: PEM };

it('starts the playground on a machine where nothing is set', () => {
  expect(readSettings({ PATH: '/bin' })).toEqual({
    host: '127.0.0.1',
    port: 3_000,
    configFile: resolve('baton.yml'),
    configFileGiven: false,
    dataFolder: resolve('.baton'),
    batonUrl: undefined,
    apiToken: undefined,
    redisUrl: undefined,
    slack: undefined,
    slackApiUrl: 'https://slack.com/api/',
    github: undefined,
    githubWebhookSecret: undefined,
    githubApiUrl: 'https://api.github.com',
    smtp: undefined,
    logLevel: 'info',
    secrets: new Set(),
    notes: [],
  });
});

it.each([
  [{}, 'http://127.0.0.1:3000'],
  [{ HOST: '0.0.0.0', PORT: '80' }, 'http://0.0.0.0:80'],
  [{ HOST: '::1', PORT: '8080' }, 'http://[::1]:8080'],
  [{ BATON_URL: 'https://baton.example/' }, 'https://baton.example'],
  [{ BATON_URL: 'https://x.example/baton//' }, 'https://x.example/baton'],
])('is reached, with %j, at %s', (env, url) => {
  const environment = readSettings(env);

  expect(batonUrl(environment, environment.port)).toBe(url);
});

it('is reached at the port that it really got', () => {
  expect(batonUrl(readSettings({ PORT: '0' }), 41_234)).toBe('http://127.0.0.1:41234');
});

it.each([
  [SLACK, { mode: 'http', botToken: 'xoxb-1', signingSecret: 's3cr3t' }],
  [
    { ...SLACK, SLACK_SIGNING_SECRET: 'x' },
    { mode: 'http', botToken: 'xoxb-1', signingSecret: 'x' },
  ],
  [
    { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' },
    { mode: 'socket', botToken: 'xoxb-1', appToken: 'xapp-1' },
  ],
  [
    { ...SLACK, SLACK_APP_TOKEN: 'xapp-1' },
    { mode: 'socket', botToken: 'xoxb-1', appToken: 'xapp-1' },
  ],
])('talks to Slack with %j', (env, slack) => {
  expect(readSettings(env).slack).toEqual(slack);
});

it('works as a GitHub App, also with the key on one line', () => {
  const app = { kind: 'app', appId: '12', privateKey: PEM };

  expect(readSettings(APP).github).toEqual(app);
  expect(readSettings({ ...APP, GITHUB_PRIVATE_KEY: PEM.replaceAll('\n', '\\n') }).github).toEqual(app);
});

it('says which is used when both a token and an App are set', () => {
  const { github, notes } = readSettings({ ...APP, GITHUB_TOKEN: 'ghp_1' });

  expect(github).toMatchObject({ kind: 'app' });
  expect(notes).toEqual(['GITHUB_TOKEN is not used, because GITHUB_APP_ID and GITHUB_PRIVATE_KEY are set.']);
});

it('takes the slash off GitHub’s address', () => {
  expect(readSettings({ GITHUB_API_URL: 'https://ghe.example/api/v3/' }).githubApiUrl).toBe(
    'https://ghe.example/api/v3',
  );
});

it('knows every secret, for the log to hide', () => {
  const { secrets } = readSettings({
    ...SLACK,
    SLACK_APP_TOKEN: 'xapp-2',
    ...APP,
    GITHUB_TOKEN: 'ghp_3',
    GITHUB_WEBHOOK_SECRET: 'four',
    BATON_API_TOKEN: 'five',
    REDIS_URL: 'redis://:six%21@localhost',
    SMTP_URL: 'smtp://me:seven@mail.example',
  });

  const all = ['five', 'xoxb-1', 's3cr3t', 'xapp-2', 'ghp_3', PEM, 'four', 'six!', 'seven'];
  expect(secrets).toEqual(new Set(all));
});

it.each([
  'HOST',
  'PORT',
  'BATON_CONFIG',
  'BATON_DATA',
  'BATON_URL',
  'BATON_API_TOKEN',
  'REDIS_URL',
  'SLACK_BOT_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_APP_TOKEN',
  'SLACK_API_URL',
  'GITHUB_TOKEN',
  'GITHUB_APP_ID',
  'GITHUB_PRIVATE_KEY',
  'GITHUB_WEBHOOK_SECRET',
  'GITHUB_API_URL',
  'SMTP_URL',
  'LOG_LEVEL',
])('refuses an empty %s', (name) => {
  expect(refusal({ [name]: '' })).toMatch(new RegExp(`^${name} must .+`));
});

it.each([
  ['PORT', 'http', 'PORT must be a port from 0 to 65535'],
  ['PORT', '65536', 'PORT must be a port from 0 to 65535'],
  ['PORT', '-1', 'PORT must be a port from 0 to 65535'],
  ['PORT', '3e3', 'PORT must be a port from 0 to 65535'],
  ['HOST', 'http://x', 'HOST must be a host name or an IP address, such as 127.0.0.1'],
  ['BATON_URL', 'baton.example', 'BATON_URL must be an http(s) address without query'],
  ['BATON_URL', 'https://baton.example/?a=1', 'BATON_URL must be an http(s) address without query'],
  ['BATON_URL', 'https://me:hunter2@baton.example', 'BATON_URL must be an http(s) address without query'],
  ['BATON_URL', 'javascript:alert(1)', 'BATON_URL must be an http(s) address without query'],
  ['BATON_API_TOKEN', 'hunter2 hunter2', 'BATON_API_TOKEN must be a token, without spaces'],
  ['REDIS_URL', 'localhost', 'REDIS_URL must begin with redis://'],
  ['REDIS_URL', 'redis://:hunter2@', 'REDIS_URL must look like redis://'],
  ['SLACK_BOT_TOKEN', 'hunter2', 'SLACK_BOT_TOKEN must be a bot token, which begins with xoxb-'],
  ['SLACK_BOT_TOKEN', 'xoxp-hunter2', 'SLACK_BOT_TOKEN must be a bot token, which begins with xoxb-'],
  [
    'SLACK_SIGNING_SECRET',
    'hunter2\n',
    'SLACK_SIGNING_SECRET must be the signing secret of the Slack app, without',
  ],
  ['SLACK_APP_TOKEN', 'xoxb-hunter2', 'SLACK_APP_TOKEN must be an app-level token, which begins with xapp-'],
  ['SLACK_API_URL', 'https://slack.example/api', 'SLACK_API_URL must be an http(s) address that ends in /'],
  ['SLACK_API_URL', 'slack.com/api/', 'SLACK_API_URL must be an http(s) address that ends in /'],
  ['GITHUB_TOKEN', 'hunter 2', 'GITHUB_TOKEN must be a token, without spaces'],
  ['GITHUB_APP_ID', 'my-app', 'GITHUB_APP_ID must be the id of a GitHub App, a number'],
  [
    'GITHUB_PRIVATE_KEY',
    '-----BEGIN hunter2',
    'GITHUB_PRIVATE_KEY must be the private key of the GitHub App, in PEM',
  ],
  ['GITHUB_API_URL', 'ftp://x', 'GITHUB_API_URL must be an http(s) address'],
  ['SMTP_URL', 'mail:hunter2', 'SMTP_URL must be an address such as smtp://user:password@host:587'],
  ['LOG_LEVEL', 'verbose', 'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent'],
])('refuses %s=%j in one line, without the value', (name, value, message) => {
  const said = refusal({ [name]: value });

  expect(said).toContain(message);
  expect(said).not.toMatch(/hunter2|\n/);
});

it.each([
  [{ SLACK_BOT_TOKEN: 'xoxb-1' }, /^SLACK_SIGNING_SECRET must .*SLACK_BOT_TOKEN is set .*SLACK_APP_TOKEN/],
  [{ SLACK_SIGNING_SECRET: 'x' }, /^SLACK_BOT_TOKEN must .*because SLACK_SIGNING_SECRET is set$/],
  [{ SLACK_APP_TOKEN: 'xapp-1' }, /^SLACK_BOT_TOKEN must .*because SLACK_APP_TOKEN is set$/],
  [{ GITHUB_APP_ID: '1' }, /^GITHUB_PRIVATE_KEY must .*because GITHUB_APP_ID is set$/],
  [{ GITHUB_PRIVATE_KEY: PEM }, /^GITHUB_APP_ID must .*because GITHUB_PRIVATE_KEY is set$/],
  [{ ...APP, GITHUB_APP_ID: undefined, GITHUB_TOKEN: 'ghp_1' }, /^GITHUB_APP_ID must/],
])('refuses one of a pair without the other: %#', (env, message) => {
  expect(refusal(env)).toMatch(message);
});

it('names all that is wrong in the one line', () => {
  expect(refusal({ PORT: 'x', LOG_LEVEL: 'x' })).toMatch(/^PORT must [^;]+; LOG_LEVEL must [^;]+$/);
});

function refusal(env: Record<string, string | undefined>): string {
  try {
    readSettings(env);
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  return 'accepted';
}
