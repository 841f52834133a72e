import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import * as z from 'zod';
import { codeOf } from '../error-code.ts';
import { StartError } from '../errors.ts';
import type { Epoch } from './epoch.ts';
import { parseRedisUrl } from './url.ts';

const Known = z.object({
  version: z.literal(1),
  /** The store that was last worked on; null before the first. */
  store: z.uuid().nullable(),
  epoch: z.int(),
  /** The highest fence that was ever about to be started with, by environment. */
  fences: z.record(z.string(), z.int()),
  /** How many starts were recorded as intended, by environment: what the store must have counted at least. */
  starts: z.record(z.string(), z.int()).default({}),
});
/** What a process knows of the store from before, whatever the store says now. */
export type Known = Readonly<z.infer<typeof Known>>;

export interface StoreMemory {
  readonly known: Known;
  learn(record: Pick<Epoch, 'store' | 'epoch'>): void;
  learnStart(environment: string, start: { readonly fence?: number; readonly count?: number }): void;
  /** Resolves when the disk has what is known; a disk that does not take it is only logged. */
  save(): Promise<void>;
}

const NOTHING: Known = { version: 1, store: null, epoch: 0, fences: {}, starts: {} };

/** A memory that ends with the process. */
export function forgetfulMemory(): StoreMemory {
  return memoryFrom(NOTHING, async () => undefined);
}

/**
 * What this data folder remembers of the Redis at `address`: one small file for each address. Throws StartError when the
 * file cannot be read: then nobody can tell whether Redis lost something.
 */
export async function openMemory(folder: string, address: string, log: Logger): Promise<StoreMemory> {
  const path = join(folder, 'stores', `${nameOf(address)}.json`);
  await mkdir(join(folder, 'stores'), { recursive: true, mode: 0o700 });
  const known = await read(path);
  return memoryFrom(known ?? NOTHING, async (latest) => {
    try {
      // Several workers may share the folder: each keeps what the others know.
      await write(path, merge(latest, (await read(path)) ?? NOTHING));
    } catch (err) {
      log.error(
        { err, path },
        'what is known of Redis cannot be written: after a crash a loss may pass unnoticed',
      );
    }
  });
}

function memoryFrom(start: Known, keep: (known: Known) => Promise<void>): StoreMemory {
  let known = start;
  let unsaved = false;
  let saving: Promise<void> | undefined;
  const drain = async () => {
    while (unsaved) {
      unsaved = false;
      await keep(known);
    }
  };
  return {
    get known() {
      return known;
    },
    learn: ({ store, epoch }) => {
      const highest = store === known.store ? Math.max(known.epoch, epoch) : epoch;
      known = { ...known, store, epoch: highest };
    },
    learnStart: (environment, { fence = 0, count = 0 }) => {
      known = {
        ...known,
        fences: highestOf(known.fences, { [environment]: fence }),
        starts: highestOf(known.starts, { [environment]: count }),
      };
    },
    save: async () => {
      unsaved = true;
      saving ??= drain().finally(() => {
        saving = undefined;
      });
      return saving;
    },
  };
}

/** The higher number of each environment. */
export function highestOf(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): Record<string, number> {
  const highest = new Map(Object.entries(one));
  for (const [name, fence] of Object.entries(other)) {
    highest.set(name, Math.max(fence, highest.get(name) ?? 0));
  }
  return Object.fromEntries(highest);
}

function merge(mine: Known, theirs: Known): Known {
  const fences = highestOf(mine.fences, theirs.fences);
  const epoch = mine.store === theirs.store ? Math.max(mine.epoch, theirs.epoch) : mine.epoch;
  return { ...mine, epoch, fences, starts: highestOf(mine.starts, theirs.starts) };
}

async function read(path: string): Promise<Known | undefined> {
  try {
    return Known.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new StartError(
      `${path} must be readable: it tells whether Redis lost something (docs/operations.md, “Redis lost its data”)`,
      { cause: error },
    );
  }
}

/** In one piece: after a crash the file is the old one or the new one. */
async function write(path: string, known: Known): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(known)}\n`);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/** Without credentials, which may change while the store stays. */
function nameOf(address: string): string {
  const place = address.includes(':') ? withoutCredentials(address) : address;
  return createHash('sha256').update(place).digest('hex').slice(0, 16);
}

function withoutCredentials(url: string): string {
  const { username: _user, password: _password, ...place } = parseRedisUrl(url);
  return JSON.stringify(place);
}
