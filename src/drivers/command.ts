import { hostname } from 'node:os';
import { resolve } from 'node:path';
import * as z from 'zod';
import { ELSEWHERE, endedAs, progressIn } from './command-progress.ts';
import { type Answered, askProgram, type Program, supervise } from './command-start.ts';
import {
  type DriverRequest,
  type DriverTools,
  defineDriver,
  type Found,
  overIf,
  type Progress,
  refuseLateStart,
} from './driver.ts';
import { identityOf } from '../process-identity.ts';
import { findRecord, folderOf, isTaken, type RunRecord } from './runs.ts';
import { plainText } from './text.ts';

export const CommandOptions = z.strictObject({
  type: z.literal('command'),
  argv: z.array(z.string()).min(1),
  cwd: z.string().optional(),
  env: z.record(z.string(), z.string()).optional(),
  lookup_argv: z.array(z.string()).min(1).optional(),
});
type CommandOptions = z.infer<typeof CommandOptions>;

/** Runs a program on the worker's machine, never through a shell; the program outlives the worker. */
export const command = defineDriver({
  options: CommandOptions,

  async start(tools, request, options) {
    const run = runName(tools.place, request);
    if (request.mayHaveStarted) {
      const found = await lookup(tools, request, options);
      if (found.state === 'found') return { state: 'started', run: found.run };
      if (found.state === 'unknown') return found;
    }
    const folder = folderOf(tools.runsFolder, request.deployment);
    refuseLateStart(request);
    const said = await supervise(
      tools.runsFolder,
      request.deployment,
      programOf(options.argv, request, options),
    );
    if (said.state === 'spawned') return { state: 'started', run, ended: said.ended };
    if (said.state === 'not_taken') {
      return { state: 'failure', run, summary: `The run could not be recorded: ${plainText(said.why)}.` };
    }
    // Ended at its first word: there is no such program.
    if (said.state === 'ended') return { ...(await endedAs(folder, options.argv[0])), state: 'failure', run };
    if (await isTaken(folder)) return { state: 'started', run };
    throw new Error('The program could not be started: its supervisor did not answer.');
  },

  check,

  lookup,

  async cancel(tools, request, run, options) {
    const over = overIf(await check(tools, request, run, options));
    if (over !== undefined) return over;

    const elsewhere = { state: 'cannot', why: `The program runs on another machine (${run}).` } as const;
    if (run !== runName(tools.place, request)) return elsewhere;
    const folder = folderOf(tools.runsFolder, request.deployment);
    const record = await findRecord(folder).catch(() => undefined);
    if (record === undefined) return { state: 'cannot', why: LOST };
    if (record.host !== hostname()) return elsewhere;
    if (askSupervisor(record)) return { state: 'asked' };
    // It may have ended since the look at it.
    return overIf(await progressIn(folder)) ?? { state: 'cannot', why: LOST };
  },
});

const LOST = 'What watched the program is gone, so it cannot be reached. Look for it on the machine.';

/** Has the supervisor end the program with its whole group: SIGTERM, and SIGKILL ten seconds later. */
function askSupervisor({ pid, identity }: RunRecord): boolean {
  if (identityOf(pid) !== identity) return false;
  try {
    return process.kill(pid, 'SIGUSR2');
  } catch {
    return false;
  }
}

async function lookup(tools: DriverTools, request: DriverRequest, options: CommandOptions): Promise<Found> {
  const folder = folderOf(tools.runsFolder, request.deployment);
  if (await isTaken(folder)) return { state: 'found', run: runName(tools.place, request) };
  if (options.lookup_argv !== undefined) {
    const answered = await askLookup(request, options);
    if (answered === 'not_found') return { state: 'not_found' };
    if (answered !== undefined) return { state: 'found', run: runName(request.intendedOn, request) };
    return { state: 'unknown', why: 'The program of lookup_argv gave none of the answers it may give.' };
  }
  // A supervisor takes the run within five seconds or never, and a crash is noticed later than that.
  if (request.intendedOn === tools.place) return { state: 'not_found' };
  return { state: 'unknown', why: `Only ${request.intendedOn}, where it was to start, can tell if it did.` };
}

async function check(
  tools: DriverTools,
  request: DriverRequest,
  run: string,
  options: CommandOptions,
): Promise<Progress> {
  const folder = folderOf(tools.runsFolder, request.deployment);
  const here = run === runName(tools.place, request) ? await progressIn(folder) : ELSEWHERE;
  if (here.state !== 'unknown' && here !== ELSEWHERE) return here;

  const answered = await askLookup(request, options);
  if (answered === undefined || answered === 'not_found') return here;
  if (answered === 'in_progress') return { ...ELSEWHERE, heard: true };
  return { state: answered, summary: `The program of lookup_argv says: ${answered}.` };
}

async function askLookup(request: DriverRequest, options: CommandOptions): Promise<Answered | undefined> {
  const { lookup_argv } = options;
  return lookup_argv === undefined ? undefined : askProgram(programOf(lookup_argv, request, options));
}

/** What the program gets to know: of this process's own environment nothing but PATH, HOME and LANG. */
function programOf(argv: readonly string[], request: DriverRequest, options: CommandOptions): Program {
  const { PATH, HOME, LANG } = process.env;
  return {
    argv,
    cwd: resolve(options.cwd ?? '.'),
    env: {
      PATH,
      HOME,
      LANG,
      ...options.env,
      BATON_ACTION: request.action,
      BATON_ENVIRONMENT: request.environment,
      BATON_SERVICE: request.service,
      BATON_REF: request.ref,
      BATON_SHA: request.sha,
      BATON_DEPLOYMENT: request.deployment,
      BATON_FENCE: String(request.fence),
    },
  };
}

/** The run says where it is: only there can its process be looked at. */
function runName(place: string, { deployment }: DriverRequest): string {
  return `${place}:${deployment}`;
}
