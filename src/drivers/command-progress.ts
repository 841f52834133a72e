import { hostname } from 'node:os';
import type { Ended, Progress } from './driver.ts';
import { identityOf } from '../process-identity.ts';
import { findEnd, findRecord, type RunEnd, readTail } from './runs.ts';
import { plainText, webAddress } from './text.ts';

const POLL_SECONDS = 2;

/** Of a run at another place: a worker there will answer, and which worker asks is chance. */
export const ELSEWHERE: Extract<Progress, { state: 'in_progress' }> = {
  state: 'in_progress',
  checkAgainInSeconds: 15,
};

/** How far the run is whose folder this is; `unknown` when its supervisor is gone and has left no end. */
export async function progressIn(folder: string): Promise<Progress> {
  try {
    return await readProgress(folder);
  } catch {
    return { state: 'unknown', why: 'What the run has left on disk cannot be read.' };
  }
}

async function readProgress(folder: string): Promise<Progress> {
  const record = await findRecord(folder);
  if (record === undefined) return { state: 'unknown', why: 'The folder of the run is gone.' };

  const alive = record.host === hostname() && identityOf(record.pid) === record.identity;
  // Read after the look at the process, so that an end written in between is seen.
  if ((await findEnd(folder)) !== undefined) return endedAs(folder, record.program);
  if (record.host !== hostname()) return ELSEWHERE;
  return alive
    ? { state: 'in_progress', checkAgainInSeconds: POLL_SECONDS, heard: true, tail: await readTail(folder) }
    : { state: 'unknown', why: `${plainText(record.program)} was lost from sight: its supervisor is gone.` };
}

/** How the run ended; `program` is what the words call it. */
export async function endedAs(folder: string, program = ''): Promise<Ended> {
  const end = await findEnd(folder);
  if (end === undefined) throw new Error('The run has not ended.');
  const tail = await readTail(folder);
  if (end.exitCode === 0) {
    const url = webAddress(/^BATON_URL=(\S+)$/.exec(end.lastLine.trim())?.[1]);
    return { state: 'success', tail, ...(url && { url }) };
  }
  return {
    state: end.cancelled ? 'cancelled' : 'failure',
    summary: howItEnded(end, plainText(program)),
    tail,
  };
}

/** The program's last words tell people more than its exit code. */
function howItEnded({ exitCode, signal, error, lastLine, lastError }: RunEnd, program: string): string {
  if (error === 'ENOENT') return `There is no program ${program}.`;
  if (error === 'EACCES') return `${program} is not a program that Baton may run.`;
  if (error !== null) return `${program} could not be started: ${plainText(error)}.`;
  const end = signal === null ? `${program} exited with ${exitCode}` : `${program} was ended by ${signal}`;
  const said = plainText(lastError) || plainText(lastLine);
  return said === '' ? `${end}.` : `${end}: ${said}`;
}
