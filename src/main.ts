import { commands } from '../commands/index.ts';
import { workers } from '../workers/index.ts';
import { auditExport, auditVerify } from './audit/cli.ts';
import { loadConfig } from './config/load.ts';
import { ConfigError } from './config/problem.ts';
import { readSettings, type Settings } from './config/settings.ts';
import { StartError } from './errors.ts';
import { printSchedule, readScheduleOptions } from './handoffs/cli.ts';
import { createLogger } from './log.ts';
import { withRedis } from './redis/find.ts';
import { serve } from './serve.ts';
import { runCheck } from './run-check.ts';
import { VERSION } from './version.ts';

const USAGE = `usage: npm run --silent baton -- ROLE

  start                                everything in one process; the playground without Slack credentials
  web | worker                         one role, as many processes as wanted on one Redis
  check                                validates configuration and credentials, says what is on and what is off
  schedule --from 2026-11-23 --days 7  each handoff that falls due, as JSON lines; the days are the giving site's own
  audit verify                         checks the audit trail, names the first bad line
  audit export [--since 2026-11-21]    the audit trail as JSON lines
`;

/** Runs one role. Resolves to the exit code, or to undefined for a server that goes on until it is told to stop. */
export async function main(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number | undefined> {
  try {
    return await run(args, env);
  } catch (error) {
    if (!(error instanceof StartError) && !(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

async function run(
  [role = '', ...rest]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number | undefined> {
  switch (role) {
    case 'start':
    case 'web':
    case 'worker':
      if (rest.length > 0) return refuse(`${role} takes no more words, so not “${rest.join(' ')}”`);
      return serve(readSettings(env), role, { env, commands, workers });
    case 'check':
      return runCheck(readSettings(env), write);
    case 'schedule':
      return schedule(rest, readSettings(env));
    case 'audit':
      return audit(rest, readSettings(env));
    case '--version':
      write(VERSION);
      return 0;
    default:
      return refuse(role === '' ? 'which role?' : `there is no role “${role}”`);
  }
}

async function schedule(words: readonly string[], { configFile }: Settings): Promise<number> {
  const options = readScheduleOptions(words);
  const { config } = await loadConfig(configFile);
  if (config.handoffs.length === 0) process.stderr.write('baton: the configuration has no handoffs\n');
  printSchedule(config, options, write);
  return 0;
}

async function audit([verb, ...options]: readonly string[], settings: Settings): Promise<number> {
  const since = readSince(options);
  if (
    (verb !== 'verify' && verb !== 'export') ||
    since === 'wrong' ||
    (verb === 'verify' && since.date !== undefined)
  ) {
    return refuse('audit is followed by verify, or by export with --since and a date');
  }
  const log = createLogger({ level: settings.logLevel, secrets: settings.secrets, to: 'stderr' });
  return withRedis({ ...settings, withinSeconds: 10, log }, (redis) =>
    verb === 'verify' ? auditVerify(redis, write) : auditExport(redis, { since: since.date }, write),
  );
}

/** `wrong` for what is not understood. */
function readSince(options: readonly string[]): { date: string | undefined } | 'wrong' {
  if (options.length === 0) return { date: undefined };
  const [flag, date, ...more] = options;
  return flag === '--since' && date !== undefined && more.length === 0 ? { date } : 'wrong';
}

function refuse(why: string): number {
  process.stderr.write(`baton: ${why}\n\n${USAGE}`);
  return 1;
}

function write(line: string): void {
  process.stdout.write(`${line}\n`);
}
