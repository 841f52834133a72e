import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { existsSync } from 'node:fs';

/** The folder of package.json: one level up from the sources, two from the built files. Absolute. */
export const PACKAGE_ROOT = packageRoot(dirname(fileURLToPath(import.meta.url)));

export const VERSION = String(
  (createRequire(import.meta.url)(join(PACKAGE_ROOT, 'package.json')) as { version: unknown }).version,
);

function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageRoot(dirname(folder));
}
