import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { connectRedis, waitForRedis } from '../../src/redis/connect.ts';
import {
  type EmbeddedOptions,
  type EmbeddedRedis,
  NoRedisServerError,
  openEmbeddedRedis,
  startEmbeddedRedis,
} from '../../src/redis/embedded.ts';
import { isRunning, markProcess } from '../../src/process-identity.ts';
import type { RedisClient } from '../../src/redis/script.ts';

const log = pino({ level: 'silent' });
const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

it('is durable, evicts nothing and listens on the socket only', async () => {
  const redis = await client(await started());

  expect(await redis.config('GET', 'appendfsync')).toEqual(['appendfsync', 'always']);
  expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', 'yes']);
  expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
  expect(await redis.config('GET', 'port')).toEqual(['port', '0']);
  expect(await redis.config('GET', 'hz')).toEqual(['hz', '100']);
});

it('keeps its data when it is stopped and started again', async () => {
  const folder = dataFolder();
  const first = await started({ folder });
  await (await client(first)).set('lock', 'held');
  await first.stop();

  const again = await started({ folder });

  expect(await (await client(again)).get('lock')).toBe('held');
});

it('is started again after kill -9, with its data, and clients come back by themselves', async () => {
  const redis = await client(await started());
  for (let round = 0; round < 3; round += 1) {
    await redis.set(`key-${round}`, 'kept');

    process.kill(await pidOf(redis), 'SIGKILL');

    expect(await redis.get(`key-${round}`)).toBe('kept');
  }
});

it('is not in the way of Ctrl-C, which is for Baton alone', async () => {
  const pid = await pidOf(await client(await started()));

  const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' });

  expect(Number(group)).toBe(pid);
});

it('is not started again after Baton has stopped it', async () => {
  const redis = await started();
  const mark = markProcess(await pidOf(await client(redis)));

  await redis.stop();

  expect(mark !== undefined && isRunning(mark)).toBe(false);
});

it('gives up, with its last words, when it dies again and again', async () => {
  const folder = dataFolder();
  const path = join(folder, 'bin');
  mkdirSync(path);
  const script = '#!/bin/sh\n[ -f died ] && echo "no more memory" >&2 && exit 1\ntouch died\n';
  writeFileSync(join(path, 'redis-server'), `${script}exec ${await realServer()} "$@"\n`);
  chmodSync(join(path, 'redis-server'), 0o755);
  const last = new EventEmitter();
  const redis = await started({
    folder,
    path,
    quickDeaths: 2,
    onGiveUp: (error) => last.emit('words', error),
  });
  const gaveUp = once(last, 'words');

  process.kill(await pidOf(await client(redis)), 'SIGKILL');

  const [error] = await gaveUp;
  expect(error.message).toMatch(/dies again and again: .*no more memory/);
});

it('refuses a second Baton on the folder in one line that says how to share', async () => {
  const folder = dataFolder();
  const { url } = await started({ folder });

  const second = startEmbeddedRedis({ folder, log });

  await expect(second).rejects.toThrow(
    /^BATON_DATA must be .*another Baton \(process \d+ on .*REDIS_URL=unix:.*$/,
  );
  await expect(second).rejects.toThrow(url);
});

it('lets one of ten that start at once have the folder, also when its last owner died', async () => {
  const folder = dataFolder();
  const { baton } = await batonThatDied(folder);
  expect(baton.signalCode).toBe('SIGKILL');

  const all = await Promise.allSettled(Array.from({ length: 10 }, () => started({ folder })));

  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

it('takes over from a Baton that was killed: its server is stopped, what it stored is there', async () => {
  const folder = dataFolder();
  const { server } = await batonThatDied(folder);
  expect(isRunning(server)).toBe(true);

  const redis = await client(await started({ folder }));

  expect(isRunning(server)).toBe(false);
  expect(await pidOf(redis)).not.toBe(server.pid);
  expect(await redis.get('from')).toBe('the one that died');
});

it('takes over from a server that was left behind and hangs', async () => {
  const folder = dataFolder();
  const { server } = await batonThatDied(folder);
  process.kill(server.pid, 'SIGSTOP');

  const redis = await client(await started({ folder }));

  expect(isRunning(server)).toBe(false);
  expect(await redis.get('from')).toBe('the one that died');
});

it('lends its Redis to a command that runs once, and outlives it', async () => {
  const folder = dataFolder();
  const redis = await client(await started({ folder }));
  await redis.set('seen', 'yes');

  const lent = await openEmbeddedRedis({ folder, log });

  expect(await (await client(lent)).get('seen')).toBe('yes');
  await lent.stop();
  expect(await redis.ping()).toBe('PONG');
});

it('starts one for the while of a command when no Baton runs', async () => {
  const folder = dataFolder();
  const redis = await openEmbeddedRedis({ folder, log });
  const mark = markProcess(await pidOf(await client(redis)));

  await redis.stop();

  expect(mark !== undefined && isRunning(mark)).toBe(false);
});

it('works in a folder whose path is too long for a socket', async () => {
  const folder = join(dataFolder(), 'a-folder-with-a-long-name'.repeat(4), 'and ümlaut # 100%');
  const redis = await started({ folder });

  expect(await (await client(redis)).ping()).toBe('PONG');
  expect(statSync(join(folder, 'redis.sock')).isSocket()).toBe(true);
});

it('says which ways there are when no server is on the PATH', async () => {
  const refused = startEmbeddedRedis({ folder: dataFolder(), log, path: '/nowhere' });

  await expect(refused).rejects.toThrow(NoRedisServerError);
  await expect(refused).rejects.toThrow(/^REDIS_URL must .*apt-get install redis-server.*brew install redis/);
});

it('says in one line that the folder cannot be written', async () => {
  const folder = join(dataFolder(), 'file');
  writeFileSync(folder, '');

  await expect(startEmbeddedRedis({ folder, log })).rejects.toThrow(
    /^BATON_DATA must be a folder .*\(EEXIST\): set it to one, such as \.baton$/,
  );
});

it('reports the last words of a server that cannot start', async () => {
  const folder = dataFolder();
  await (await started({ folder })).stop();
  writeFileSync(join(folder, 'appendonlydir', 'appendonly.aof.manifest'), 'nonsense');

  await expect(startEmbeddedRedis({ folder, log })).rejects.toThrow(/cannot start: .*manifest/i);
});

function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'baton-embedded-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function started(options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedRedis> {
  const redis = await startEmbeddedRedis({ folder: dataFolder(), log, ...options });
  undo.push(() => redis.stop());
  return redis;
}

async function client({ url }: EmbeddedRedis): Promise<RedisClient> {
  const redis = connectRedis(url, 'patient', log);
  undo.push(() => redis.disconnect());
  await waitForRedis(redis, 20);
  return redis;
}

async function pidOf(redis: RedisClient): Promise<number> {
  return Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]);
}

/** A process that starts the private Redis, stores something and is killed. */
async function batonThatDied(folder: string) {
  const script = join(import.meta.dirname, '../support/baton-with-redis.ts');
  const baton: ChildProcess = spawn(process.execPath, ['--import', 'tsx', script, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(baton.stdout ?? baton, 'data');
  baton.kill('SIGKILL');
  await once(baton, 'exit');
  const owner = JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8'));
  return { baton, server: owner.server };
}

async function realServer(): Promise<string> {
  const { findRedisServer } = await import('../../src/redis/server.ts');
  return findRedisServer(process.env['PATH']) ?? 'redis-server';
}
