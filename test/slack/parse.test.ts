import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type Command, defineCommand, type Grammar } from '../../src/command.ts';
import { UserError } from '../../src/errors.ts';
import { parse } from '../../src/slack/parse.ts';
import { anyText } from '../support/words.ts';

const commands = [
  command('deploy', {
    words: ['ENV', '[SERVICE][@REF]'],
    flags: ['dry-run'],
    clauses: [],
  }),
  command('deploy status', { words: ['[ENV]'], flags: [], clauses: [] }),
  command('lock', {
    words: ['[ENV]'],
    flags: ['warn'],
    clauses: ['because', 'for', 'until'],
    values: { offer: 'person' },
  }),
  command('unlock', { words: ['ENV'], flags: ['force'], clauses: ['because'], values: { lock: 'word' } }),
  command('handoff', { words: [], flags: [], clauses: [], rest: 'TEXT' }),
  command('board', { words: [], flags: [], clauses: [] }),
  command('board preview', { words: ['[SITE]'], flags: [], clauses: [] }),
  command('board take', { words: ['ID'], flags: [], clauses: [] }),
  command('baton help', { words: ['[COMMAND]', '[WORD]'], flags: [], clauses: [] }),
  command('baton version', { words: [], flags: [], clauses: [] }),
];

it.each([
  ['deploy staging', 'deploy', 'staging'],
  ['  DEPLOY   staging  ', 'deploy', 'staging'],
  ['/deploy staging', 'deploy', 'staging'],
  ['deploy status staging', 'deploy status', 'staging'],
  ['Deploy Status staging', 'deploy status', 'staging'],
  ['deploy statuses', 'deploy', 'statuses'],
  ['deploy "status"', 'deploy', 'status'],
  ['deploy staging api@main', 'deploy', 'staging api@main'],
  ['deploy api@main to staging', 'deploy', 'api@main to:staging'],
  ['deploy api ON staging', 'deploy', 'api on:staging'],
  ['deploy acme/api@main to staging', 'deploy', 'acme/api@main to:staging'],
  ['deploy staging #123', 'deploy', 'staging #123'],
  ['deploy staging @feature/x@y', 'deploy', 'staging @feature/x@y'],
  ['deploy "to" api', 'deploy', 'to api'],
  ['deploy “staging” ‘api’', 'deploy', 'staging api'],
  ['deploy staging\u00A0api', 'deploy', 'staging api'],
  ['deploy sta\u200Bging\uFEFF', 'deploy', 'staging'],
  ['deploy staging api@a&lt;b&amp;c&gt;', 'deploy', 'staging api@a<b&c>'],
  ['deploy staging api@&lt;!channel&gt;', 'deploy', 'staging api@<!channel>'],
  ['deploy staging api@<!channel>', 'deploy', 'staging api@<!channel>'],
  ['deploy staging api@&amp;lt;', 'deploy', 'staging api@&lt;'],
  ['deploy staging api@$(touch${IFS}canary)', 'deploy', 'staging api@$(touch${IFS}canary)'],
  ['deploy staging api@a\'b"c', 'deploy', 'staging api@a\'b"c'],
  ['deploy staging api@<http://v1.2.io|v1.2.io>', 'deploy', 'staging api@v1.2.io'],
  ['deploy staging <mailto:api@v1.io|api@v1.io>', 'deploy', 'staging api@v1.io'],
  ['deploy staging __proto__', 'deploy', 'staging __proto__'],
  ['deploy staging “–x”', 'deploy', 'staging –x'],
  ['deploy', 'deploy', ''],
  ['lock', 'lock', ''],
  ['', 'baton help', ''],
  ['  ', 'baton help', ''],
  ['help', 'baton help', ''],
  ['Help deploy status', 'baton help', 'deploy status'],
  ['🚀', 'baton help', ''],
  [':rocket: :tada:', 'baton help', ''],
  ['👩‍💻', 'baton help', ''],
  ['baton', 'baton help', ''],
  ['deploy help', 'baton help', 'deploy'],
  ['deploy --help', 'baton help', 'deploy'],
  ['deploy 🚀', 'baton help', 'deploy'],
  ['deploy status ?', 'baton help', 'deploy status'],
])('reads “%s” as %s with “%s”', (text, name, expected) => {
  const { command: found, words } = parse(text, commands);

  expect(found.name).toBe(name);
  expect(words.command).toBe(name);
  expect(words.words.map(({ text: word, after }) => (after ? `${after}:${word}` : word)).join(' ')).toBe(
    expected,
  );
});

it.each([
  ['unlock staging --force because load  test\nis over', { because: 'load test is over', flags: ['force'] }],
  ['unlock --force staging because x', { because: 'x', flags: ['force'] }],
  ['unlock staging –force because x', { because: 'x', flags: ['force'] }],
  ['unlock staging —force because x', { because: 'x', flags: ['force'] }],
  ['unlock staging -–force Because x', { because: 'x', flags: ['force'] }],
  ['unlock staging because don’t "do --force', { because: 'don’t "do --force', flags: [] }],
  ['unlock staging because “load test”', { because: 'load test' }],
  ['unlock staging because "a" and "b"', { because: '"a" and "b"' }],
  ['unlock staging because because to for', { because: 'because to for' }],
  [
    'unlock staging because &lt;!here&gt; <@U0BEN|ben> &amp; <#C0REL|rel> <https://a.example|A>',
    { because: '<!here> @ben & #rel https://a.example' },
  ],
  ['lock staging for 2h because x', { for: '2h', because: 'x' }],
  ['lock staging until tomorrow 9:00', { until: 'tomorrow 9:00' }],
  ['lock staging until handoff because x', { until: 'handoff', because: 'x' }],
  ['lock staging for #12', { for: '#12' }],
  ['lock for 2 hours --warn', { for: '2 hours', flags: ['warn'] }],
  ['lock staging --offer <@U0BEN|ben>', { values: { offer: 'U0BEN' } }],
  ['unlock staging --lock 12ab', { values: { lock: '12ab' } }],
  ['unlock staging --lock=12ab', { values: { lock: '12ab' } }],
  ['handoff note because it’s "late --now', { rest: 'note because it’s "late --now' }],
])('takes apart “%s”', (text, expected) => {
  const { words } = parse(text, commands);

  expect({ ...words, flags: [...words.flags], values: Object.fromEntries(words.values) }).toMatchObject(
    expected,
  );
});

it.each([
  ['deploy prod ;rm -rf /', /“-rf” is not a flag|“;rm”/],
  ['deploy staging api ;rm', /“;rm” is one word too many/],
  ['deploy staging api main', /“main” is one word too many.*A branch, tag or sha stands after “@”/],
  ['deploy staging --upload-pack=touch x', /“--upload-pack” is not a flag of \/deploy/],
  ['deploy staging -x', /“-x” is not a flag/],
  ['deploy staging --', /“--” is not a flag/],
  ['deploy staging --dry-runs', /“--dry-runs” is not a flag.*“--dry-run”/],
  ['deploy staging --Dry-Run', /“--Dry-Run” is not a flag.*“--dry-run”/],
  ['deploy staging -dry-run', /“-dry-run” is not a flag.*“--dry-run”/],
  ['deploy staging --dry-run --dry-run', /“--dry-run” is there twice/],
  ['unlock staging --force --force=false', /“--force” is there twice/],
  ['unlock staging --force=false', /“--force=false”.*takes no value/],
  ['unlock staging --lock a --lock b', /“--lock” is there twice/],
  ['unlock staging --lock', /nothing after “--lock”/],
  ['lock staging --offer ben', /“ben” after --offer should be a person/],
  ['deploy staging because x', /“because” means nothing to \/deploy/],
  ['deploy api for staging', /“for” means nothing to \/deploy/],
  ['deploy api to', /nothing after “to”/],
  ['deploy api to to', /nothing after “to”/],
  ['lock staging for', /nothing after “for”/],
  ['unlock staging --lock --force', /nothing after “--lock” but “--force”/],
  ['lock staging for 2h for 3h', /“for” is there twice/],
  ['lock staging because', /nothing after “because”/],
  ['lock staging because “ ”', /nothing after “because”/],
  ['lock staging load test', /“load” is one word too many.*because/],
  ['lock staging becuase x', /“becuase”.*“because”/],
  [`lock staging because ${'x'.repeat(501)}`, /501 characters; at most 500/],
  ['deploy "staging', /never closed in “"?staging”/],
  ['deploy staging api@a\u202Eb', /invisible character \(U\+202E\)/],
  ['deploy staging api@a\u0000b', /invisible character \(U\+0000\)/],
  ['deploy staging api@main\nfoo', /“foo” is one word too many/],
  ['deploy staging <@U0BEN|ben>', /“@ben” is a person/],
  ['deploy staging api@<@U0BEN|ben>', /“api@@ben” is a person/],
  ['deploy staging <#C0REL|rel>', /“#rel” is a channel/],
  [
    'deploy staging <https://github.com/acme/api>',
    /“https:\/\/github.com\/acme\/api” is a link.*branch, a tag or a sha/,
  ],
  ['baton version now', /“now” is one word too many.*takes no words/],
  ['deplyo staging', /no command “deplyo”.*“deploy”/],
  ['baton versoin', /no command “baton versoin”.*“baton version”/],
  ['board prevew', /no command “board prevew”.*“board preview”/],
  ['board foo', /no command “board foo”.*alone, or before: preview, take/],
  ['xyzzy', /no command “xyzzy”.*\/baton help/],
  ['<!channel> now', /no command “<!channel>”/],
  ['x'.repeat(4_001), /too long; a command has at most 4000 characters/],
])('refuses “%s”', (text, expected) => {
  const error = refusalOf(text);

  expect(error).toMatchObject({ reason: 'invalid_command' });
  expect(`${error.message} ${error.hint}`).toMatch(expected);
});

it('shows a right example with every refusal of a known command', () => {
  expect(refusalOf('deploy a b c').example).toBe('/deploy example');
  expect(refusalOf('deplyo a').example).toBe('/deploy example');
  expect(refusalOf(`deploy ${'x'.repeat(4_000)}`).example).toBe('/deploy example');
  expect(refusalOf('x'.repeat(4_001)).example).toBe('/baton help');
});

it('reads any text or says what is wrong with it, quickly', () => {
  const started = performance.now();
  fc.assert(
    fc.property(
      fc.constantFrom('', 'lock ', 'deploy ', 'unlock staging ', 'baton '),
      anyText,
      (start, text) => {
        try {
          parse(start + text, commands);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      },
    ),
    { numRuns: 3_000 },
  );
  expect(performance.now() - started).toBeLessThan(20_000);
});

it.each([
  '"',
  "'",
  '<',
  '<@U0BEN|',
  '<http://',
  '&lt;',
  '-',
  '–',
  ' to',
  ' for x',
  ':a',
  '👩\u200D',
  ' --force',
  '@',
  '\u0301',
])('is not slowed down by thousands of “%s”', (part) => {
  const text = `lock ${part.repeat(Math.floor(3_900 / part.length))}`;
  const started = performance.now();
  for (let round = 0; round < 5; round++) refusalOrNothing(text);

  expect(performance.now() - started).toBeLessThan(10_000);
});

function refusalOrNothing(text: string): unknown {
  try {
    return parse(text, commands);
  } catch (error) {
    return error;
  }
}

function refusalOf(text: string): UserError {
  const error = refusalOrNothing(text);
  if (error instanceof UserError) return error;
  throw new Error(`“${text}” was not refused`);
}

function command(name: string, grammar: Grammar): Command {
  return defineCommand({
    name,
    usage: `/${name} usage`,
    summary: 'A command',
    example: `/${name} example`,
    grammar,
    run: async () => ({ to: 'none' }),
  });
}
