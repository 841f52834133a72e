import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createLogger } from '../src/log.ts';

const KNOWN = 'correct-horse"battery\\staple';
const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIEow+hunter2/\n-----END RSA PRIVATE KEY-----';

it('writes one JSON line with level, time and fields', () => {
  const { log, lines } = logger();

  log.info({ environment: 'staging' }, 'deployed');

  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    environment: 'staging',
    msg: 'deployed',
  });
});

it.each([
  ['a known value', KNOWN],
  ['a known value in a URL', encodeURIComponent(KNOWN)],
  ['a bot token', 'xoxb-12-hunter2'],
  ['a rotated token', 'xoxe.xoxp-1-hunter2'],
  ['an app-level token', 'xapp-1-A0-hunter2'],
  ['a short GitHub token', 'ghs_hunter2'],
  ['a long GitHub token', `ghp_${'hunter2'.repeat(40)}`],
  ['a fine-grained token', 'github_pat_11A_hunter2'],
  ['a private key', PEM],
  ['a half private key', PEM.slice(0, 50)],
  ['a password in a URL', 'redis://baton:hunter2@redis.example:6379'],
  ['Slack’s address for an answer', 'https://hooks.slack.com/commands/T0/1/hunter2'],
  ['a header', 'Authorization: Bearer hunter2-hunter2'],
  ['a query', 'response_url=https://slack.example/hunter2'],
  ['JSON', '{"response_url":"http://127.0.0.1/hunter2"}'],
  ['JSON in JSON', JSON.stringify('{"responseUrl":"http://127.0.0.1/hunter2"}')],
])('lets %s out nowhere', (_what, secret) => {
  const { log, lines } = logger();

  log.info(`it is ${secret} here`);
  log.info({ deep: { list: [secret], [secret]: 1 } }, 'fields');
  log.error({ err: new Error(`outer ${secret}`, { cause: new Error(`inner ${secret}`) }) }, 'error');
  log.child({ bound: secret }).warn('bound');

  expect(lines).toHaveLength(4);
  for (const line of lines) {
    expect(line).not.toMatch(/hunter2|battery|staple/);
    expect(line).toContain('[redacted]');
    expect(() => JSON.parse(line)).not.toThrow();
  }
});

it.each(['response_url', 'responseUrl', 'authorization', 'Authorization'])('hides the field %s', (name) => {
  const { log, lines } = logger();

  log.info({ [name]: 'quoted "hunter2" value', kept: 'yes' }, 'field');

  expect(lines[0]).not.toContain('hunter2');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ [name]: '[redacted]', kept: 'yes' });
});

it('keeps what only looks a little like a secret', () => {
  const { log, lines } = logger();

  log.info(
    { url: 'https://api.example/a:b@c', by: 'foxbat-1', ref: 'feature/ghs' },
    'a basic idea: response',
  );

  expect(lines[0]).not.toContain('[redacted]');
});

it('hides a secret that it learns of later', () => {
  const { log, lines, secrets } = logger();
  log.info('not yet');
  secrets.add('learnt-later');

  log.info('it is learnt-later');

  expect(lines[1]).toContain('it is [redacted]');
});

it('does not write what Redis was told when a command failed', () => {
  const { log, lines } = logger();
  const error = Object.assign(new Error('READONLY'), { command: { name: 'set', args: ['key', 'hunter2'] } });

  log.warn({ err: error }, 'Redis');
  log.warn({ err: new Error('outer', { cause: error }) }, 'Redis');

  expect(lines.join()).toContain('READONLY');
  expect(lines.join()).not.toContain('hunter2');
});

it('writes the same warning at most ten times a second, and others all the same', () => {
  const { log, lines } = logger();
  const begin = performance.now();

  for (let round = 0; round < 1_000; round += 1) log.warn({ err: new Error('away') }, 'Redis');
  const seconds = Math.ceil((performance.now() - begin) / 1_000);
  log.warn({ err: new Error('back') }, 'Redis');
  for (let round = 0; round < 20; round += 1) log.info('one a command');

  const warnings = lines.filter((line) => line.includes('away')).length;
  expect(warnings).toBeGreaterThanOrEqual(10);
  expect(warnings).toBeLessThanOrEqual(10 * (seconds + 1)); // it need not begin with a second
  expect(lines.filter((line) => line.includes('back'))).toHaveLength(1);
  expect(lines.filter((line) => line.includes('one a command'))).toHaveLength(20);
});

it.each(['stdout', 'stderr'] as const)('writes JSON to %s alone when that is no terminal', (to) => {
  const root = join(import.meta.dirname, '..');
  const script = `import { createLogger } from './src/log.ts';
    createLogger({ level: 'info', secrets: new Set(), to: '${to}' }).info('hello');`;
  const options = { cwd: root, encoding: 'utf8' as const };

  const result = spawnSync(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    options,
  );

  expect(JSON.parse(result[to])).toMatchObject({ level: 'info', msg: 'hello' });
  expect(result[to === 'stdout' ? 'stderr' : 'stdout']).toBe('');
});

function logger() {
  const lines: string[] = [];
  const secrets = new Set([KNOWN]);
  const log = createLogger({ level: 'info', secrets, write: (line) => void lines.push(line) });
  return { log, lines, secrets };
}
