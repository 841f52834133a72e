import { cpus } from 'node:os';
import { measureAck } from './ack.ts';
import { measureDigest } from './digest.ts';
import { measureInFlight } from './in-flight.ts';
import { timesAsFast } from './load.ts';
import { measureLocks } from './locks.ts';
import { measureStart } from './start.ts';
import { measureWebhooks } from './webhooks.ts';

/** Everything in one run, on this machine, with fsync on every write: medians, and the ratios that count. */
const wanted = process.argv.slice(2).map((word) => word.split('=')[0]);
/** `npm run bench -- in-flight=10000`. */
const inFlight = Number(/^in-flight=(\d+)$/m.exec(process.argv.join('\n'))?.[1] ?? 500);
const runs = (name: string) => wanted.length === 0 || wanted.includes(name);
let missed = 0;

print(
  `Node ${process.version}, ${cpus().length} cores; fsync always; medians of one run. Only ratios mean anything.`,
);

if (runs('ack')) {
  print('\nSigned command to ack, 50 connections');
  const [plain, adding, baton] = await measureAck();
  if (plain === undefined || adding === undefined || baton === undefined)
    throw new Error('a measurement is missing');
  for (const { what, perSecond, p99Ms, failed } of [plain, adding, baton]) {
    print(`  ${what.padEnd(26)} ${perSecond.toFixed(0).padStart(7)} /s   p99 ${p99Ms} ms   failed ${failed}`);
  }
  ratio('of bare Bolt', timesAsFast(baton, plain), { least: 0.8 });
  ratio('of Bolt with one BullMQ add', timesAsFast(baton, adding), { least: 0.95 });
  ratio('times the p99 of bare Bolt', baton.p99Ms / plain.p99Ms, { most: 2 });
}

if (runs('start')) {
  print('\nCommand to driver start, one at a time');
  const { tripMs, commandMs, githubMs, librariesMs } = await measureStart();
  print(
    `  bare BullMQ trip ${tripMs.toFixed(2)} ms, command to start ${commandMs.toFixed(2)} ms, GitHub ${githubMs.toFixed(2)} ms of it`,
  );
  print(
    `  the same way by Bolt, BullMQ and octokit alone, without a decision: ${librariesMs.toFixed(2)} ms, ${((librariesMs - githubMs) / tripMs).toFixed(2)} bare trips`,
  );
  ratio('bare trips, without GitHub', (commandMs - githubMs) / tripMs, { most: 3 });
}

if (runs('locks')) {
  print('\nLock take and release, one at a time');
  const { bare, store } = await measureLocks();
  print(
    `  bare loop of two scripts ${bare.perSecond.toFixed(0)} pairs/s, through the store ${store.perSecond.toFixed(0)}`,
  );
  ratio('of the bare loop', timesAsFast(store, bare), { least: 0.8 });
}

if (runs('digest')) {
  print('\nBuilding what a digest says, with 100 and with 100,000 past deployments');
  const { fewMs, manyMs, told } = await measureDigest();
  print(`  100: ${fewMs.toFixed(2)} ms, 100,000: ${manyMs.toFixed(2)} ms; each tells ${told} things`);
  ratio('times the 100', manyMs / fewMs, { most: 1.2 });
}

if (runs('webhooks')) {
  print('\nSigned delivery of a GitHub webhook to its answer, 50 connections');
  const results = await measureWebhooks();
  const [baton, octokit, probot] = results;
  if (baton === undefined || octokit === undefined) throw new Error('a measurement is missing');
  for (const { what, perSecond, p99Ms, failed } of results) {
    print(`  ${what.padEnd(26)} ${perSecond.toFixed(0).padStart(7)} /s   p99 ${p99Ms} ms   failed ${failed}`);
  }
  if (probot === undefined) print('  Probot could not be installed, so the goal is not shown.');
  const beside = probot === undefined ? Number.NaN : timesAsFast(baton, probot);
  ratio('of Probot that only handles', beside, { least: 1.2 });
  ratio('of bare @octokit/webhooks', timesAsFast(baton, octokit), {});
}

if (runs('in-flight')) {
  print(`\n${inFlight} deployments in flight, one worker`);
  const { idleMs, busyMs, worstMs, idleMiB, busyMiB, asksPerSecond } = await measureInFlight(inFlight);
  print(
    `  command to start ${idleMs.toFixed(0)} ms with none, ${busyMs.toFixed(0)} ms with all (slowest ${worstMs.toFixed(0)} ms)`,
  );
  print(
    `  worker ${idleMiB.toFixed(0)} MiB with none, ${busyMiB.toFixed(0)} MiB with all; ${asksPerSecond.toFixed(0)} questions/s to the target`,
  );
  ratio('s for the slowest command', worstMs / 1_000, { most: 3 });
  ratio('MiB for the worker', busyMiB, { most: 512 });
}

process.exitCode = missed === 0 ? 0 : 1;

function ratio(what: string, value: number, { least, most }: { least?: number; most?: number }): void {
  const kept = (least === undefined || value >= least) && (most === undefined || value <= most);
  if (!kept) missed += 1;
  const goal = least !== undefined ? `at least ${least}` : most !== undefined ? `at most ${most}` : 'no goal';
  print(`  ${value.toFixed(2)} ${what} (${goal}) ${kept ? 'ok' : 'MISSED'}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
