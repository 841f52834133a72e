import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { StartError } from '../errors.ts';
import { codeOf } from '../error-code.ts';
import { isRunning, markProcess, ProcessMark } from '../process-identity.ts';

const Owner = z.object({
  id: z.string(),
  host: z.string(),
  process: ProcessMark,
  /** Where its Redis listens. */
  url: z.string(),
  /** The redis-server that it runs, or took over from an owner that died. */
  server: ProcessMark.nullable(),
});
type Owner = z.infer<typeof Owner>;

export interface Ownership {
  /** The redis-server that an owner before may have left behind. */
  readonly leftBehind: ProcessMark | null;
  /** Records the redis-server that now works on the folder. */
  setServer(server: ProcessMark | null): void;
  release(): void;
}

/** Another Baton works on the folder. Carries where its Redis listens. */
export class FolderInUseError extends StartError {
  readonly url: string | undefined;

  constructor(folder: string, owner: Owner | undefined) {
    const share = owner === undefined ? '' : `, or share its Redis with REDIS_URL=${owner.url}`;
    const who = owner === undefined ? '' : ` (process ${owner.process.pid} on ${owner.host})`;
    super(
      `BATON_DATA must be a folder of its own: another Baton${who} works in ${folder}; name another${share}`,
    );
    this.url = owner?.url;
  }
}

/** How often a living owner touches its file, and after how long without a touch one on another host counts as gone. */
const TOUCH_MS = 2_000;
const GONE_MS = 15_000;

/**
 * Makes this process the only owner of a data folder, by a file that can be created once. The file of an owner that
 * died is replaced. Throws FolderInUseError while the other one lives.
 */
export async function takeFolder(folder: string, url: string): Promise<Ownership> {
  const file = join(folder, 'owner.json');
  const self = markProcess(process.pid) ?? { pid: process.pid, identity: '' };
  const me: Owner = { id: randomUUID(), host: hostname(), process: self, url, server: null };
  while (!created(file, me)) {
    const found = readOwner(file);
    if (found === 'none') continue;
    if (isAlive(file, found)) throw new FolderInUseError(folder, found);
    me.server = found?.server ?? null;
    await removeStale(file, found);
  }
  return ownership(file, me);
}

function ownership(file: string, me: Owner): Ownership {
  const touch = setInterval(() => {
    const now = new Date();
    if (isMine(file, me)) utimesSync(file, now, now);
  }, TOUCH_MS);
  touch.unref();
  return {
    leftBehind: me.server,
    setServer: (server) => {
      if (!isMine(file, me)) return;
      writeFileSync(`${file}.new`, JSON.stringify({ ...me, server }));
      renameSync(`${file}.new`, file);
    },
    release: () => {
      clearInterval(touch);
      if (isMine(file, me)) rmSync(file);
    },
  };
}

function isMine(file: string, me: Owner): boolean {
  const found = readOwner(file);
  return found !== 'none' && found?.id === me.id;
}

function created(file: string, owner: Owner): boolean {
  try {
    writeFileSync(file, JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** `none` without a file; undefined when it cannot be read, which is so for a moment while it is being written. */
function readOwner(file: string): Owner | undefined | 'none' {
  try {
    return Owner.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'none' : undefined;
  }
}

function isAlive(file: string, owner: Owner | undefined): boolean {
  if (owner?.host === hostname()) return isRunning(owner.process);
  const touchedAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - touchedAt < GONE_MS;
}

/** Removes the file of a dead owner: one at a time, and only if it is still that one, as a newcomer may be faster. */
export async function removeStale(file: string, stale: { readonly id: string } | undefined): Promise<void> {
  const turn = `${file}.turn`;
  try {
    mkdirSync(turn);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const since = statSync(turn, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - since > GONE_MS) rmSync(turn, { recursive: true, force: true });
    return sleep(20);
  }
  try {
    const found = readOwner(file);
    if (found !== 'none' && found?.id === stale?.id) rmSync(file);
  } finally {
    rmSync(turn, { recursive: true, force: true });
  }
}
