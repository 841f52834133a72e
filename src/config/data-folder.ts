import { accessSync, constants, mkdirSync, realpathSync } from 'node:fs';
import { codeOf } from '../error-code.ts';
import { StartError } from '../errors.ts';

/** Makes BATON_DATA where it is missing, and returns its real path. Throws StartError when Baton cannot write to it. */
export function makeDataFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    return realpathSync(folder);
  } catch (error) {
    throw new StartError(`BATON_DATA must be a folder that Baton can write to (${String(codeOf(error))})`);
  }
}
