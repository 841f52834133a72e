import { expect, it } from '@jest/globals';
import { checkInstallation, type Probes, type Settings } from '../../src/check/check.ts';
import { formatFindings } from '../../src/check/findings.ts';
import { ConfigError } from '../../src/config/problem.ts';
import type { Config } from '../../src/config/schema.ts';
import { testConfig } from '../support/config.ts';

const SETTINGS: Settings = {
  redisUrl: 'redis://:redis-secret@redis:6379',
  slack: { mode: 'http' },
  github: { kind: 'token' },
  githubWebhookSecret: 'hook-secret',
  apiToken: 'api-secret',
  smtp: undefined,
  secrets: ['redis-secret', 'hook-secret', 'api-secret', ''],
};

function probes(overrides: Partial<Probes> = {}, config: Config = testConfig()): Probes {
  return {
    config: { load: async () => ({ config }), variable: () => 'drivers-secret' },
    redis: async () => undefined,
    slack: {
      account: async () => ({
        team: 'Acme',
        teamId: 'T0ACME',
        name: 'baton',
        scopes: ['chat:write', 'commands'],
      }),
      neededScopes: ['chat:write', 'commands'],
      listGroupMembers: async () => ['U0ASHA', 'U0BEN'],
    },
    github: {
      account: async () => ({ name: 'the owner of GITHUB_TOKEN', left: { remaining: 4_990, limit: 5_000 } }),
      readRepository: async () => undefined,
    },
    mail: async () => undefined,
    ...overrides,
  };
}

const fails = (message: string) => async () => Promise.reject(new Error(message));

async function check(overrides: Partial<Probes> = {}, settings: Partial<Settings> = {}, config?: Config) {
  return checkInstallation({ ...SETTINGS, ...settings }, probes(overrides, config));
}

it('calls it wrong that Redis has lost data', async () => {
  const findings = await check({ redis: async () => new Date('2030-01-15T12:00:00Z') });

  expect(findings.ok).toBe(false);
  expect(formatFindings(findings)).toContain(
    'it has lost data (noticed 2030-01-15 12:00 UTC), so deployments are held',
  );
});

it('tells what is on and what is off, a line each', async () => {
  const findings = await check();

  expect(findings.ok).toBe(true);
  expect(formatFindings(findings).split('\n')).toEqual([
    'on     configuration     2 environments, 2 services, 0 sites, 2 people',
    'on     driver            staging: signs with DEPLOY_SECRET',
    'on     Redis             the one of REDIS_URL; answers, and never drops a key',
    'on     Slack             over HTTP, as baton in Acme (T0ACME)',
    'on     usergroup         S0RELMGRS has 2 members',
    'on     GitHub            as the owner of GITHUB_TOKEN; 4990 of 5000 requests are left in this hour',
    'on     repository        acme/api',
    'on     repository        acme/web',
    'on     GitHub webhooks   at /github/webhooks; the hook must send check_suite, deployment_status, pull_request, status, workflow_run',
    'on     API and web page  with the token of BATON_API_TOKEN',
    'off    mail              SMTP_URL is not set',
    '',
    'All is well.',
  ]);
});

it('is content with nothing but a Redis, and says what is off', async () => {
  const findings = await check(
    {},
    {
      redisUrl: undefined,
      slack: undefined,
      github: undefined,
      githubWebhookSecret: undefined,
      apiToken: undefined,
    },
  );

  expect(findings.ok).toBe(true);
  expect(
    findings.lines.filter(({ state }) => state === 'off').map(({ what, says }) => `${what}: ${says}`),
  ).toEqual([
    'Slack: SLACK_BOT_TOKEN is not set: `start` is the playground, `web` and `worker` do not start',
    'GitHub: neither GITHUB_TOKEN nor GITHUB_APP_ID is set',
    'GitHub webhooks: GITHUB_WEBHOOK_SECRET is not set, so /github/webhooks answers 404 and GitHub is only asked now and then',
    'API and web page: BATON_API_TOKEN is not set',
    'mail: SMTP_URL is not set',
  ]);
});

const smtp = { host: 'mail.acme.example', account: { user: 'baton@acme.example' } };
const withMail = testConfig({ mail: { from: 'baton@acme.example', to: ['releases@acme.example'] } });
const withNobody = testConfig({ roles: {} });
const withGitHubActions = testConfig({
  environments: {
    staging: { services: ['api'], driver: { type: 'github-actions', workflow: 'deploy.yml' }, approvals: 1 },
  },
  roles: { deployer: ['U0ASHA'] },
});

const driver = { type: 'command' as const, argv: ['true'] };
const withRules = testConfig({
  environments: {
    staging: { services: ['api'], driver, checks: 'none' },
    production: {
      services: ['api'],
      driver,
      checks: ['build'],
      promote_from: 'staging',
      approvals: 1,
      freezes: [{ from: 'fri 17:00', to: 'mon 09:00', timezone: 'UTC', reason: 'weekend' }],
    },
  },
});

it.each<{ when: string; settings?: Partial<Settings>; config: Config; line: object }>([
  {
    when: 'mail is asked for',
    settings: { smtp },
    config: withMail,
    line: {
      what: 'mail',
      state: 'on',
      says: 'digests go to releases@acme.example from baton@acme.example by mail.acme.example',
    },
  },
  {
    when: 'nobody is to get mail',
    settings: { smtp },
    config: testConfig(),
    line: { what: 'mail', state: 'off', says: 'baton.yml has no `mail`' },
  },
  {
    when: 'a role is empty',
    config: withNobody,
    line: { what: 'roles', state: 'off', says: 'nobody may deploy to staging: deployer is empty' },
  },
  {
    when: 'approvals are asked of nobody',
    config: withGitHubActions,
    line: {
      what: 'roles',
      state: 'off',
      says: 'nobody can approve for staging, which asks for approvals: approver is empty',
    },
  },
  {
    when: 'only some environments ask for checks, and GitHub is off',
    config: withRules,
    settings: { github: undefined },
    line: {
      what: 'checks',
      state: 'off',
      says: 'GitHub is off, so nothing is deployed where checks are asked for: production',
    },
  },
  {
    when: 'a driver needs the GitHub that is off',
    settings: { github: undefined },
    config: withGitHubActions,
    line: {
      what: 'GitHub',
      state: 'off',
      says: 'neither GITHUB_TOKEN nor GITHUB_APP_ID is set; without it nothing is deployed to staging',
    },
  },
])('says so when $when', async ({ settings, config, line }) => {
  const findings = await check({}, settings, config);

  expect(findings.lines).toContainEqual(line);
  expect(findings.ok).toBe(true);
});

const { slack, github, config } = probes();

it.each<{
  when: string;
  overrides: Partial<Probes>;
  settings?: Partial<Settings>;
  line: { what: string; says: unknown };
}>([
  {
    when: 'Redis may drop keys',
    overrides: { redis: fails('Redis must run with maxmemory-policy noeviction') },
    line: { what: 'Redis', says: 'Redis must run with maxmemory-policy noeviction' },
  },
  {
    when: 'the token is refused',
    overrides: { slack: { ...slack, account: fails('Slack does not accept SLACK_BOT_TOKEN') } },
    line: { what: 'Slack', says: 'Slack does not accept SLACK_BOT_TOKEN' },
  },
  {
    when: 'the token is of another workspace',
    overrides: {
      slack: {
        ...slack,
        account: async () => ({ team: 'Other', teamId: 'T0OTHER', name: 'baton', scopes: undefined }),
      },
    },
    line: { what: 'Slack', says: 'the token is for T0OTHER, but slack.workspace is T0ACME' },
  },
  {
    when: 'the app lacks scopes',
    overrides: { slack: { ...slack, neededScopes: ['chat:write', 'users:read', 'im:write'] } },
    line: {
      what: 'Slack',
      says: 'the app lacks users:read, im:write; add it from slack-manifest.json and install the app again',
    },
  },
  {
    when: 'a usergroup is not there',
    overrides: { slack: { ...slack, listGroupMembers: fails('no_such_subteam') } },
    line: { what: 'usergroup', says: 'S0RELMGRS cannot be read: no_such_subteam' },
  },
  {
    when: 'a repository cannot be read',
    overrides: { github: { ...github, readRepository: fails('not there, or not for Baton to see') } },
    line: { what: 'repository', says: 'acme/web: not there, or not for Baton to see' },
  },
  {
    when: 'GitHub refuses the credentials',
    overrides: { github: { ...github, account: fails('GitHub does not accept the credentials') } },
    line: { what: 'GitHub', says: 'GitHub does not accept the credentials' },
  },
  {
    when: 'a secret is missing',
    overrides: { config: { ...config, variable: () => '' } },
    line: { what: 'driver', says: 'staging: DEPLOY_SECRET is not set, so it cannot sign' },
  },
  {
    when: 'the sender is not the address of the mail account',
    overrides: { config: { ...config, load: async () => ({ config: withMail }) } },
    settings: { smtp: { ...smtp, account: { user: 'other@acme.example' } } },
    line: {
      what: 'mail',
      says: expect.stringMatching(/^mail.from must be other@acme.example, .*mail\.sender_may_differ: true$/),
    },
  },
  {
    when: 'the mail server refuses the login',
    overrides: {
      config: { ...config, load: async () => ({ config: withMail }) },
      mail: fails('The mail server refuses the login of SMTP_URL'),
    },
    settings: { smtp },
    line: { what: 'mail', says: 'The mail server refuses the login of SMTP_URL' },
  },
])('is not content when $when', async ({ overrides, settings, line }) => {
  const findings = await check(overrides, settings);

  expect(findings.lines).toContainEqual({ ...line, state: 'wrong' });
  expect(findings.ok).toBe(false);
  expect(formatFindings(findings)).toMatch(/things? (is|are) wrong\.$/);
});

it('looks at everything else although the configuration is bad', async () => {
  const problems = ['a', 'b'].map((key, index) => ({ line: index + 1, column: 1, key, says: 'unknown key' }));
  const load = async () => Promise.reject(new ConfigError('baton.yml', problems));

  const findings = await check({ config: { ...config, load } });

  expect(findings.lines.slice(0, 4)).toEqual([
    { what: 'configuration', state: 'wrong', says: 'baton.yml:1:1 a: unknown key' },
    { what: 'configuration', state: 'wrong', says: 'baton.yml:2:1 b: unknown key' },
    expect.objectContaining({ what: 'Redis', state: 'on' }),
    expect.objectContaining({ what: 'Slack', state: 'on' }),
  ]);
});

it('prints no secret, not even one that an error repeats', async () => {
  const findings = await check({ redis: fails('cannot reach redis://:redis-secret@redis:6379') });

  expect(formatFindings(findings)).toContain('cannot reach redis://:…@redis:6379');
  expect(JSON.stringify(findings)).not.toMatch(/(redis|hook|api|drivers)-secret/);
});
