import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { StartError } from '../../src/errors.ts';
import { openMemory } from '../../src/redis/memory.ts';

const STORE = '6c1c5a2e-4a52-4b7e-9d51-8e2f0f6f3a11';
const log = pino({ level: 'silent' });
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-memory-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = async (address = 'redis://h:1') => openMemory(folder, address, log);

it('knows after a restart what it knew before', async () => {
  const before = await open();
  before.learn({ store: STORE, epoch: 7 });
  before.learnStart('staging', { fence: 3, count: 2 });
  await before.save();

  expect((await open()).known).toEqual({
    version: 1,
    store: STORE,
    epoch: 7,
    fences: { staging: 3 },
    starts: { staging: 2 },
  });
});

it('never forgets a higher epoch or fence for a lower one', async () => {
  const memory = await open();
  memory.learn({ store: STORE, epoch: 7 });
  memory.learn({ store: STORE, epoch: 6 });
  memory.learnStart('staging', { fence: 3 });
  memory.learnStart('staging', { fence: 2 });

  expect(memory.known).toMatchObject({ epoch: 7, fences: { staging: 3 } });
});

it('keeps what another worker of the same folder knows', async () => {
  const [one, other] = [await open(), await open()];
  for (const memory of [one, other]) memory.learn({ store: STORE, epoch: 1 });
  one.learnStart('staging', { fence: 9 });
  await one.save();
  other.learnStart('staging', { fence: 4 });
  other.learnStart('production', { fence: 2 });
  await other.save();

  expect((await open()).known.fences).toEqual({ staging: 9, production: 2 });
});

it('tells one Redis from another by its address, and not by its password', async () => {
  const memory = await open('redis://:old@h:1');
  memory.learn({ store: STORE, epoch: 1 });
  await memory.save();

  expect((await open('redis://:new@h:1')).known.store).toBe(STORE);
  expect((await open('redis://h:2')).known.store).toBeNull();
  const [file = ''] = readdirSync(join(folder, 'stores'));
  expect(file + readFileSync(join(folder, 'stores', file), 'utf8')).not.toContain('old');
});

it('refuses to start on a file that it cannot read, and leaves it as it is', async () => {
  const memory = await open();
  memory.learn({ store: STORE, epoch: 1 });
  await memory.save();
  const [file = ''] = readdirSync(join(folder, 'stores'));
  const path = join(folder, 'stores', file);
  writeFileSync(path, '{"version":1,');

  await expect(open()).rejects.toThrow(StartError);

  expect(readFileSync(path, 'utf8')).toBe('{"version":1,');
});
