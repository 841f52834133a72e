import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, ProcessMark } from '../../src/process-identity.ts';
import { until } from './until.ts';

/**
 * Ends the programs of the `command` driver below the folder whose supervisor has taken the run and lives, and waits
 * until these write nothing any more: only then can the folder be removed.
 */
export async function endRuns(folder: string): Promise<void> {
  const supervisors = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('run.json'))
    .flatMap((path) => supervisorIn(join(folder, path)) ?? []);
  for (const { pid } of supervisors.filter(isRunning)) endProcess(pid, 'SIGUSR2');
  await until('the end of all runs', () => !supervisors.some(isRunning), 30);
}

function supervisorIn(record: string): ProcessMark | undefined {
  try {
    return ProcessMark.parse(JSON.parse(readFileSync(record, 'utf8')));
  } catch {
    return undefined; // a draft that has its final name by now, or what a test has broken
  }
}

/** A negative number is a group's, as each program has one with all that it has started. */
export function endProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended by itself
  }
}
