import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRedisServer } from '../src/redis/server.ts';

export interface Started {
  readonly child: ChildProcess;
  /** The file with what it writes to its standard output. */
  readonly output: string;
  stop(): Promise<void>;
}

/** A folder that is gone after the run. */
export function temporaryFolder(parent = tmpdir()): { path: string; remove(): void } {
  const path = mkdtempSync(join(parent, 'baton-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A Redis with Baton's own settings: fsync on every write. */
export async function startRedis(folder: string): Promise<Started & { socket: string }> {
  const socket = join(folder, 'redis.sock');
  const options = ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', '--hz', '100'];
  const durable = ['--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'];
  const program = findRedisServer(process.env['PATH']) ?? 'redis-server';
  const started = startProcess(program, [...options, ...durable], {});
  await lineOf(started, /ready to accept connections/i);
  return { ...started, socket };
}

/**
 * Starts a program; its standard output goes to a file, in memory where that can be: who sends the load shares the cores
 * with what is measured and must not read its log as well, and Redis' fsync would have to write it.
 */
export function startProcess(program: string, args: readonly string[], env: Record<string, string>): Started {
  const folder = temporaryFolder(existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
  const output = join(folder.path, 'output');
  const file = openSync(output, 'a');
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', file, 'inherit'],
  });
  closeSync(file);
  const stop = async () => {
    const ended = once(child, 'exit');
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await ended;
    folder.remove();
  };
  return { child, output, stop };
}

/** The first line of a program's output that fits. */
export async function lineOf({ child, output }: Started, pattern: RegExp): Promise<string> {
  for (;;) {
    const text = readFileSync(output, 'utf8');
    const line = text.split('\n').find((candidate) => pattern.test(candidate));
    if (line !== undefined) return line;
    const end = child.exitCode ?? child.signalCode;
    if (end !== null) throw new Error(`it ended with ${end}:\n${text}`);
    await sleep(20);
  }
}

export interface House {
  readonly redisSocket: string;
  readonly slackApiUrl: string;
  readonly signingSecret: string;
  readonly config: string;
  readonly githubApiUrl?: string;
  readonly secrets?: Record<string, string>;
}

/** One role of the built Baton, as an operator runs it; resolves once it is ready. */
export async function startBaton(
  role: 'web' | 'worker',
  folder: string,
  house: House,
): Promise<Started & { url: string }> {
  const config = join(folder, `${role}.yml`);
  writeFileSync(config, house.config);
  const started = startProcess(process.execPath, ['scripts/baton.mjs', role], {
    PORT: '0',
    BATON_CONFIG: config,
    BATON_DATA: join(folder, 'data'),
    REDIS_URL: `unix://${house.redisSocket}`,
    SLACK_BOT_TOKEN: 'xoxb-bench',
    SLACK_SIGNING_SECRET: house.signingSecret,
    SLACK_API_URL: house.slackApiUrl,
    LOG_LEVEL: 'info',
    ...(house.githubApiUrl && { GITHUB_API_URL: house.githubApiUrl, GITHUB_TOKEN: 'ghp_bench' }),
    ...house.secrets,
  });
  const line = await lineOf(started, /http:\/\/127\.0\.0\.1:\d+/);
  return { ...started, url: /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '' };
}
