import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { plainLines } from './text.ts';

/** Who runs a deployment's program: written by `scripts/run-command.mjs` when it takes the run. */
const RunRecord = z.object({ pid: z.int(), identity: z.string(), host: z.string(), program: z.string() });
export type RunRecord = z.infer<typeof RunRecord>;

/** How the program ended: written once, as the last thing. */
const RunEnd = z.object({
  exitCode: z.int().nullable(),
  signal: z.string().nullable(),
  error: z.string().nullable(),
  cancelled: z.boolean(),
  lastLine: z.string(),
  /** The last line on standard error. */
  lastError: z.string().default(''),
});
export type RunEnd = z.infer<typeof RunEnd>;

/** Far more than is shown of it, so that a secret is seen whole before that part is cut out. */
const TAIL_BYTES = 64 * 1024;

/**
 * Makes the folder of the runs where it is missing, and returns its name (`place`): other for each folder ever made,
 * so that what is missing in this one is known never to have been there.
 */
export async function openRunsFolder(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'place');
  const known = await readIfThere(path);
  if (known !== undefined) return known.trim();

  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${hostname().replace(/[^\w.-]/g, '-')}-${randomBytes(4).toString('hex')}`);
  try {
    await link(draft, path);
  } catch {
    // two processes at once: the other one's name is there now
  }
  await rm(draft);
  return (await readFile(path, 'utf8')).trim();
}

/** The folder of one deployment's run. Throws for an id that would lead elsewhere. */
export function folderOf(runsFolder: string, deployment: string): string {
  if (!/^[A-Za-z0-9][\w.-]{0,199}$/.test(deployment))
    throw new Error('The deployment’s id cannot be a folder.');
  return join(runsFolder, deployment);
}

/** Whether a supervisor has taken the run, so that its program may have been started. */
export async function isTaken(folder: string): Promise<boolean> {
  return (await readIfThere(join(folder, 'run.json'))) !== undefined;
}

/** Undefined when nobody has taken the run. Throws when what is there cannot be read. */
export async function findRecord(folder: string): Promise<RunRecord | undefined> {
  const text = await readIfThere(join(folder, 'run.json'));
  return text === undefined ? undefined : RunRecord.parse(JSON.parse(text));
}

/** Undefined while the run has not ended. Throws when what is there cannot be read. */
export async function findEnd(folder: string): Promise<RunEnd | undefined> {
  const text = await readIfThere(join(folder, 'end.json'));
  return text === undefined ? undefined : RunEnd.parse(JSON.parse(text));
}

/** The last part of the run's output so far, in whole lines where it has any; plain text that may hold anything. */
export async function readTail(folder: string): Promise<string> {
  const file = await open(join(folder, 'output')).catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    await file.read(tail, 0, tail.length, size - tail.length);
    const text = tail.toString('utf8');
    return plainLines(size > TAIL_BYTES ? text.slice(text.indexOf('\n') + 1) : text);
  } finally {
    await file.close();
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (typeof error === 'object' && error !== null && Reflect.get(error, 'code') === 'ENOENT')
      return undefined;
    throw error;
  }
}
