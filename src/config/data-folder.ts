import { accessSync, constants, mkdirSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../error-code.ts';
import { StartError } from '../errors.ts';

/** Makes BATON_DATA where it is missing, and returns its real path. Throws StartError when Baton cannot write to it. */
export function makeDataFolder(folder: string): string {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
    return realpathSync(folder);
  } catch (error) {
    const why = String(codeOf(error));
    throw new StartError(
      `BATON_DATA must be a folder that Baton can write to (${why}): set it to one, such as .baton`,
    );
  }
}

/** Step by step, because Node's own `recursive` never ends where the system denies what is there, as in /proc. */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (!isFolder(folder)) throw error; // else another process was faster
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
