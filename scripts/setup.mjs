/** Makes a fresh clone ready to run: packages, Redis, build. Built-ins only: it runs before anything is installed. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, buildIsCurrent } from './build.mjs';
import { withLock } from './lock.mjs';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const OLDEST_NODE = [20, 19];

/** What cannot be put right without the person; its message is one line for them. */
export class SetupError extends Error {}

/**
 * Does what is missing, one line a step on stderr, and nothing else. A production image, which has no sources, is
 * left as it is.
 *
 * @param {{ root?: string, redis?: boolean, chromium?: boolean, say?: (line: string) => void }} [options]
 *   `redis`: one is wanted on this machine; `chromium`: so is a browser, for tests that draw the page
 */
export async function setup({ root = ROOT, redis = false, chromium = false, say = sayOnStderr } = {}) {
  checkNode(process.versions.node);
  if (!existsSync(join(root, 'src'))) return;
  if (!packagesAreCurrent(root) || !buildIsCurrent(root)) {
    await withLock(join(root, '.baton', 'setup.lock'), say, () => {
      if (!packagesAreCurrent(root)) installPackages(root, say);
      if (!buildIsCurrent(root)) buildNow(root, say);
    });
  }
  if (redis && !isOnPath('redis-server', 'valkey-server')) installProgram('redis-server', 'redis', say);
  if (chromium && !isOnPath('chromium', 'chromium-browser', 'google-chrome')) {
    installProgram('chromium', undefined, say);
  }
}

/** @param {string} version */
export function checkNode(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldest = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldest || (major === oldest && minor >= oldestMinor)) return;
  throw new SetupError(`Baton needs Node ${OLDEST_NODE.join('.')} or later; this is ${version}.`);
}

/** Current when this lock file was installed by this Node, by us or by hand. @param {string} root */
export function packagesAreCurrent(root) {
  const stamp = stampFile(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === packagesStamp(root)) return true;
  if (existsSync(stamp) || !installedByHand(root)) return false;
  writeFileSync(stamp, packagesStamp(root));
  return true;
}

/** @param {string} root @param {(line: string) => void} say */
function installPackages(root, say) {
  say('Installing the packages of package-lock.json …');
  const npm = process.env['npm_execpath'];
  const [command, first] = npm?.endsWith('npm-cli.js') ? [process.execPath, [npm]] : ['npm', []];
  // NODE_ENV=production would leave out what tests and the build need.
  const args = [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  run(command, args, { cwd: root, failure: 'npm ci failed' });
  writeFileSync(stampFile(root), packagesStamp(root));
}

/** @param {string} root @param {(line: string) => void} say */
function buildNow(root, say) {
  say('Building …');
  const problem = build(root);
  if (problem !== undefined) throw new SetupError(`The build failed:\n${problem}`);
}

/** @param {string} debian @param {string | undefined} homebrew @param {(line: string) => void} say */
function installProgram(debian, homebrew, say) {
  const isRoot = process.getuid?.() === 0;
  try {
    if (isRoot && existsSync('/etc/debian_version') && isOnPath('apt-get')) {
      say(`Installing ${debian} with apt-get …`);
      withoutServices(() => aptInstall(debian));
    } else if (homebrew !== undefined && isOnPath('brew')) {
      say(`Installing ${homebrew} with Homebrew …`);
      run('brew', ['install', homebrew], { env: { NONINTERACTIVE: '1' }, failure: 'brew failed' });
    }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    // Baton itself says which other ways there are.
    say(`${debian} could not be installed: ${error.message}`);
  }
}

/** @param {string} name */
function aptInstall(name) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '--yes', '--no-install-recommends', name];
  const options = { env, failure: 'apt-get failed' };
  // A fresh machine has no lists yet, and a stale one lists what is gone.
  if (spawnSync('apt-get', install, { env: { ...process.env, ...env }, stdio: 'ignore' }).status === 0)
    return;
  run('apt-get', ['update'], options);
  run('apt-get', install, options);
}

/** Debian starts a service when its package is installed unless this file says no. @param {() => void} install */
function withoutServices(install) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return install();
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    rmSync(policy);
  }
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, failure: string }} options
 */
function run(command, args, { cwd, env, failure }) {
  const result = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1_024 * 1_024,
  });
  if (result.status === 0) return;
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(-20).join('\n');
  throw new SetupError(`${failure}: ${result.error?.message ?? output}`);
}

/** @param {...string} names */
export function isOnPath(...names) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => names.some((name) => isExecutable(join(folder, name))));
}

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} root */
function stampFile(root) {
  return join(root, 'node_modules', '.baton-stamp');
}

/** @param {string} root */
function packagesStamp(root) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256')
    .update(lock)
    .update(process.platform + process.arch)
    .digest('hex');
}

/** npm leaves in node_modules what it installed; optional packages are for other machines. @param {string} root */
function installedByHand(root) {
  const file = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(file)) return false;
  const wanted = packagesIn(join(root, 'package-lock.json'));
  const found = packagesIn(file);
  return Object.entries(wanted).every(
    ([name, { version, optional, devOptional }]) =>
      name === '' || optional || devOptional || found[name]?.version === version,
  );
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean }>}
 */
function packagesIn(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}

/** @param {string} line */
function sayOnStderr(line) {
  process.stderr.write(`${line}\n`);
}
