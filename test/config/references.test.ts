import { expect, it } from '@jest/globals';
import { findEnvironment, findService } from '../../src/config/find.ts';
import { configIn, GOOD, problemsIn } from '../support/config-file.ts';

const production = (rules: string) => `${GOOD}  production:
    services: [api]
    driver: { type: command, argv: [./deploy] }
    ${rules}
`;
const withDriver = (driver: string) => GOOD.replace('{ type: command, argv: [./deploy] }', `{ ${driver} }`);
const hook = (url: string, more = '') =>
  withDriver(`type: webhook, url: "${url}", secret_env: DEPLOY_SECRET${more}`);

it.each<{ text: string; says: string[] }>([
  { text: production('promote_from: staging'), says: [] },
  {
    text: production('promote_from: stagin'),
    says: [
      '13:19 environments.production.promote_from: "stagin" is not in environments; did you mean "staging"?',
    ],
  },
  {
    text: production('promote_from: qa'),
    says: [
      '13:19 environments.production.promote_from: "qa" is not in environments; there: staging, production',
    ],
  },
  {
    text: production('promote_from: production'),
    says: ['13:19 environments.production.promote_from: an environment cannot be promoted from itself'],
  },
  {
    text: production('promote_from: staging').replace(
      '[api, web]',
      '[api, web]\n    promote_from: production',
    ),
    says: [
      '9:19 environments.staging.promote_from: goes round in a circle: staging from production from staging',
      '14:19 environments.production.promote_from: goes round in a circle: production from staging from production',
    ],
  },
  {
    text: production('promote_from: staging').replace('[api, web]', '[web]'),
    says: [
      '13:19 environments.production.promote_from: ' +
        '"staging" has none of the services of "production", so nothing could ever be promoted',
    ],
  },
  {
    text: GOOD.replace('[api, web]', '[api, wbe, api]'),
    says: [
      '8:21 environments.staging.services[1]: "wbe" is not in services; did you mean "web"?',
      '8:26 environments.staging.services[2]: stands in the list twice',
    ],
  },
  {
    text: `${GOOD}remote_deploys: { services: [app], driver: { type: command, argv: [x] } }\n`,
    says: ['10:30 remote_deploys.services[0]: "app" is not in services; did you mean "api"?'],
  },
  {
    text: `${GOOD}remote_deploys: { services: [api, web], driver: { type: command, argv: [x] } }\n`.replace(
      'acme/web',
      'ACME/api',
    ),
    says: [
      '10:35 remote_deploys.services[1]: has the same repository as "api"; a pull request deploys one of them',
    ],
  },
  {
    text: GOOD.replace('staging', 'pr-12'),
    says: ["7:3 environments.pr-12: is how pull requests' own environments are called"],
  },
  {
    text: `${GOOD}people:
  - { name: Asha, slack: U0ASHA, github: asha-k, site: bengaluru }
  - { name: Asha, slack: U0ASHA, github: ASHA-K }
`,
    says: [
      '11:56 people[0].site: "bengaluru" is not in sites; there: none',
      '12:26 people[1].slack: is the same as in people[0]; each person stands here once',
      '12:42 people[1].github: is the same as in people[0]; each person stands here once',
    ],
  },
  {
    text: `${GOOD}sites:
  us: { timezone: UTC, hours: 09:00-17:00, days: mon-fri }
handoffs:
  - { from: us, to: us, at: 17:00, channel: C0HAND }
  - { from: eu, to: us, at: 17:00, channel: C0HAND }
  - { from: eu, to: us, at: 17:00, channel: C0HAND }
`,
    says: [
      '13:21 handoffs[0].to: a site cannot hand off to itself',
      '14:13 handoffs[1].from: "eu" is not in sites; there: us',
      '15:5 handoffs[2]: is the same handoff as one above it',
      '15:13 handoffs[2].from: "eu" is not in sites; there: us',
    ],
  },
])('holds names against each other: $says', ({ text, says }) => {
  expect(problemsIn(text)).toEqual(says.map((line) => `baton.yml:${line}`));
});

it.each(['status', 'history', 'resolve', 'review', 'to', 'on', 'Because'])(
  'does not take “%s” for a name',
  (name) => {
    expect(problemsIn(GOOD.replace('  staging:', `  ${name}:`))).toEqual([
      `baton.yml:7:3 environments.${name}: is a word of the commands, so it cannot be a name`,
    ]);
  },
);

it.each(['all', 'All'])('does not take “%s” for a name: it is what a global lock is about', (name) => {
  expect(problemsIn(GOOD.replace('  staging:', `  ${name}:`))).toEqual([
    `baton.yml:7:3 environments.${name}: means every environment, as in /lock all, so it cannot be a name`,
  ]);
});

it.each(['constructor', 'toString', 'hasOwnProperty'])('does not take %s for a name', (name) => {
  expect(problemsIn(GOOD.replace('  staging:', `  ${name}:`))).toEqual([
    `baton.yml:7:3 environments.${name}: cannot be used as a name`,
  ]);
});

it('does not take __proto__ for a key, wherever it stands', () => {
  const text = `${GOOD.replace('web: {', '__proto__: {')}  __proto__: {}\n`;

  expect(problemsIn(text)).toEqual([
    'baton.yml:5:3 services.__proto__: cannot be used as a name',
    'baton.yml:10:3 environments.__proto__: cannot be used as a name',
  ]);
});

it.each(['constructor', '__proto__', 'toString', 'Staging', ''])('knows nothing by the name “%s”', (name) => {
  const config = configIn(GOOD);

  expect(findEnvironment(config, name)).toBeUndefined();
  expect(findService(config, name)).toBeUndefined();
  expect(config.environments[name]).toBeUndefined();
});

it('knows nothing of what every object of JavaScript has', () => {
  const config = configIn(GOOD);
  const plain = { ...config, environments: { ...config.environments }, services: { ...config.services } };

  expect(findEnvironment(plain, 'constructor')).toBeUndefined();
  expect(findService(plain, 'toString')).toBeUndefined();
});

it('tells of a circle where it is, not where it is come by', () => {
  const text = production('promote_from: staging').replace(
    '[api, web]',
    '[api, web]\n    promote_from: staging',
  );

  expect(problemsIn(text)).toEqual([
    'baton.yml:9:19 environments.staging.promote_from: an environment cannot be promoted from itself',
  ]);
});

it('finds what is there', () => {
  expect(findEnvironment(configIn(GOOD), 'staging')?.services).toEqual(['api', 'web']);
  expect(findService(configIn(GOOD), 'api')?.repository).toBe('acme/api');
});

it.each<{ url: string; more?: string; says?: string }>([
  { url: 'https://deploy.acme.example/hook' },
  { url: 'https://10.0.0.7:8443/hook' },
  { url: 'http://127.0.0.1:4000/hook' },
  { url: 'http://localhost:4000/hook' },
  { url: 'http://[::1]:4000/hook' },
  { url: 'http://deploy.internal/hook', more: ', allow_http: [Deploy.Internal]' },
  { url: 'http://deploy.internal:81/hook', more: ', allow_http: ["deploy.internal:81"]' },
  {
    url: 'http://deploy.internal/hook',
    says: 'must begin with https://, or deploy.internal must be listed in allow_http',
  },
  {
    url: 'http://127.0.0.1.acme.example/hook',
    says: 'must begin with https://, or 127.0.0.1.acme.example must be listed in allow_http',
  },
  { url: 'ftp://deploy.acme.example/hook', says: 'must begin with https://, not with ftp:' },
  {
    url: 'https://ben:pw@deploy.acme.example/hook',
    says: 'must not hold a user name or password; the target knows Baton by its signature',
  },
  {
    url: 'http://169.254.169.254/latest',
    more: ', allow_http: [169.254.169.254]',
    says: 'leads to the metadata of a cloud machine, which is never a target',
  },
  {
    url: 'http://[::ffff:169.254.169.254]/latest',
    more: ', allow_http: ["[::ffff:a9fe:a9fe]"]',
    says: 'leads to the metadata of a cloud machine, which is never a target',
  },
  {
    url: 'https://аcme.example/hook',
    says: 'has letters in its host that may be mistaken for others; if it is meant, write xn--cme-5cd.example',
  },
])('judges the address $url', ({ url, more = '', says }) => {
  expect(problemsIn(hook(url, more))).toEqual(
    says === undefined ? [] : [`baton.yml:9:35 environments.staging.driver.url: ${says}`],
  );
});

it('judges the address that is asked for the state like the one that is posted to', () => {
  expect(
    problemsIn(hook('https://acme.example/hook', ', status_url: "http://acme.example/"')).join(),
  ).toMatch(/driver\.status_url: must begin with https:\/\//);
});

it('wants the name of the variable with the secret, and does not repeat a secret that stands there', () => {
  const text = withDriver('type: webhook, url: "https://acme.example/hook", secret_env: "s3cr3t-value"');

  expect(problemsIn(text)).toEqual([
    'baton.yml:9:76 environments.staging.driver.secret_env: ' +
      'expected the name of an environment variable such as DEPLOY_SECRET, not the secret itself',
  ]);
});
