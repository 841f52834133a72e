import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What the newest Baton was measured beside. */
const VERSION = '14.3.2';

/**
 * Probot in a folder of its own: only this measurement needs it, and it brings a hundred packages. Gives the file to
 * import; undefined where it cannot be installed.
 */
export function installProbot(): string | undefined {
  const folder = join('.baton', 'bench', `probot-${VERSION}`);
  const main = join(folder, 'node_modules', 'probot', 'lib', 'index.js');
  if (existsSync(main)) return main;
  mkdirSync(folder, { recursive: true });
  const options = ['--prefix', folder, '--no-save', '--no-package-lock', '--ignore-scripts', '--silent'];
  const { status } = spawnSync('npm', ['install', ...options, `probot@${VERSION}`], { stdio: 'inherit' });
  if (status === 0) return main;
  rmSync(folder, { recursive: true }); // half of it would be taken for the whole next time
  return undefined;
}
