import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, ProcessMark } from '../../src/process-identity.ts';
import { until } from './until.ts';

/**
 * Ends the programs that the `command` driver runs from anywhere below the folder, and waits until nothing of them can
 * write there any more: only then can the folder be removed.
 */
export async function endRuns(folder: string): Promise<void> {
  const supervisors = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('run.json'))
    .map((path) => ProcessMark.parse(JSON.parse(readFileSync(join(folder, path), 'utf8'))));
  for (const { pid } of supervisors.filter(isRunning)) endProcess(pid, 'SIGUSR2');
  await until('the end of all runs', () => !supervisors.some(isRunning));
}

/** A negative number is a group's, as each program has one with all that it has started. */
export function endProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended by itself
  }
}
