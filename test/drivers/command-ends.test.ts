import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { command } from '../../src/drivers/command.ts';
import { closeRuns, type Place, place } from './command-target.ts';
import { driverRequest } from './requests.ts';
import { AGAIN, checkToTheEnd, runToTheEnd, until } from './suite.ts';

afterEach(closeRuns);

const RUN = 'test-host:staging-bcdfghjk';

describe('when the worker is killed', () => {
  it('lets the program go on, and another worker learns how it ended', async () => {
    const target = place(`
      const { existsSync } = await import('node:fs');
      setInterval(() => existsSync(here('go')) && process.exit(0), 20);`);
    const said = await startAndKillWorker(target);

    expect(said).toMatchObject({ state: 'started', run: RUN });
    expect(await command.lookup(target.tools, driverRequest(AGAIN), target.options)).toEqual({
      state: 'found',
      run: RUN,
    });
    expect((await command.check(target.tools, driverRequest(), RUN, target.options)).state).toBe(
      'in_progress',
    );
    writeFileSync(target.file('go'), '');
    expect((await checkToTheEnd(target, driverRequest(), RUN)).state).toBe('success');
    expect(target.starts()).toHaveLength(1);
  });

  it('lets another worker end the program, with all that it has started', async () => {
    const target = place(WITH_A_CHILD);
    await startAndKillWorker(target);
    const child = await childOf(target);
    const cancel = () => command.cancel(target.tools, driverRequest(), RUN, target.options);

    expect(await cancel()).toEqual({ state: 'asked' });

    expect((await checkToTheEnd(target, driverRequest(), RUN)).state).toBe('cancelled');
    expect(() => process.kill(child, 0)).toThrow('ESRCH');
    expect(await cancel()).toMatchObject({ state: 'over', end: { state: 'cancelled' } });
  });

  it('says that nobody can tell, and calls nothing over, when what watched the program was killed too', async () => {
    const target = place('setInterval(() => undefined, 1_000)');
    await startAndKillWorker(target);
    await until(() => target.starts().length > 0);
    process.kill(target.supervisor(), 'SIGKILL');

    const check = () => command.check(target.tools, driverRequest(), RUN, target.options);
    await until(async () => (await check()).state !== 'in_progress');

    expect(await check()).toMatchObject({ state: 'unknown', why: expect.stringMatching(/lost from sight/) });
    expect(await command.cancel(target.tools, driverRequest(), RUN, target.options)).toMatchObject({
      state: 'cannot',
      why: expect.stringMatching(/gone/),
    });
    expect((await command.start(target.tools, driverRequest(AGAIN), target.options)).state).toBe('started');
    expect(target.starts()).toHaveLength(1);
  });

  it.each(['run.json', 'end.json'])('takes garbage in %s for no end', async (name) => {
    const target = place('setInterval(() => undefined, 1_000)');
    await command.start(target.tools, driverRequest(), target.options);
    const path = join(target.file('runs'), 'staging-bcdfghjk', name);
    const before = existsSync(path) ? readFileSync(path, 'utf8') : '';
    writeFileSync(path, '{"exitCode":0');

    expect((await command.check(target.tools, driverRequest(), RUN, target.options)).state).toBe('unknown');
    expect((await command.cancel(target.tools, driverRequest(), RUN, target.options)).state).not.toBe('over');
    // By what was there the run is ended after the test.
    if (before === '') rmSync(path);
    else writeFileSync(path, before);
  });

  it('does not take a stranger with the same process number for the run', async () => {
    const target = place('setInterval(() => undefined, 1_000)');
    await command.start(target.tools, driverRequest(), target.options);
    const path = join(target.file('runs'), 'staging-bcdfghjk', 'run.json');
    const record = JSON.parse(readFileSync(path, 'utf8'));

    writeFileSync(path, JSON.stringify({ ...record, identity: 'another boot' }));
    expect((await command.check(target.tools, driverRequest(), RUN, target.options)).state).toBe('unknown');
    expect((await command.cancel(target.tools, driverRequest(), RUN, target.options)).state).toBe('cannot');

    writeFileSync(path, JSON.stringify(record));
    expect((await command.check(target.tools, driverRequest(), RUN, target.options)).state).toBe(
      'in_progress',
    );
  });

  it('says that it does not know when what the run left cannot be read', async () => {
    const target = place('');
    await runToTheEnd(target);
    writeFileSync(join(target.file('runs'), 'staging-bcdfghjk', 'end.json'), '{');

    expect((await command.check(target.tools, driverRequest(), RUN, target.options)).state).toBe('unknown');
  });
});

describe('cancelling', () => {
  it('ends the program and all that it has started', async () => {
    const target = place(WITH_A_CHILD);
    await command.start(target.tools, driverRequest(), target.options);
    const child = await childOf(target);

    expect(await command.cancel(target.tools, driverRequest(), RUN, target.options)).toEqual({
      state: 'asked',
    });

    expect(await checkToTheEnd(target, driverRequest(), RUN)).toMatchObject({ state: 'cancelled' });
    expect(() => process.kill(child, 0)).toThrow('ESRCH');
  });

  it('leaves the truth to the program when it succeeds all the same', async () => {
    const target = place(
      'process.on("SIGTERM", () => process.exit(0)); writeFileSync(here("ready"), ""); setInterval(() => undefined, 1_000);',
    );
    await command.start(target.tools, driverRequest(), target.options);
    await until(() => existsSync(target.file('ready')));

    await command.cancel(target.tools, driverRequest(), RUN, target.options);

    expect((await checkToTheEnd(target, driverRequest(), RUN)).state).toBe('success');
  });
});

const WITH_A_CHILD = `
  const { spawn } = await import('node:child_process');
  const child = spawn('sleep', ['1000'], { stdio: 'inherit' });
  writeFileSync(here('child'), String(child.pid));
  setInterval(() => undefined, 1_000);`;

async function childOf({ file }: Place): Promise<number> {
  const noted = () => (existsSync(file('child')) ? Number(readFileSync(file('child'), 'utf8')) : 0);
  await until(() => noted() > 0);
  return noted();
}

/** A worker of its own process starts the program and is killed, with all of its process group. Gives its last words. */
async function startAndKillWorker({ tools, folder }: Place): Promise<unknown> {
  const file = fileURLToPath(new URL('dying-worker.ts', import.meta.url));
  const argv = ['--import', 'tsx', file, tools.runsFolder, './deploy.mjs', folder];
  const worker = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const [said] = await once(worker.stdout, 'data');
  process.kill(-(worker.pid ?? 0), 'SIGKILL'); // as a terminal or a service manager does
  await once(worker, 'exit');
  return JSON.parse(String(said));
}
