import { expect, it } from '@jest/globals';
import { rulesFor } from '../../src/config/find.ts';
import { isRemoteEnvironment } from '../../src/config/remote-name.ts';
import { testConfig } from '../support/config.ts';

const remote = { services: ['api'], driver: { type: 'command' as const, argv: ['true'] } };

it('gives a pull request’s own environment the driver and address of remote_deploys, and no checks', () => {
  const config = testConfig({
    remote_deploys: { ...remote, url: 'https://pr-{number}.acme.example/{number}' },
  });

  expect(rulesFor(config, 'pr-12')).toMatchObject({
    services: ['api'],
    driver: { type: 'command', argv: ['true'] },
    checks: 'none',
    url: 'https://pr-12.acme.example/12',
    approvals: 0,
    freezes: [],
  });
});

it('gives configured environments their own rules', () => {
  const config = testConfig({ remote_deploys: remote });

  expect(rulesFor(config, 'staging')).toBe(config.environments['staging']);
  expect(rulesFor(config, 'constructor')).toBeUndefined();
});

it('knows no environments of pull requests where there are no remote deploys', () => {
  expect(rulesFor(testConfig(), 'pr-12')).toBeUndefined();
});

it.each(['pr-', 'pr-0', 'pr-012', 'pr-1x', 'PR-12', 'pr-1234567890', ' pr-1'])(
  'takes “%s” for no pull request',
  (name) => {
    expect(isRemoteEnvironment(name)).toBe(false);
  },
);
