import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import * as z from 'zod';

/** A process that cannot be mistaken for a later one with the same number. */
export const ProcessMark = z.object({ pid: z.int().positive(), identity: z.string() });
export type ProcessMark = z.infer<typeof ProcessMark>;

/** Undefined when there is no such process, or only its remains. */
export function markProcess(pid: number): ProcessMark | undefined {
  const identity = identityOf(pid);
  return identity === undefined ? undefined : { pid, identity };
}

export function isRunning({ pid, identity }: ProcessMark): boolean {
  return identityOf(pid) === identity;
}

/**
 * Tells a process from a later one with the same number: its start, and the boot it belongs to. Undefined when there is
 * no such process, or only its remains.
 */
export function identityOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return identityByPs(pid);
  const stat = read(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name in brackets may hold anything, so the fields are counted from behind it: state is the 3rd, start the 22nd.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  if (state === 'Z' || state === 'X') return undefined;
  return `${read('/proc/sys/kernel/random/boot_id')?.trim()} ${start}`;
}

function identityByPs(pid: number): string | undefined {
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return started === '' ? undefined : started;
  } catch {
    return undefined;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
