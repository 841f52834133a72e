import { execFile, spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { PACKAGE_ROOT } from '../version.ts';
import { identityOf } from '../process-identity.ts';

export interface Program {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const Said = z.union([
  z.object({ state: z.enum(['spawned', 'taken_before', 'ended']) }),
  z.object({ state: z.literal('not_taken'), why: z.string() }),
]);

/** `silent`: the supervisor died or hangs, so that what it did must be read from the run's folder. */
export type Supervised = (z.infer<typeof Said> | { readonly state: 'silent' }) & {
  readonly ended: Promise<void>;
};

const TAKE_WITHIN_MS = 5_000;
const ANSWER_WITHIN_MS = 10_000;
const KILL_AFTER_SECONDS = 10;

/** Starts the supervisor, in a session of its own so that it outlives this process, and waits for its first word. */
export async function supervise(runs: string, deployment: string, program: Program): Promise<Supervised> {
  const child = spawn(process.execPath, [SUPERVISOR], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const said = new Promise<unknown>((resolve) => child.once('message', resolve));
  const silence = new Promise<unknown>((resolve) => setTimeout(resolve, ANSWER_WITHIN_MS).unref());
  if (child.pid !== undefined) {
    child.send({
      ...program,
      runs,
      deployment,
      identity: identityOf(child.pid) ?? '',
      host: hostname(),
      takeBefore: Date.now() + TAKE_WITHIN_MS,
      killAfterSeconds: KILL_AFTER_SECONDS,
    });
  }
  const first = Said.safeParse(await Promise.race([said, ended, silence]));
  child.unref();
  child.channel?.unref();
  return first.success ? { ...first.data, ended } : { state: 'silent', ended };
}

/** What `lookup_argv` answers, or undefined when it is none of the words, or takes more than 10 s. */
export async function askProgram({ argv, cwd, env }: Program): Promise<Answered | undefined> {
  const [file = '', ...rest] = argv;
  const limits = { timeout: 10_000, maxBuffer: 64 * 1024, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve) => {
    try {
      execFile(file, rest, { cwd, env, shell: false, ...limits }, (error, stdout) => {
        const ranToItsEnd = error === null || (typeof error.code === 'number' && !error.killed);
        resolve(ranToItsEnd ? Answered.safeParse(stdout.trim()).data : undefined);
      });
    } catch {
      resolve(undefined); // a value that no program can be given
    }
  });
}

const Answered = z.enum(['success', 'failure', 'in_progress', 'not_found']);
export type Answered = z.infer<typeof Answered>;

const SUPERVISOR = join(PACKAGE_ROOT, 'scripts', 'run-command.mjs');
