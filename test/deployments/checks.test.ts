import { expect, it } from '@jest/globals';
import { deployWorkflowsFor, judgeChecks } from '../../src/deployments/checks.ts';
import type { Check } from '../../src/github/check-runs.ts';
import { testConfig } from '../support/config.ts';

type Rule = Parameters<typeof judgeChecks>[0];

const PASSED = ['build', 'passed'] as const;
const FAILING = ['test', 'failing'] as const;
const PENDING = ['lint', 'pending'] as const;

it.each<{
  rule: Rule;
  when: string;
  given: readonly (readonly [string, Check['state']])[] | 'unreadable';
  says: string;
}>([
  { rule: 'all', when: 'all have passed', given: [PASSED, ['test', 'passed']], says: 'nothing' },
  { rule: 'all', when: 'one fails', given: [PASSED, FAILING], says: 'failing test' },
  { rule: 'all', when: 'one has not ended', given: [PASSED, PENDING], says: 'pending lint' },
  {
    rule: 'all',
    when: 'one fails and one has not ended',
    given: [PENDING, FAILING],
    says: 'failing test, pending lint',
  },
  {
    rule: 'all',
    when: 'one of two with one name fails',
    given: [PASSED, ['build', 'failing']],
    says: 'failing build',
  },
  { rule: 'all', when: 'there are none', given: [], says: 'none at all' },
  { rule: 'all', when: 'they cannot be read', given: 'unreadable', says: 'unreadable' },

  { rule: undefined, when: 'all have passed', given: [PASSED], says: 'nothing' },
  { rule: undefined, when: 'one fails', given: [PASSED, FAILING], says: 'failing test' },
  { rule: undefined, when: 'one has not ended', given: [PASSED, PENDING], says: 'pending lint' },
  { rule: undefined, when: 'there are none', given: [], says: 'nothing' },
  { rule: undefined, when: 'they cannot be read', given: 'unreadable', says: 'unreadable' },

  { rule: ['build'], when: 'the named one has passed', given: [PASSED, FAILING, PENDING], says: 'nothing' },
  { rule: ['test'], when: 'the named one fails', given: [PASSED, FAILING, PENDING], says: 'failing test' },
  { rule: ['lint'], when: 'the named one has not ended', given: [PASSED, PENDING], says: 'pending lint' },
  { rule: ['build'], when: 'the named one is missing', given: [['Build', 'passed']], says: 'missing build' },
  { rule: ['build'], when: 'there are none', given: [], says: 'missing build' },
  { rule: ['build', 'build'], when: 'a missing one is named twice', given: [], says: 'missing build' },
  {
    rule: ['build'],
    when: 'one of two apps’ checks of the name fails',
    given: [PASSED, ['build', 'failing']],
    says: 'failing build',
  },
  {
    rule: ['build'],
    when: 'one of two apps’ checks of the name has not ended',
    given: [PASSED, ['build', 'pending']],
    says: 'pending build',
  },
  {
    rule: ['build', 'test', 'lint', 'deploy'],
    when: 'each of the named is otherwise',
    given: [PASSED, FAILING, PENDING],
    says: 'failing test, missing deploy, pending lint',
  },
  {
    rule: ['lint', 'deploy'],
    when: 'one has not ended and one is missing',
    given: [PENDING],
    says: 'missing deploy, pending lint',
  },
  { rule: ['build'], when: 'they cannot be read', given: 'unreadable', says: 'unreadable' },
  { rule: ['constructor'], when: 'the name is an odd one', given: [PASSED], says: 'missing constructor' },

  { rule: 'none', when: 'one fails', given: [FAILING], says: 'nothing' },
  { rule: 'none', when: 'there are none', given: [], says: 'nothing' },
  { rule: 'none', when: 'they cannot be read', given: 'unreadable', says: 'nothing' },
])('says what is in the way under $rule when $when', ({ rule, given, says }) => {
  const checks = given === 'unreadable' ? given : given.map(([name, state]) => check(name, state));

  expect(told(judgeChecks(rule, checks))).toBe(says);
});

it('keeps the links to what it names', () => {
  expect(judgeChecks('all', [check('test', 'failing'), check('lint', 'pending')])).toEqual({
    reason: 'checks_failing',
    failing: [{ name: 'test', url: 'https://ci.example/test' }],
    missing: [],
    hasNone: false,
    pending: [{ name: 'lint', url: 'https://ci.example/lint' }],
  });
});

it('knows by which workflows a repository is deployed, wherever', () => {
  const place = (workflow: string, service: string) => ({
    services: [service],
    driver: { type: 'github-actions' as const, workflow },
  });
  const config = testConfig({
    environments: {
      staging: place('deploy.yml', 'api'),
      production: place('release.yml', 'api'),
      demo: place('deploy.yml', 'api'),
      web: place('web.yml', 'web'),
    },
    remote_deploys: place('remote.yml', 'api'),
  });

  expect(deployWorkflowsFor(config, 'Acme/API')).toEqual(['deploy.yml', 'release.yml', 'remote.yml']);
  expect(deployWorkflowsFor(config, 'acme/web')).toEqual(['web.yml']);
  expect(deployWorkflowsFor(config, 'acme/other')).toBeUndefined();
});

it('tells apart that a repository is deployed by an event, and not by GitHub Actions', () => {
  const driver = { type: 'github-deployment' as const };
  const config = testConfig({ environments: { staging: { services: ['api'], driver } } });

  expect(deployWorkflowsFor(config, 'acme/api')).toEqual([]);
  expect(deployWorkflowsFor(testConfig(), 'acme/api')).toBeUndefined();
});

function check(name: string, state: Check['state']): Check {
  return { name, state, url: `https://ci.example/${name}`, app: 'github-actions' };
}

function told(refusal: ReturnType<typeof judgeChecks>): string {
  if (refusal === undefined) return 'nothing';
  if (refusal.reason === 'checks_unreadable') return 'unreadable';
  const pending = refusal.pending.map(({ name }) => `pending ${name}`);
  if (refusal.reason === 'checks_pending') return pending.join(', ');
  const failing = refusal.failing.map(({ name }) => `failing ${name}`);
  const missing = refusal.missing.map((name) => `missing ${name}`);
  return [...failing, ...missing, ...pending, ...(refusal.hasNone ? ['none at all'] : [])].join(', ');
}
