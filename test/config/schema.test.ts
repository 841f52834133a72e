import { expect, it } from '@jest/globals';
import { findEnvironment } from '../../src/config/find.ts';
import { configIn, GOOD, problemsIn } from '../support/config-file.ts';

/** What a line adds to `staging` in the good file; it stands in line 10. */
const inStaging = (line: string) => `${GOOD}    ${line}\n`;

it('takes a small file and fills in the rest', () => {
  const staging = findEnvironment(configIn(GOOD), 'staging');

  expect(staging?.checks).toBeUndefined();
  expect(staging).toMatchObject({ approvals: 0, timeout: 3_600, start_within: 120 });
  expect(staging?.lock).toEqual({ require_reason: false, remind_after: 14_400, offer_for: 600 });
});

it.each<{ typed: string; seconds: number }>([
  { typed: '90s', seconds: 90 },
  { typed: '60m', seconds: 3_600 },
  { typed: '1h30m', seconds: 5_400 },
  { typed: '2d', seconds: 172_800 },
])('reads $typed as $seconds seconds', ({ typed, seconds }) => {
  expect(findEnvironment(configIn(inStaging(`timeout: ${typed}`)), 'staging')?.timeout).toBe(seconds);
});

it.each<{ line: string; says: string }>([
  {
    line: 'aprovals: 1',
    says: 'baton.yml:10:5 environments.staging.aprovals: unknown key; did you mean "approvals"?',
  },
  {
    line: 'lock: { colour: red }',
    says:
      'baton.yml:10:13 environments.staging.lock.colour: unknown key; ' +
      'expected default_for, max_for, require_reason, remind_after or offer_for',
  },
  {
    line: 'approvals: two',
    says: 'baton.yml:10:16 environments.staging.approvals: expected a whole number from 0 to 20, found "two"',
  },
  {
    line: 'approvals:',
    says: 'baton.yml:10:5 environments.staging.approvals: expected a whole number from 0 to 20, found nothing',
  },
  {
    line: 'approvals: -1',
    says: 'baton.yml:10:16 environments.staging.approvals: expected a whole number from 0 to 20, found -1',
  },
  {
    line: 'timeout: 10 minutes',
    says:
      'baton.yml:10:14 environments.staging.timeout: ' +
      'expected a length of time such as 30s, 10m, 4h or 2d, found "10 minutes"',
  },
  {
    line: 'timeout: 60',
    says:
      'baton.yml:10:14 environments.staging.timeout: ' +
      'expected a length of time such as 30s, 10m, 4h or 2d, found 60',
  },
  {
    line: 'timeout: 0m',
    says:
      'baton.yml:10:14 environments.staging.timeout: ' +
      'expected a length of time of more than 0s and at most 365d, found "0m"',
  },
  {
    line: 'timeout: 999999d',
    says:
      'baton.yml:10:14 environments.staging.timeout: ' +
      'expected a length of time of more than 0s and at most 365d, found "999999d"',
  },
  {
    line: 'rollback_during_freeze: yes',
    says: 'baton.yml:10:29 environments.staging.rollback_during_freeze: expected true or false, found "yes"',
  },
  {
    line: 'checks: some',
    says:
      'baton.yml:10:13 environments.staging.checks: ' +
      'expected all, none, or a list of the names of checks such as [build, test], found "some"',
  },
  {
    line: 'channel: "#staging"',
    says:
      'baton.yml:10:14 environments.staging.channel: ' +
      'expected the id of a Slack channel such as C0REL, not its name, found "#staging"',
  },
  {
    line: 'roles: { deployer: [asha] }',
    says:
      'baton.yml:10:25 environments.staging.roles.deployer[0]: ' +
      'expected the id of a Slack user or usergroup such as U0ASHA or S0RELMGRS, not a name, found "asha"',
  },
  {
    line: 'url: "javascript:alert(1)"',
    says:
      'baton.yml:10:10 environments.staging.url: ' +
      'expected an address that begins with https:// or http://, found "javascript:alert(1)"',
  },
  {
    line: 'lock: { default_for: 4h, max_for: 2h }',
    says:
      'baton.yml:10:26 environments.staging.lock.default_for: ' +
      'expected a length of time no longer than "max_for", found "4h"',
  },
])('refuses `$line`', ({ line, says }) => {
  expect(problemsIn(inStaging(line))).toEqual([says]);
});

it.each<{ text: string; says: string }>([
  { text: '', says: 'baton.yml: is empty; baton.example.yml shows what may stand in it' },
  { text: '# nothing yet\n', says: 'baton.yml: is empty; baton.example.yml shows what may stand in it' },
  { text: 'hello', says: 'baton.yml:1:1 expected a section with keys of its own, found "hello"' },
  {
    text: GOOD.replace('slack:\n  workspace: T0ACME\n', ''),
    says: 'baton.yml:1:1 slack: missing; expected a section with keys of its own',
  },
  {
    text: GOOD.replace('T0ACME', 'acme'),
    says: 'baton.yml:2:14 slack.workspace: expected the id of a Slack workspace such as T0ACME, found "acme"',
  },
  {
    text: GOOD.replace('  web: { repository: acme/web }', '  web:'),
    says: 'baton.yml:5:3 services.web: expected a section with keys of its own, found nothing',
  },
  {
    text: GOOD.replace('acme/api', 'api'),
    says:
      'baton.yml:4:22 services.api.repository: ' +
      'expected a GitHub repository as owner/name, such as acme/api, found "api"',
  },
  {
    text: GOOD.replace('type: command, argv: [./deploy]', 'type: comand'),
    says:
      'baton.yml:9:21 environments.staging.driver.type: expected ' +
      '"github-actions", "github-deployment", "webhook" or "command", found "comand"; did you mean "command"?',
  },
  {
    text: GOOD.replace('argv:', 'args:').replace('[./deploy]', '[./deploy], argv: [x]'),
    says: 'baton.yml:9:30 environments.staging.driver.args: unknown key; did you mean "argv"?',
  },
  {
    text: GOOD.replace('  staging:', '  -staging:'),
    says:
      'baton.yml:7:3 environments.-staging: expected a name of at most 60 letters, digits, ' +
      'dots, dashes and underscores, beginning with a letter or digit',
  },
])('says where and what: $says', ({ text, says }) => {
  expect(problemsIn(text)).toEqual([says]);
});

it('tells every problem at once, in the order of the file, and counts those beyond twenty', () => {
  const wrong = Array.from({ length: 25 }, (_, index) => `    wrong${index}: 1\n`).join('');

  const said = problemsIn(`${GOOD.replace('[api, web]', '[api, wbe]')}${wrong}`);

  expect(said).toHaveLength(21);
  expect(said[0]).toMatch(/^baton\.yml:8:21 environments\.staging\.services\[1\]: /);
  expect(said[1]).toMatch(/^baton\.yml:10:5 environments\.staging\.wrong0: unknown key/);
  expect(said[20]).toBe('baton.yml: and 6 more problems');
});

it('never repeats what looks like a secret', () => {
  const said = problemsIn(GOOD.replace('T0ACME', 'xoxb-1234-secret')).join();

  expect(said).toContain('found something that looks like a secret');
  expect(said).not.toContain('1234');
});

it('keeps control characters of a file out of the terminal and the log', () => {
  expect(problemsIn(GOOD.replace('T0ACME', '"\\e[31m\u202e"')).join()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

it('reads dates and times as the text that they are', () => {
  const { sites, handoffs } = configIn(`${GOOD}sites:
  in: { timezone: Asia/Kolkata, hours: 09:30-18:30, days: mon-fri, holidays: [2026-11-09, NO] }
  us: { timezone: America/Los_Angeles, hours: 09:00-17:30, days: mon-fri }
handoffs: [{ from: in, to: us, at: 18:30, channel: C0HAND }]
`);

  expect(sites['in']?.holidays).toEqual(['2026-11-09', 'NO']);
  expect(handoffs[0]?.at).toBe('18:30');
});
