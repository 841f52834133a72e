import { command } from '../../src/drivers/command.ts';
import { driverRequest } from './requests.ts';
import { driverTools } from './tools.ts';

/** A worker of its own process: starts the program that it is told of, says so, and waits to be killed. */
const [runsFolder = '', argv = '', cwd = ''] = process.argv.slice(2);
const started = await command.start(driverTools({ runsFolder }), driverRequest(), {
  type: 'command',
  argv: [argv],
  cwd,
});
process.stdout.write(JSON.stringify(started));
setInterval(() => undefined, 1_000);
