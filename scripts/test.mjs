import { spawnSync } from 'node:child_process';

const node = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
process.exit(
  spawnSync(process.execPath, [...node, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1,
);
