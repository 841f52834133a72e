import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** An owner that wrote no number by then was killed while it took the lock. */
const NAMELESS_MS = 5_000;

/**
 * Runs `work` while no other process does so under the same folder's name. The lock of a process that is gone is
 * taken over.
 *
 * @param {string} folder made for the while
 * @param {(line: string) => void} say
 * @param {() => void} work
 */
export async function withLock(folder, say, work) {
  mkdirSync(dirname(folder), { recursive: true });
  let told = false;
  while (!taken(folder)) {
    if (isAbandoned(folder)) {
      rmSync(folder, { recursive: true, force: true });
      continue;
    }
    if (!told) say('Waiting for another setup in this folder …');
    told = true;
    await sleep(200);
  }
  try {
    work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder */
function taken(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(folder, 'pid'), String(process.pid));
  return true;
}

/** @param {string} folder */
function isAbandoned(folder) {
  try {
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    if (pid > 0) return !isRunning(pid);
  } catch {
    // not written yet
  }
  const since = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return Date.now() - since > NAMELESS_MS;
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
