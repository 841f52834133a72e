import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from '@jest/globals';
import { closeRuns, type Place, place } from './command-target.ts';
import { until } from './suite.ts';

afterEach(closeRuns);

const SUPERVISOR = fileURLToPath(new URL('../../scripts/run-command.mjs', import.meta.url));

function supervisor(): ChildProcess {
  return fork(SUPERVISOR, { execArgv: [], stdio: 'ignore' });
}

function wish({ file, folder }: Place, overrides: object = {}): object {
  const run = { runs: file('runs'), deployment: 'staging-bcdfghjk', identity: '', host: 'here' };
  const program = { argv: ['./deploy.mjs'], cwd: folder, env: { PATH: process.env['PATH'] } };
  return { ...run, ...program, takeBefore: Date.now() + 60_000, killAfterSeconds: 60, ...overrides };
}

function endOf({ file }: Place): unknown {
  return JSON.parse(readFileSync(join(file('runs'), 'staging-bcdfghjk', 'end.json'), 'utf8'));
}

it('kills a program that does not end when it is asked to', async () => {
  const target = place(`
    process.on('SIGTERM', () => undefined);
    writeFileSync(here('ready'), '');
    setInterval(() => undefined, 1_000);`);
  const child = supervisor();
  child.send(wish(target, { killAfterSeconds: 0.1 }));
  await until(() => existsSync(target.file('ready')));

  child.kill('SIGUSR2');
  await once(child, 'exit');

  expect(endOf(target)).toMatchObject({ cancelled: true, signal: 'SIGKILL' });
});

it('runs nothing when its worker died before it said what to run', async () => {
  const target = place('');
  const child = supervisor();

  child.disconnect();
  await once(child, 'exit');

  expect(existsSync(target.file('runs'))).toBe(false);
});

it('runs nothing when it comes so late that nobody waits for it any more', async () => {
  const target = place('');
  const child = supervisor();
  child.send(wish(target, { takeBefore: Date.now() - 1 }));
  const [said] = await once(child, 'message');

  expect(said).toMatchObject({ state: 'not_taken' });
  expect(target.starts()).toEqual([]);
  expect(readdirSync(target.file('runs'))).toEqual([]);
});

it('is not ended by what ends a worker', async () => {
  const target = place(`
    const { existsSync } = await import('node:fs');
    writeFileSync(here('ready'), '');
    setInterval(() => existsSync(here('go')) && process.exit(0), 20);`);
  const child = supervisor();
  child.send(wish(target));
  await until(() => existsSync(target.file('ready')));

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) child.kill(signal);
  writeFileSync(target.file('go'), '');
  await once(child, 'exit');

  expect(endOf(target)).toMatchObject({ cancelled: false, exitCode: 0 });
});
