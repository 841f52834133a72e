import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { commands } from '../../commands/index.ts';
import { type Command, defineCommand } from '../../src/command.ts';
import { UserError } from '../../src/errors.ts';
import { parse } from '../../src/slack/parse.ts';
import { readScope, readTarget } from '../../src/slack/target.ts';
import { testConfig } from '../support/config.ts';
import { anyText } from '../support/words.ts';

const config = testConfig({
  services: {
    api: { repository: 'acme/api' },
    web: { repository: 'acme/web' },
    'docs-en': { repository: 'acme/docs' },
    'docs-fr': { repository: 'acme/docs' },
  },
  environments: {
    staging: { services: ['api', 'web'], driver: { type: 'command', argv: ['true'] } },
    production: { services: ['web', 'docs-en', 'docs-fr'], driver: { type: 'command', argv: ['true'] } },
  },
});

const MAIN = { kind: 'named', name: 'main' };
const DEFAULT = { kind: 'default' };

it.each<[string, string, string, object]>([
  ['staging', 'staging', 'api', DEFAULT],
  ['production', 'production', 'web', DEFAULT],
  ['staging web', 'staging', 'web', DEFAULT],
  ['staging/web', 'staging', 'web', DEFAULT],
  ['staging web@main', 'staging', 'web', MAIN],
  ['staging/web@main', 'staging', 'web', MAIN],
  ['staging @main', 'staging', 'api', MAIN],
  ['staging@main', 'staging', 'api', MAIN],
  ['staging@main web', 'staging', 'web', MAIN],
  ['to staging', 'staging', 'api', DEFAULT],
  ['web to staging', 'staging', 'web', DEFAULT],
  ['web on staging', 'staging', 'web', DEFAULT],
  ['to staging web', 'staging', 'web', DEFAULT],
  ['web@main to staging', 'staging', 'web', MAIN],
  ['@main to staging', 'staging', 'api', MAIN],
  ['acme/web@main to staging', 'staging', 'web', MAIN],
  ['ACME/Web to staging', 'staging', 'web', DEFAULT],
  ['staging acme/web#12', 'staging', 'web', { kind: 'pull_request', number: 12 }],
  ['staging #123', 'staging', 'api', { kind: 'pull_request', number: 123 }],
  ['staging web#123', 'staging', 'web', { kind: 'pull_request', number: 123 }],
  ['web#123 to staging', 'staging', 'web', { kind: 'pull_request', number: 123 }],
  ['staging api@feature/x@y', 'staging', 'api', { kind: 'named', name: 'feature/x@y' }],
  ['staging api@fix#12', 'staging', 'api', { kind: 'named', name: 'fix#12' }],
  ['staging api@<!channel>', 'staging', 'api', { kind: 'named', name: '<!channel>' }],
  ['staging api@$(touch${IFS}x)', 'staging', 'api', { kind: 'named', name: '$(touch${IFS}x)' }],
  ['staging api@`id`', 'staging', 'api', { kind: 'named', name: '`id`' }],
  ['staging api@__proto__', 'staging', 'api', { kind: 'named', name: '__proto__' }],
  ['staging api@a%0ab', 'staging', 'api', { kind: 'named', name: 'a%0ab' }],
  ['staging api@refs/heads/main', 'staging', 'api', { kind: 'named', name: 'refs/heads/main' }],
])('reads the target of “deploy %s”', (text, environment, service, ref) => {
  const repository = `acme/${service}`;
  expect(targetOf(text)).toEqual({ environment, service, repository, ref });
});

it.each([
  ['prod', 'unknown_environment', /no environment “prod”.*“production”.*staging, production/],
  ['Staging', 'unknown_environment', /“Staging”.*“staging”/],
  ['prоduction', 'unknown_environment', /Did you mean “production”/],
  ['__proto__', 'unknown_environment', /“__proto__”/],
  ['constructor', 'unknown_environment', /“constructor”/],
  ['toString web', 'unknown_environment', /“toString”/],
  ['acme/api@main', 'unknown_environment', /“acme”/],
  ['staging ai', 'unknown_service', /no service “ai” on staging.*“api”.*api, web/],
  ['staging docs-en', 'unknown_service', /no service “docs-en” on staging/],
  ['staging __proto__', 'unknown_service', /“__proto__”/],
  ['acme/docs to staging', 'unknown_service', /no service “acme\/docs”/],
  ['acme/docs to production', 'invalid_command', /several services.*docs-en, docs-fr/],
  ['histroy', 'unknown_environment', /Did you mean “\/deploy history”\?$/],
  ['web', 'unknown_environment', /“web” is a service.*staging, production/],
  ['staging main', 'unknown_service', /api, web\. A branch, tag or sha stands after “@”: “staging @main”/],
  ['', 'invalid_command', /Which environment.*staging, production/],
  ['@main', 'invalid_command', /Which environment.*staging, production/],
  ['staging@main web@dev', 'invalid_command', /“@main” and “@dev” are both named/],
  ['staging/web api', 'invalid_command', /“web” and “api” are both named/],
  ['to staging to production', 'invalid_command', /“production” would be a second environment/],
  ['staging api@', 'invalid_command', /nothing after “@”/],
  ['staging api@-x', 'invalid_command', /“-x” is not a ref: a ref cannot start with “-”/],
  ['staging api@--upload-pack=x', 'invalid_command', /cannot start with “-”/],
  ['staging api@ext::sh', 'invalid_command', /looks like an address/],
  ['staging api@file:///etc', 'invalid_command', /looks like an address/],
  ['staging "api@a b"', 'invalid_command', /cannot hold a space/],
  ['staging api@HEAD~1', 'invalid_command', /cannot hold “~”/],
  ['staging api@a..b', 'invalid_command', /cannot hold “\.\.”/],
  ['staging api@../x', 'invalid_command', /is not a ref/],
  ['staging api@a.lock', 'invalid_command', /Git allows no such name/],
  [`staging api@${'x'.repeat(256)}`, 'invalid_command', /256 characters, and 255/],
  ['staging #x', 'invalid_command', /“#x” is not a pull request/],
  ['staging #0', 'invalid_command', /“#0” is not a pull request/],
  ['staging api#12@main', 'invalid_command', /“#12@main” is not a pull request/],
])('refuses “deploy %s” as %s', (text, reason, expected) => {
  const error = refusalOf(() => targetOf(text));

  expect(error.reason).toBe(reason);
  expect(`${error.message} ${error.hint}`).toMatch(expected);
});

it('gives examples that would be right', () => {
  expect(refusalOf(() => targetOf('stagin')).example).toBe('/deploy staging');
  expect(refusalOf(() => targetOf('histroy')).example).toBe('/deploy history');
  expect(refusalOf(() => targetOf('web@main')).example).toBe('/deploy staging web');
  expect(refusalOf(() => targetOf('docs-fr')).example).toBe('/deploy production docs-fr');
  expect(refusalOf(() => targetOf('')).example).toBe('/deploy staging');
  expect(refusalOf(() => targetOf('staging wbe')).example).toBe('/deploy staging web');
  expect(refusalOf(() => targetOf('production @')).example).toBe('/deploy production web@main');
});

it('says so when no environments are configured', () => {
  const error = refusalOf(() => targetOf('staging', testConfig({ environments: {} })));

  expect(error).toMatchObject({ reason: 'unknown_environment', hint: 'No environments are configured yet.' });
});

it.each([
  ['lock staging', { environment: 'staging', service: undefined }],
  ['lock staging/web', { environment: 'staging', service: 'web' }],
  ['lock on staging because x', { environment: 'staging', service: undefined }],
])('reads the scope of “%s”', (text, scope) => {
  expect(readScope(config, parse(text, commands).words)).toEqual(scope);
});

it('refuses a ref where only an environment is meant', () => {
  const error = refusalOf(() => readScope(config, parse('lock staging@main', commands).words));

  expect(error.message).toContain('“@main” is not understood here');
  expect(error.example).toBe('/lock staging');
});

it('reads any words as a target or says what is wrong with them', () => {
  fc.assert(
    fc.property(fc.constantFrom('staging api@', 'staging ', ''), anyText, (start, text) => {
      try {
        const { environment, service } = targetOf(start + text);
        expect(Object.keys(config.environments)).toContain(environment);
        expect(Object.keys(config.services)).toContain(service);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    }),
    { numRuns: 2_000 },
  );
});

function targetOf(text: string, given = config) {
  const deploy: Command = defineCommand({
    name: 'deploy',
    usage: '/deploy ENV [SERVICE][@REF]',
    summary: 'Deploy',
    example: '/deploy staging',
    grammar: { words: ['ENV', '[SERVICE][@REF]'], flags: [], clauses: [] },
    run: async () => ({ to: 'none' }),
  });
  const help = commands.filter(({ name }) => name === 'baton help');
  const { command, words } = parse(`deploy ${text}`, [deploy, ...help]);
  if (command !== deploy) throw new UserError('It asks for help.');
  return readTarget(given, words);
}

function refusalOf(work: () => unknown): UserError {
  try {
    work();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
