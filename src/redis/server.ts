import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, closeSync, constants, openSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { StartError } from '../errors.ts';
import { askRedis } from './ask.ts';

export interface ServerPlace {
  /** Absolute; the data, the log and the socket are in it. */
  readonly folder: string;
  /** A path of the socket that is short enough to connect to. */
  readonly socket: string;
  readonly binary: string;
  readonly log: Logger;
  /** Told the number of each process before it takes commands. */
  readonly onSpawn: (pid: number) => void;
  /** Called once, after the server died at once so many times in a row. */
  readonly onGiveUp: (error: StartError) => void;
  readonly quickDeaths: number;
}

/** A server that lived so long has not died quickly. */
const LONG_LIFE_MS = 10_000;
const LOG_BYTES = 1_000_000;

/** Every acknowledged write is on the disk, nothing is evicted, and delayed jobs are on time (hz). */
const SETTINGS = (
  '--port 0 --unixsocket redis.sock --unixsocketperm 700 --dir . --daemonize no --logfile redis.log ' +
  '--appendonly yes --appendfsync always --maxmemory-policy noeviction --hz 100'
).split(' ');

/** `redis-server`, else `valkey-server`, from the folders of a PATH; undefined when neither is there. */
export function findRedisServer(path = ''): string | undefined {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  const files = ['redis-server', 'valkey-server'].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  return files.find(isExecutable);
}

/**
 * Starts a redis-server, waits until it takes commands, and starts it again whenever it dies, until stopped. Rejects
 * with a StartError when the first start fails.
 */
export async function keepServerRunning(place: ServerPlace): Promise<{ stop(): Promise<void> }> {
  let child = startServer(place);
  let stopping = false;
  let quickDeaths = 0;
  let revival: Promise<void> | undefined;
  const killChild = () => child.kill('SIGTERM');
  process.once('exit', killChild);

  const watch = () => {
    const bornAt = performance.now();
    child.once('close', (code, signal) => {
      if (stopping) return;
      quickDeaths = performance.now() - bornAt < LONG_LIFE_MS ? quickDeaths + 1 : 0;
      place.log.error({ code, signal, quickDeaths }, 'the private Redis died and is started again');
      revival = revive();
    });
  };
  const revive = async () => {
    if (quickDeaths > place.quickDeaths) {
      const error = new StartError(`The private Redis dies again and again: ${lastWords(place.folder)}`);
      place.log.fatal({ err: error }, 'giving up on the private Redis');
      return place.onGiveUp(error);
    }
    await sleep(quickDeaths < 2 ? 0 : Math.min(25 * 2 ** quickDeaths, 2_000));
    if (stopping) return;
    child = startServer(place);
    watch();
  };

  try {
    await untilAnswering(child, place);
  } catch (error) {
    process.off('exit', killChild);
    throw error;
  }
  watch();
  return {
    stop: async () => {
      stopping = true;
      await revival;
      await endProcess(child);
      process.off('exit', killChild);
    },
  };
}

function startServer({ folder, binary, onSpawn }: ServerPlace): ChildProcess {
  const logFile = join(folder, 'redis.log');
  const long = (statSync(logFile, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES;
  const stderr = openSync(logFile, long ? 'w' : 'a');
  const child = spawn(binary, [...SETTINGS, '--save', ''], {
    cwd: folder,
    // A group of its own: Ctrl-C is for Baton, which stops its Redis last.
    detached: true,
    stdio: ['ignore', 'ignore', stderr],
    // Not our secrets; and a locale that exists everywhere.
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
  });
  closeSync(stderr);
  child.on('error', () => undefined); // 'close' follows
  if (child.pid !== undefined) onSpawn(child.pid);
  return child;
}

async function untilAnswering(child: ChildProcess, place: ServerPlace): Promise<void> {
  const { socket, folder } = place;
  for (;;) {
    // While it reads a large file it answers LOADING; however long that takes, it lives.
    if ((await askRedis(socket, 'PING', 1_000))?.startsWith('+PONG') === true) return;
    if (hasEnded(child)) throw new StartError(`The private Redis cannot start: ${lastWords(folder)}`);
    await sleep(10);
  }
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(late);
}

function hasEnded(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

function lastWords(folder: string): string {
  try {
    const lines = readFileSync(join(folder, 'redis.log'), 'utf8').trim().split('\n');
    return lines.slice(-2).join(' | ');
  } catch {
    return 'it wrote no log';
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
