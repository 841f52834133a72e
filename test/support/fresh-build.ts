import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Builds `dist/` unless it is that of the sources as they are. Rejects with the compiler's words. */
export async function freshBuild(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(ROOT, 'test', 'support', 'fresh-build.mjs')]);
}
