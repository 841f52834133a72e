import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from './fresh-build.ts';

/** One of Baton's roles as a process of its own. */
export interface RoleProcess {
  readonly name: string;
  /** All that it wrote so far, in lines. */
  readonly lines: readonly string[];
  /** Resolves when it is gone, however that came. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  isRunning(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL, also for one that is stopped; resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves when it says that it is ready. Rejects when it ends before that. */
  ready(): Promise<void>;
}

export interface RoleOptions {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

const RUNNER = join(ROOT, 'test', 'support', 'baton.mjs');

export function startRole(name: string, { args, env, cwd }: RoleOptions): RoleProcess {
  const { PATH = '', HOME = '' } = process.env;
  // These processes live for seconds: compiling for speed would cost a quarter of their start.
  const child = spawn(process.execPath, ['--no-opt', RUNNER, ...args], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) keepLines(stream, lines);
  const ended = new Promise<Awaited<RoleProcess['ended']>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    name,
    lines,
    ended,
    isRunning,
    signal: (signal) => void child.kill(signal),
    kill: async () => {
      if (isRunning()) child.kill('SIGKILL');
      await ended;
    },
    ready: async () => {
      while (!lines.some((line) => line.includes('Baton is ready'))) {
        if (!isRunning()) throw new Error(`${name} ended before it was ready:\n${lines.join('\n')}`);
        await sleep(20);
      }
    },
  };
}

function keepLines(stream: NodeJS.ReadableStream, lines: string[]): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  stream.on('end', () => rest !== '' && lines.push(rest));
}
