/** Compiles the sources to dist/ and puts beside them what they read at run time. Built-ins only. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDERS = ['src', 'commands', 'workers', 'playground', 'bench'];
const SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

/** @param {string} root */
export function buildIsCurrent(root) {
  const stamp = stampFile(root);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sourcesStamp(root);
}

/** @param {string} root @returns {string | undefined} what the compiler found wrong */
export function build(root) {
  const stamp = sourcesStamp(root);
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const result = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.status !== 0) return `${result.stdout}${result.stderr}`.trim();
  const kept = new Set(sources(root).flatMap((file) => emitted(root, file)));
  for (const file of filesIn(join(root, 'dist'))) {
    if (!kept.has(file)) rmSync(file);
  }
  writeFileSync(stampFile(root), stamp);
  return undefined;
}

/** What a source becomes in dist/; what is no TypeScript is copied there. @param {string} root @param {string} file */
function emitted(root, file) {
  const target = join(root, 'dist', relative(root, file));
  if (file.endsWith('.ts')) {
    const script = target.replace(/\.ts$/, '.js');
    return [script, `${script}.map`];
  }
  mkdirSync(dirname(target), { recursive: true });
  cpSync(file, target);
  return [target];
}

/** @param {string} root */
function sourcesStamp(root) {
  const hash = createHash('sha256');
  for (const file of [...sources(root), ...SETTINGS.map((name) => join(root, name))]) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${relative(root, file)} ${mtimeMs} ${size}\n`);
  }
  return hash.digest('hex');
}

/** @param {string} root */
function sources(root) {
  return FOLDERS.flatMap((folder) => filesIn(join(root, folder)))
    .filter((file) => !file.endsWith('.md'))
    .sort();
}

/** @param {string} folder @returns {string[]} */
function filesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** @param {string} root */
function stampFile(root) {
  return join(root, 'dist', '.baton-stamp');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problem = build(process.cwd());
  if (problem !== undefined) process.stderr.write(`${problem}\n`);
  process.exitCode = problem === undefined ? 0 : 1;
}
