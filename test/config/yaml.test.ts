import { expect, it } from '@jest/globals';
import { configIn, GOOD, problemsIn } from '../support/config-file.ts';

it.each<{ when: string; text: string | Buffer; says: string[] }>([
  {
    when: 'a tab indents',
    text: 'slack:\n\tworkspace: T0ACME\n',
    says: ['baton.yml:2:1 a tab at the beginning of the line; YAML takes only spaces there'],
  },
  {
    when: 'a key stands twice',
    text: `${GOOD}services: {}\n`,
    says: ['baton.yml:10:1 services: stands here a second time; keep one of the two'],
  },
  {
    when: 'a key stands twice in a list',
    text: `${GOOD}people:\n  - { name: A, name: B }\n`,
    says: ['baton.yml:11:16 people[0].name: stands here a second time; keep one of the two'],
  },
  {
    when: 'a line is indented by half',
    text: 'slack:\n  workspace: T0ACME\n channels: {}\n',
    says: ['baton.yml:3:1 the line is not indented like its neighbours'],
  },
  {
    when: 'a bracket stays open',
    text: 'slack: { workspace: T0ACME\nservices: {}\n',
    says: ['baton.yml:2:1 a "[" or "{" in a line above is not closed'],
  },
  {
    when: 'a colon is forgotten',
    text: 'slack:\n  workspace T0ACME\n  channels: {}\n',
    says: ['baton.yml:2:3 a line with no ":" behind its key, or text that runs over into the next line'],
  },
  {
    when: 'text holds a colon',
    text: 'slack:\n  workspace: T0ACME: yes\n',
    says: ['baton.yml:2:14 a second ": " in one line; put quotes around text that holds one'],
  },
  {
    when: 'an alias stands for nothing',
    text: 'slack: *gone\n',
    says: ['baton.yml:1:8 slack: *gone stands for nothing above it'],
  },
  {
    when: 'an alias stands for what it is in',
    text: 'slack: &a { channels: *a }\n',
    says: ['baton.yml:1:23 slack.channels: *a stands for nothing above it'],
  },
  {
    when: 'keys are merged',
    text: 'a: &a { x: 1 }\nb: { <<: *a }\n',
    says: ['baton.yml:2:6 b."<<": merge keys are not understood; write the keys out'],
  },
  {
    when: 'a key is a list',
    text: '? [a]\n: 1\n',
    says: ['baton.yml:1:3 "": a key must be a plain word'],
  },
  {
    when: 'a tag asks for code',
    text: 'slack: !!js/function "x"\n',
    says: ['baton.yml:1:8 a tag (!name), which the configuration does not use'],
  },
  {
    when: 'there are two documents',
    text: `${GOOD}---\n${GOOD}`,
    says: ['baton.yml:10:1 a second document begins here with "---"; the file must hold one'],
  },
  {
    when: 'it is not UTF-8',
    text: Buffer.from([0x73, 0xff, 0xfe]),
    says: ['baton.yml: is not text in UTF-8'],
  },
])('explains what is wrong when $when', ({ text, says }) => {
  expect(problemsIn(text)).toEqual(says);
});

it.each<{ when: string; text: string }>([
  { when: 'the file has a byte order mark', text: `\ufeff${GOOD}` },
  { when: 'lines end as on Windows', text: GOOD.replaceAll('\n', '\r\n') },
  { when: 'it says that it is YAML 1.1', text: `%YAML 1.1\n---\n${GOOD}` },
  {
    when: 'an alias repeats a driver',
    text: `${GOOD.replace('driver: {', 'driver: &own {')}  qa: { services: [api], driver: *own }\n`,
  },
])('takes a file when $when', ({ text }) => {
  expect(Object.keys(configIn(text).services)).toEqual(['api', 'web']);
});

it('counts columns and lines rightly behind a byte order mark and Windows line ends', () => {
  expect(problemsIn(`\ufeff${GOOD.replace('T0ACME', 'acme')}`.replaceAll('\n', '\r\n'))).toEqual([
    'baton.yml:2:14 slack.workspace: expected the id of a Slack workspace such as T0ACME, found "acme"',
  ]);
});

it('points into the anchor when an alias repeats a mistake', () => {
  const text = GOOD.replace('argv: [./deploy] }', 'argv: 1 }').replace('driver: {', 'driver: &own {');

  expect(problemsIn(`${text}  qa: { services: [api], driver: *own }\n`)).toEqual([
    'baton.yml:9:41 environments.staging.driver.argv: expected a list, found 1',
    'baton.yml:9:41 environments.qa.driver.argv: expected a list, found 1',
  ]);
});

// As in Node itself: with the hundred lines that Jest asks for, the stacks of all these errors take the most time.
Error.stackTraceLimit = 10;

const KEEP = 200_000;
const lines = (line: string) => line.repeat(Math.floor(KEEP / line.length));
const laughs = Array.from({ length: 12 }, (_, level) => {
  const below = level === 0 ? 'ha' : `*a${level - 1}`;
  return `a${level}: &a${level} [${Array(9).fill(below).join(', ')}]`;
});

it.each<{ name: string; text: string; says: RegExp }>([
  {
    name: 'a billion laughs',
    text: laughs.join('\n'),
    says: /aliases \(\*name\) repeat more than 100 values/,
  },
  { name: 'brackets without end', text: '['.repeat(KEEP), says: /:1:65 is more than 64 levels deep/ },
  { name: 'braces without end', text: lines('{a: '), says: /is more than 64 levels deep/ },
  { name: 'dashes without end', text: lines('- '), says: /:1:129 is more than 64 levels deep/ },
  { name: 'question marks without end', text: lines('? '), says: /is more than 64 levels deep/ },
  { name: 'colons without end', text: lines(': '), says: /is more than 64 levels deep/ },
  { name: 'tags without end', text: lines('!a '), says: /./ },
  { name: 'quotes without end', text: lines('"'), says: /./ },
  { name: 'commas without end', text: `[${lines(',')}]`, says: /./ },
  { name: 'tabs', text: lines('\t'), says: /is empty/ },
  { name: 'a key again and again', text: lines('a: 1\n'), says: /a: stands here a second time/ },
  {
    name: 'unknown keys',
    text: Array.from({ length: 15_000 }, (_, n) => `k${n}: 1`).join('\n'),
    says: /slack: missing/,
  },
  { name: 'zeros', text: '\0'.repeat(KEEP), says: /./ },
  { name: 'more than 256 KB', text: '#'.repeat(256 * 1024 + 1), says: /is larger than 256 KB/ },
])('refuses $name and lives on', ({ text, says }) => {
  const said = problemsIn(text);

  expect(said[0]).toMatch(says);
  expect(said.length).toBeLessThanOrEqual(21);
});

it('takes brackets in text for what they are', () => {
  expect(problemsIn(`${GOOD}# ${'['.repeat(100)}\n`)).toEqual([]);
  expect(problemsIn(GOOD.replace('[./deploy]', `["${'['.repeat(100)}", '${'{'.repeat(100)}']`))).toEqual([]);
});
