/** One of Baton's roles from the build, without the setup that `npm run baton` does first. */
import { main } from '../../dist/src/main.js';

const code = await main(process.argv.slice(2), process.env);
if (code !== undefined) process.exitCode = code;
