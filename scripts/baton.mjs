/** `npm start` and `npm run baton -- ROLE`: makes the clone ready, then runs the role in this process. */
import { setup, SetupError } from './setup.mjs';

const argv = process.argv.slice(2);
const NEED_REDIS = new Set(['start', 'web', 'worker', 'audit']);

try {
  const redis = process.env['REDIS_URL'] === undefined && NEED_REDIS.has(argv[0] ?? '');
  await setup({ redis });
  const { main } = await import('../dist/src/main.js');
  const code = await main(argv, process.env);
  if (typeof code === 'number') end(code);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

/** What a role left open must not keep the person waiting. @param {number} code */
function end(code) {
  process.exitCode = code;
  setTimeout(() => process.exit(), 2_000).unref();
}
