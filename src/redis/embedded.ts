import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { makeDataFolder } from '../config/data-folder.ts';
import { StartError } from '../errors.ts';
import { askRedis } from './ask.ts';
import { FolderInUseError, type Ownership, takeFolder } from './owner.ts';
import { isRunning, markProcess } from '../process-identity.ts';
import { findRedisServer, keepServerRunning } from './server.ts';
import { SOCKET_PATH_BYTES } from './url.ts';

export interface EmbeddedRedis {
  /** For `connectRedis`, and for another Baton's REDIS_URL. */
  readonly url: string;
  /** Stops what this process started; the data stays. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** BATON_DATA; made when it is not there. */
  readonly folder: string;
  readonly log: Logger;
  /** Where a server is looked for; the process's own PATH when left out. */
  readonly path?: string | undefined;
  /** Called when the server dies again and again. Unless given, Baton is told to end as by SIGTERM. */
  readonly onGiveUp?: (error: StartError) => void;
  readonly quickDeaths?: number;
}

/** There is neither a redis-server nor a valkey-server on the PATH. */
export class NoRedisServerError extends StartError {
  constructor() {
    super(
      'REDIS_URL must name a Redis, such as redis://127.0.0.1:6379, or redis-server or valkey-server must be on ' +
        'the PATH (Debian and Ubuntu: apt-get install redis-server; macOS: brew install redis)',
    );
  }
}

/**
 * Starts Baton's private Redis on a unix socket in `folder` and keeps it running. Throws NoRedisServerError without a
 * server to start, FolderInUseError while another Baton works in the folder, StartError when it cannot start.
 */
export async function startEmbeddedRedis(options: EmbeddedOptions): Promise<EmbeddedRedis> {
  const { log, path = process.env['PATH'], quickDeaths = 15 } = options;
  const binary = findRedisServer(path);
  if (binary === undefined) throw new NoRedisServerError();
  const folder = makeDataFolder(options.folder);
  const { socket, forget } = reachableSocket(folder);
  let owner: Ownership | undefined;
  try {
    const url = `unix://${socket.split('/').map(encodeURIComponent).join('/')}`;
    const own = await takeFolder(folder, url);
    owner = own;
    await stopLeftBehind(own, socket, log);
    const onSpawn = (pid: number) => own.setServer(markProcess(pid) ?? null);
    const onGiveUp = options.onGiveUp ?? (() => void process.kill(process.pid, 'SIGTERM'));
    const place = { folder, socket, binary, log, onSpawn, onGiveUp, quickDeaths };
    const server = await keepServerRunning(place);
    const stop = async () => {
      await server.stop();
      own.release();
      forget();
    };
    return { url, stop };
  } catch (error) {
    owner?.release();
    forget();
    throw error;
  }
}

/** For commands that run once: the private Redis of the Baton that runs, else one for the while. */
export async function openEmbeddedRedis(options: EmbeddedOptions): Promise<EmbeddedRedis> {
  try {
    return await startEmbeddedRedis(options);
  } catch (error) {
    if (!(error instanceof FolderInUseError) || error.url === undefined) throw error;
    return { url: error.url, stop: async () => undefined };
  }
}

/** After kill -9 of a Baton its redis-server lives on. Two of them on one folder would spoil the data. */
async function stopLeftBehind(owner: Ownership, socket: string, log: Logger): Promise<void> {
  const mark = owner.leftBehind;
  const answer = await askRedis(socket, 'PING', 1_000);
  const runs = () => mark !== null && isRunning(mark);
  if (answer === undefined && !runs()) return;
  log.info({ pid: mark?.pid }, 'stopping the redis-server that a Baton before this one left behind');
  await askRedis(socket, 'SHUTDOWN NOSAVE', 2_000);
  const begin = performance.now();
  while (performance.now() - begin < 10_000) {
    const answers = (await askRedis(socket, 'PING', 200)) !== undefined;
    if (!answers && !runs()) return;
    // It may hang; each acknowledged write is on the disk, so nothing is lost.
    if (performance.now() - begin > 1_000 && mark !== null && runs()) process.kill(mark.pid, 'SIGKILL');
    await sleep(20);
  }
  throw new StartError(`BATON_DATA must be free: a redis-server that does not stop listens at ${socket}`);
}

/** A unix socket's address is short. A long folder is reached by a link in a fresh folder that only we may enter. */
function reachableSocket(folder: string): { socket: string; forget: () => void } {
  const direct = join(folder, 'redis.sock');
  if (Buffer.byteLength(direct) <= SOCKET_PATH_BYTES) return { socket: direct, forget: () => undefined };
  const place = Buffer.byteLength(tmpdir()) < 60 ? tmpdir() : '/tmp';
  const shortcut = mkdtempSync(join(place, 'baton-'));
  symlinkSync(folder, join(shortcut, 'data'));
  const forget = () => rmSync(shortcut, { recursive: true, force: true });
  return { socket: join(shortcut, 'data', 'redis.sock'), forget };
}
