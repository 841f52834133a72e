import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../../src/drivers/command.ts';
import { endProcess, endRuns } from '../support/runs.ts';
import { type Play, type Target, until } from './suite.ts';
import { driverTools } from './tools.ts';

const folders: string[] = [];

/** Ends what still runs. For `afterEach`. */
export async function closeRuns(): Promise<void> {
  for (const folder of folders.splice(0)) {
    // By the numbers that the programs have left: some of them heed no other signal, or have no supervisor any more.
    for (const name of readdirSync(folder))
      if (/^pid\.\d+$/.test(name)) endProcess(-Number(name.slice(4)), 'SIGKILL');
    await endRuns(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Place extends Target {
  readonly folder: string;
  readonly options: { readonly type: 'command'; readonly argv: string[]; readonly cwd: string };
  /** The supervisor's process number, once a run was taken. */
  supervisor(deployment?: string): number;
  readonly file: (name: string) => string;
}

/** A program that notes each of its starts in a file, and then does as the script says (plain JavaScript). */
export function place(script: string): Place {
  const folder = mkdtempSync(join(tmpdir(), 'baton-command-'));
  folders.push(folder);
  const file = (name: string) => join(folder, name);
  writeFileSync(file('deploy.mjs'), `#!${process.execPath}\n${NOTES}\n${script}`);
  chmodSync(file('deploy.mjs'), 0o755);
  const tools = driverTools({ runsFolder: file('runs') });
  const options = { type: 'command', argv: ['./deploy.mjs'], cwd: folder } as const;
  return {
    driver: command,
    options: { ...options, argv: [...options.argv] },
    tools,
    blind: { tools: { ...tools, place: 'another-host' }, options },
    folder,
    file,
    starts: () => {
      const notes = existsSync(file('starts')) ? readFileSync(file('starts'), 'utf8') : '';
      return notes.split('\n').filter(Boolean).map(startOf);
    },
    supervisor: (deployment = 'staging-bcdfghjk') =>
      JSON.parse(readFileSync(join(file('runs'), deployment, 'run.json'), 'utf8')).pid,
  };
}

const NOTES = `
import { appendFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
writeFileSync(here('pid.' + process.pid), '');
appendFileSync(here('starts'), JSON.stringify({ env: process.env, argv: process.argv.slice(2) }) + '\\n');`;

function startOf(line: string): Record<string, unknown> {
  const { env, argv } = JSON.parse(line);
  const { BATON_ENVIRONMENT: environment, BATON_SERVICE: service, BATON_REF: ref, BATON_SHA: sha } = env;
  const { BATON_DEPLOYMENT: deployment, BATON_FENCE: fence } = env;
  return { environment, service, ref, sha, deployment, fence, argv, names: Object.keys(env).toSorted() };
}

const SCRIPTS: Record<Play, string> = {
  succeeds: 'console.log("done")',
  fails: 'console.error("disk full"); process.exit(3)',
  'runs on': 'setInterval(() => undefined, 1_000)',
  // Ends the supervisor that watches it, so that nobody is left to say how it ended.
  'loses the answer': 'process.kill(process.ppid, "SIGKILL")',
};

/** The plays of the shared suite. It looks for starts at once, so a run that goes on is awaited. */
export async function playedProgram(play: Play): Promise<Target> {
  const target = place(SCRIPTS[play]);
  const start: typeof command.start = async (...given) => {
    const started = await command.start(...given);
    if (started.state === 'started') await until(() => target.starts().length > 0);
    return started;
  };
  return { ...target, driver: { ...command, start }, obeys: () => undefined };
}
