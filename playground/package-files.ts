import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The absolute path of a file of the playground that the compiler does not copy, such as `deploy.mjs`. */
export function playgroundFile(...path: readonly string[]): string {
  return join(packageFolder(), 'playground', ...path);
}

/** Found by its package.json: this module runs from `playground/` and, once compiled, from `dist/playground/`. */
function packageFolder(from = dirname(fileURLToPath(import.meta.url))): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('The playground does not find the package that it belongs to.');
  return packageFolder(parent);
}
