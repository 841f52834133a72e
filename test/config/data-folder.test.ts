import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { makeDataFolder } from '../../src/config/data-folder.ts';
import { readSettings } from '../../src/config/settings.ts';
import { openContext } from '../../src/open-context.ts';

it.each(['fast', 'patient'] as const)(
  'refuses the start with one line where BATON_DATA can be no folder (%s)',
  async (use) => {
    const folder = await mkdtemp(join(tmpdir(), 'baton-data-'));
    const taken = join(folder, 'taken');
    await writeFile(taken, '');
    const settings = readSettings({
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_SIGNING_SECRET: 's3cr3t',
      REDIS_URL: 'redis://127.0.0.1:1',
      BATON_DATA: taken,
    });
    const place = { redisUrl: 'redis://127.0.0.1:1', batonUrl: 'http://127.0.0.1:1' };

    const opening = openContext({ settings, ...place, use, log: pino({ level: 'silent' }) });

    await expect(opening).rejects.toThrow('BATON_DATA must be a folder that Baton can write to (EEXIST)');
    await rm(folder, { recursive: true });
  },
);

it('makes a folder, and those above it, for nobody else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'baton-data-'));
  const deep = join(folder, 'a', 'b');

  expect(makeDataFolder(deep)).toBe(deep);
  expect(makeDataFolder(deep)).toBe(deep);

  for (const made of [deep, join(folder, 'a')]) expect((await stat(made)).mode & 0o777).toBe(0o700);
  await rm(folder, { recursive: true });
});

it('refuses a link that leads nowhere', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'baton-data-'));
  await symlink(join(folder, 'gone'), join(folder, 'link'));

  expect(() => makeDataFolder(join(folder, 'link'))).toThrow('BATON_DATA must be a folder');
  await rm(folder, { recursive: true });
});

// In a process of its own, which can be ended: Node's way of making folders hangs there for ever.
it('refuses a folder that the system says it cannot make, at once', () => {
  const code = "import { makeDataFolder } from './src/config/data-folder.ts'; makeDataFolder('/proc/nope')";
  const run = () =>
    execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
      stdio: 'pipe',
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });

  expect(run).toThrow(/BATON_DATA must be a folder that Baton can write to \(E\w+\): set it to one/);
});
