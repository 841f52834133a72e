import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { FolderInUseError, type Ownership, removeStale, takeFolder } from '../../src/redis/owner.ts';

const URL = 'unix:///run/redis.sock';
const LONG_AGO = 1_000;
const taken: Ownership[] = [];
let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-owner-'));
  file = join(folder, 'owner.json');
});

afterEach(() => {
  for (const ownership of taken.splice(0)) ownership.release();
  rmSync(folder, { recursive: true, force: true });
});

it('leaves the file of a newcomer who was faster alone', async () => {
  await take();

  await removeStale(file, { id: 'the dead one that was read before' });

  await expect(takeFolder(folder, URL)).rejects.toThrow(FolderInUseError);
});

it('gives the folder back when it is released', async () => {
  (await take()).release();

  expect(existsSync(file)).toBe(false);
  await take();
});

it('does not release what another one has taken since', async () => {
  const first = await take();
  rmSync(file);
  await take();

  first.release();

  await expect(takeFolder(folder, URL)).rejects.toThrow(FolderInUseError);
});

it.each([
  ['that ran here and is gone', owner({ pid: 999_999_999 })],
  ['whose number another process has now', owner({ pid: process.pid, identity: '1' })],
  ['on another machine that no longer touches it', owner({ host: 'elsewhere' })],
  ['that was cut off while it was written', '{"id":"x'],
])('takes over from an owner %s', async (_what, text) => {
  writeFileSync(file, text);
  utimesSync(file, LONG_AGO, LONG_AGO);

  expect((await take()).leftBehind).toEqual(text.startsWith('{"id":"x') ? null : { pid: 7, identity: '8' });
});

it.each([
  ['on another machine, as long as it touches its file', owner({ host: 'elsewhere' })],
  ['that is just writing its file', ''],
])('respects an owner %s', async (_what, text) => {
  writeFileSync(file, text);

  await expect(takeFolder(folder, URL)).rejects.toThrow(FolderInUseError);
});

it('is not held up by one that died while it took over', async () => {
  writeFileSync(file, owner({ pid: 999_999_999 }));
  mkdirSync(`${file}.turn`);
  utimesSync(`${file}.turn`, LONG_AGO, LONG_AGO);

  await take();
});

async function take(): Promise<Ownership> {
  const ownership = await takeFolder(folder, URL);
  taken.push(ownership);
  return ownership;
}

function owner({
  pid = 1,
  identity = '2',
  host,
}: {
  pid?: number;
  identity?: string;
  host?: string;
}): string {
  const server = { pid: 7, identity: '8' };
  return JSON.stringify({
    id: 'dead',
    host: host ?? hostname(),
    process: { pid, identity },
    url: URL,
    server,
  });
}
