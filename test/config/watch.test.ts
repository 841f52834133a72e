import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import { type OpenConfig, openConfig } from '../../src/config/watch.ts';
import { GOOD } from '../support/config-file.ts';

const everySeconds = 0.02;
const OTHER = GOOD.replace('T0ACME', 'T0OTHER');
const BAD = GOOD.replace('T0ACME', 'acme');

let folder: string;
let opened: OpenConfig[];
let changes: string[];
let errors: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-config-'));
  opened = [];
  changes = [];
  errors = [];
});

afterEach(() => {
  for (const config of opened) config.close();
  rmSync(folder, { recursive: true });
});

async function open(path: string, seconds = everySeconds): Promise<OpenConfig> {
  const config = await openConfig({
    path,
    everySeconds: seconds,
    onChange: ({ slack }) => changes.push(slack.workspace),
    onError: ({ message }) => errors.push(message.replaceAll(folder, '')),
  });
  opened.push(config);
  return config;
}

function inFolder(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function until(isSo: () => boolean): Promise<void> {
  for (let waits = 0; !isSo(); waits += 1) {
    if (waits > 1_000) throw new Error('It has not become so.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Until another file, looked at as often, was seen to change three times: so this one was looked at too. */
async function aWhile(): Promise<void> {
  const path = inFolder('another.yml', GOOD);
  let changed = 0;
  const onChange = () => {
    changed += 1;
  };
  opened.push(await openConfig({ path, everySeconds, onChange, onError: () => undefined }));
  for (const [index, text] of [OTHER, GOOD, OTHER].entries()) {
    writeFileSync(path, text);
    await until(() => changed > index);
  }
}

it('takes over a file that was written anew', async () => {
  const path = inFolder('baton.yml', GOOD);
  const config = await open(path);
  expect(config.current.slack.workspace).toBe('T0ACME');

  writeFileSync(path, OTHER);
  await until(() => changes.length > 0);

  expect(config.current.slack.workspace).toBe('T0OTHER');
  expect(errors).toEqual([]);
});

it('takes over a file that an editor put in place of the old one', async () => {
  const config = await open(inFolder('baton.yml', GOOD));

  renameSync(inFolder('baton.yml.swp', OTHER), join(folder, 'baton.yml'));
  await until(() => changes.length > 0);

  expect(config.current.slack.workspace).toBe('T0OTHER');
});

it('takes over a file behind symbolic links, as Kubernetes swaps them', async () => {
  for (const version of ['one', 'two']) mkdirSync(join(folder, version));
  inFolder('one/baton.yml', GOOD);
  inFolder('two/baton.yml', OTHER);
  symlinkSync('one', join(folder, '..data'));
  symlinkSync('..data/baton.yml', join(folder, 'baton.yml'));
  const config = await open(join(folder, 'baton.yml'));

  symlinkSync('two', join(folder, '..data_new'));
  renameSync(join(folder, '..data_new'), join(folder, '..data'));
  await until(() => changes.length > 0);

  expect(config.current.slack.workspace).toBe('T0OTHER');
});

it('keeps the last good one while the file is bad, and says so once', async () => {
  const path = inFolder('baton.yml', GOOD);
  const config = await open(path);

  writeFileSync(path, BAD);
  await until(() => errors.length > 0);
  writeFileSync(path, BAD); // written again, and no different
  await aWhile();

  expect(config.current.slack.workspace).toBe('T0ACME');
  expect(errors).toEqual([
    '/baton.yml:2:14 slack.workspace: expected the id of a Slack workspace such as T0ACME, found "acme"',
  ]);
  expect(changes).toEqual([]);
});

it('takes a mended file, also when it is the former one again', async () => {
  const path = inFolder('baton.yml', GOOD);
  const config = await open(path);
  writeFileSync(path, BAD);
  await until(() => errors.length > 0);

  writeFileSync(path, GOOD);
  await until(() => changes.length > 0);

  expect(config.current.slack.workspace).toBe('T0ACME');
  expect(errors).toHaveLength(1);
});

it('keeps the last good one when the file is gone', async () => {
  const path = inFolder('baton.yml', GOOD);
  const config = await open(path);

  unlinkSync(path);
  await until(() => errors.length > 0);
  await aWhile();

  expect(errors).toEqual([
    '/baton.yml: there is no such file; copy baton.example.yml to begin with, or name another in BATON_CONFIG',
  ]);
  expect(config.current.slack.workspace).toBe('T0ACME');
});

it('survives a file that would end the parser', async () => {
  const path = inFolder('baton.yml', GOOD);
  const config = await open(path);

  writeFileSync(path, '['.repeat(200_000));
  await until(() => errors.length > 0);
  writeFileSync(path, '#'.repeat(5 * 1024 * 1024));
  await until(() => errors.length > 1);

  expect(config.current.slack.workspace).toBe('T0ACME');
  expect(errors[1]).toBe('/baton.yml: is larger than 256 KB, which no configuration is');
});

it('looks no more once it is closed', async () => {
  const path = inFolder('baton.yml', GOOD);
  const config = await open(path);

  config.close();
  writeFileSync(path, OTHER);
  await aWhile();

  expect(changes).toEqual([]);
  expect(config.current.slack.workspace).toBe('T0ACME');
});

it('looks no more when it is closed while it looks', async () => {
  const path = inFolder('baton.yml', GOOD);
  for (let round = 0; round < 20; round += 1) {
    const config = await open(path, 0);
    await new Promise((resolve) => setTimeout(resolve, 2));
    config.close();
  }

  writeFileSync(path, OTHER);
  await aWhile();

  expect(changes).toEqual([]);
});

it('does not begin with a bad file, a missing one or a folder', async () => {
  await expect(open(inFolder('baton.yml', BAD))).rejects.toThrow(/baton\.yml:2:14 slack\.workspace/);
  await expect(open(join(folder, 'none.yml'))).rejects.toThrow(/none\.yml: there is no such file/);
  await expect(loadConfig(folder)).rejects.toThrow(/is a folder, not a file; BATON_CONFIG must be/);
});
