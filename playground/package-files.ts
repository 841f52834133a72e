import { fileURLToPath } from 'node:url';

/** The absolute path of a file of the playground that is read at run time, such as `deploy.mjs`; the build copies it too. */
export function playgroundFile(...path: readonly string[]): string {
  return fileURLToPath(new URL(path.join('/'), import.meta.url));
}
