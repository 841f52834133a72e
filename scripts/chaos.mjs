/** `npm run chaos -- --kills N`: makes the clone ready, then deploys while things are killed (docs/reliability.md). */
import { spawnSync } from 'node:child_process';
import { setup } from './setup.mjs';

await setup({ redis: true });
const run = spawnSync(process.execPath, ['--import', 'tsx', 'test/chaos/main.ts', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = run.status ?? 1;
