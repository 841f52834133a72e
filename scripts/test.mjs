/** `npm test`: makes the clone ready, then checks format, types and lint and runs the tests; stops at what fails. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, setup, SetupError } from './setup.mjs';

/** @param {string} name @param {string} file */
const bin = (name, file) => join('node_modules', name, 'bin', file);
/** @type {[string, string[]][]} */
const STEPS = [
  ['Format', [bin('@biomejs/biome', 'biome'), 'format', '.']],
  ['Types', [bin('typescript', 'tsc'), '-p', 'tsconfig.json', '--noEmit']],
  ['Lint', [bin('oxlint', 'oxlint'), '--type-aware', '--deny-warnings']],
  ['Tests', ['--experimental-vm-modules', '--no-warnings', bin('jest', 'jest.js'), ...process.argv.slice(2)]],
];

try {
  await setup({ redis: true, chromium: true });
  process.exitCode = firstFailure();
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

function firstFailure() {
  for (const [name, args] of STEPS) {
    process.stderr.write(`${name} …\n`);
    const { status, error } = spawnSync(process.execPath, args, { cwd: ROOT, stdio: 'inherit' });
    if (error !== undefined) process.stderr.write(`${error.message}\n`);
    if (status !== 0) return status ?? 1;
  }
  return 0;
}
