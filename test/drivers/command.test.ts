import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { command } from '../../src/drivers/command.ts';
import { openRunsFolder } from '../../src/drivers/runs.ts';
import { closeRuns, place, playedProgram } from './command-target.ts';
import { driverRequest } from './requests.ts';
import { itIsADriver, runToTheEnd, until } from './suite.ts';

afterEach(closeRuns);

const RUN = 'test-host:staging-bcdfghjk';

describe('command', () => {
  itIsADriver(playedProgram);
});

it('tells a program its deployment by the environment, and none of Baton’s secrets', async () => {
  process.env['SLACK_BOT_TOKEN'] = 'xoxb-never-to-be-seen';
  const target = place('');
  const options = {
    ...target.options,
    argv: ['./deploy.mjs', '$BATON_REF', '--x'],
    env: { REGION: 'eu', BATON_FENCE: '99' },
  };

  await runToTheEnd({ ...target, options });

  expect(target.starts()).toEqual([
    expect.objectContaining({
      argv: ['$BATON_REF', '--x'],
      fence: '7',
      names: expect.not.arrayContaining(['SLACK_BOT_TOKEN']),
    }),
  ]);
  expect(target.starts()[0]?.['names']).toEqual(
    expect.arrayContaining(['BATON_DEPLOYMENT', 'BATON_SHA', 'PATH', 'REGION']),
  );
  delete process.env['SLACK_BOT_TOKEN'];
});

it('runs no shell: nothing that is typed is ever run', async () => {
  const target = place('');
  const ref = `$(touch ${target.file('canary')})`;
  const options = { ...target.options, argv: ['./deploy.mjs', ref] };

  expect((await runToTheEnd({ ...target, options }, driverRequest({ ref }))).state).toBe('success');
  expect(existsSync(target.file('canary'))).toBe(false);
});

it('runs a program once when several workers start it at the same moment', async () => {
  const target = place('');
  const start = () => command.start(target.tools, driverRequest(), target.options);

  const all = await Promise.all([start(), start(), start(), start()]);

  expect(all.map(({ state }) => state)).toEqual(Array(4).fill('started'));
  await Promise.all(
    all.flatMap((started) => ('ended' in started && started.ended !== undefined ? [started.ended] : [])),
  );
  expect(target.starts()).toHaveLength(1);
});

describe('how a program ended', () => {
  it.each([
    { how: 'with a code', script: 'process.exit(3)', summary: './deploy.mjs exited with 3.' },
    {
      how: 'with the last it wrote, to the errors if it wrote any',
      script:
        'process.stdout.write("all good\\n"); process.stderr.write("why\\ndisk is full\\n"); process.exitCode = 3',
      summary: './deploy.mjs exited with 3: disk is full',
    },
    {
      how: 'with the last it wrote',
      script: 'process.stdout.write("one\\ntwo\\n"); process.exitCode = 3',
      summary: './deploy.mjs exited with 3: two',
    },
    {
      how: 'by a signal',
      script: 'process.kill(process.pid, "SIGKILL")',
      summary: './deploy.mjs was ended by SIGKILL.',
    },
  ])('$how', async ({ script, summary }) => {
    expect(await runToTheEnd(place(script))).toMatchObject({ state: 'failure', summary });
  });

  it.each([
    { argv: ['./missing'], summary: 'There is no program ./missing.' },
    {
      argv: ['./deploy.mjs'],
      cwd: '/missing',
      summary: './deploy.mjs could not be started: no folder /missing.',
    },
    { argv: ['./deploy.mjs', 'a\0b'], summary: /could not be started/ },
  ])('before it began: $summary', async ({ summary, ...wrong }) => {
    const target = place('');
    const options = { ...target.options, ...wrong };
    const started = await command.start(target.tools, driverRequest(), options);

    expect(started).toMatchObject({ state: 'failure', summary: expect.stringMatching(summary) });
    expect(await command.check(target.tools, driverRequest(), RUN, options)).toMatchObject({
      state: 'failure',
    });
    expect(target.starts()).toEqual([]);
  });

  it.each([
    { last: 'BATON_URL=https://staging.acme.example/a?b=1', url: 'https://staging.acme.example/a?b=1' },
    { last: 'BATON_URL=javascript:alert(1)', url: undefined },
    { last: 'BATON_URL=https://staging.acme.example\\nlater', url: undefined },
  ])('with the address $url from $last', async ({ last, url }) => {
    const end = await runToTheEnd(place(`console.error("noise"); console.log("one\\n${last}\\n\\n")`));

    expect(end.state).toBe('success');
    expect('url' in end ? end.url : undefined).toBe(url);
  });

  it('with the last lines of its output, without colours', async () => {
    const end = await runToTheEnd(
      place('console.log("\\u001b[31mred\\u001b[0m\\u0007 <!here>"); process.exit(1)'),
    );

    expect(end).toMatchObject({ tail: 'red <!here>\n' });
  });
});

it('keeps only the end of a huge output without a line end', async () => {
  const target = place(`
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    const { writeSync } = await import('node:fs');
    for (let written = 0; written < 100; written += 1) for (let at = 0; at < chunk.length; ) at += writeSync(1, chunk.subarray(at));
    writeSync(1, 'the end');
    writeFileSync(here('poured'), '');
    setInterval(() => undefined, 1_000);`);
  const started = await command.start(target.tools, driverRequest(), target.options);
  await until(() => existsSync(target.file('poured')));

  await until(async () => {
    const progress = await command.check(target.tools, driverRequest(), RUN, target.options);
    const tail = 'tail' in progress ? (progress.tail ?? '') : '';
    return tail.endsWith('the end') && tail.length <= 64 * 1024;
  });
  const output = readFileSync(join(target.file('runs'), 'staging-bcdfghjk', 'output'));
  expect(output.length).toBeLessThanOrEqual(1024 * 1024);
  const status = `/proc/${target.supervisor()}/status`;
  const peak = existsSync(status) ? /VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'))?.[1] : 0;
  expect(Number(peak)).toBeLessThan(160_000);
  expect(started.state).toBe('started');
});

describe('on another machine', () => {
  it('keeps asking: a worker of the first machine may still answer', async () => {
    const { blind, options } = place('');

    expect((await command.check(blind.tools, driverRequest(), RUN, options)).state).toBe('in_progress');
  });

  it.each([
    { says: 'success', found: 'found', state: 'success' },
    { says: 'failure', found: 'found', state: 'failure' },
    { says: 'in_progress', found: 'found', state: 'in_progress' },
    { says: 'not_found', found: 'not_found', state: 'in_progress' },
    { says: 'perhaps', found: 'unknown', state: 'in_progress' },
    { says: 'far too much', found: 'unknown', state: 'in_progress' },
  ])('asks lookup_argv, which says $says', async ({ says, found, state }) => {
    const { blind, options, file } = place('');
    writeFileSync(file('answer'), says === 'far too much' ? says.repeat(10_000) : `${says}\n`);
    const asking = { ...options, lookup_argv: ['cat', 'answer'] };

    expect((await command.lookup(blind.tools, driverRequest(), asking)).state).toBe(found);
    expect((await command.check(blind.tools, driverRequest(), RUN, asking)).state).toBe(state);
  });
});

it('names each runs folder once, and an emptied one anew', async () => {
  const { file } = place('');
  const names = await Promise.all([openRunsFolder(file('runs')), openRunsFolder(file('runs'))]);

  expect(names[0]).toBe(names[1]);
  rmSync(file('runs'), { recursive: true });
  mkdirSync(file('runs'));
  expect(await openRunsFolder(file('runs'))).not.toBe(names[0]);
});

it('refuses an id that would lead out of its folder', async () => {
  const target = place('');

  await expect(
    command.start(target.tools, driverRequest({ deployment: '../x' }), target.options),
  ).rejects.toThrow();
});
