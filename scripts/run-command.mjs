/**
 * Runs one program for the `command` driver and outlives the worker that asked for it. Plain JavaScript with built-ins
 * only, so that it is the same file from source and from dist/. The worker sends one message and may die at any moment.
 *
 * What it leaves in RUNS/DEPLOYMENT/: run.json (who runs it), output (its last part), end.json (how it ended).
 */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';

const KEPT_BYTES = 256 * 1024;
const LAST_LINE_BYTES = 4 * 1024;
const DRAIN_MS = 1_000; // a grandchild may hold the pipes open long after the program's end

let wish;
let program;
let cancelled = false;
let killed = false;

// Only Baton ends the run early, by SIGUSR2: what ends the worker must not end the deployment.
process.on('SIGUSR2', cancel);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => undefined);

process.once('disconnect', () => wish ?? process.exit(0));
process.once('message', (message) => {
  wish = message;
  begin(take());
});

/** Creates the run's folder, complete, in one step: whoever comes second finds it there and runs nothing. */
function take() {
  const { runs, deployment, takeBefore, identity, host, argv } = wish;
  const draft = join(runs, `.${deployment}.${process.pid}`);
  try {
    fs.mkdirSync(draft, { recursive: true, mode: 0o700 });
    const record = { pid: process.pid, identity, host, program: argv[0] };
    writeDurably(join(draft, 'run.json'), JSON.stringify(record));
    // Nobody waits for so late a start any more: its deployment may have been decided without it.
    if (Date.now() > takeBefore) throw new Error('the start came too late');
    fs.renameSync(draft, join(runs, deployment));
    ignoringErrors(() => syncFolder(runs));
    return { state: 'taken' };
  } catch (error) {
    fs.rmSync(draft, { recursive: true, force: true });
    const taken = fs.existsSync(join(runs, deployment));
    return taken ? { state: 'taken_before' } : { state: 'not_taken', why: error.message };
  }
}

function begin(taken) {
  if (taken.state !== 'taken') return say(taken, () => process.exit(0));
  const output = keepOutput();
  const { argv, cwd, env } = wish;
  try {
    if (!fs.statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`no folder ${cwd}`);
    const [file, ...rest] = argv;
    program = spawn(file, rest, {
      cwd,
      env,
      detached: true,
      shell: false,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    return end({ error: error.message }, output);
  }
  program.stdout.on('data', (chunk) => output.add(chunk, 'stdout'));
  program.stderr.on('data', (chunk) => output.add(chunk, 'stderr'));
  program.once('spawn', () => {
    if (cancelled) cancel();
    say({ state: 'spawned' });
  });
  program.once('error', (error) => program.pid ?? end({ error: error.code ?? error.message }, output));
  program.once('exit', (exitCode, signal) => {
    const over = () =>
      cancelled && groupLives() ? setTimeout(over, 100) : end({ exitCode, signal }, output);
    const timer = setTimeout(over, DRAIN_MS);
    program.once('close', () => {
      clearTimeout(timer);
      over();
    });
  });
}

/** Keeps the last part of the output in memory and, twice a second, on disk. */
function keepOutput() {
  const path = join(wish.runs, wish.deployment, 'output');
  const chunks = [];
  let size = 0;
  let changed = false;
  const last = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const save = () => {
    if (!changed) return;
    changed = false;
    fs.writeFileSync(`${path}.new`, Buffer.concat(chunks).subarray(-KEPT_BYTES), { mode: 0o600 });
    fs.renameSync(`${path}.new`, path);
  };
  const timer = setInterval(() => ignoringErrors(save), 500);
  return {
    add(chunk, stream) {
      chunks.push(chunk);
      size += chunk.length;
      while (size - chunks[0].length >= KEPT_BYTES) size -= chunks.shift().length;
      changed = true;
      const latest = Buffer.concat([last[stream], chunk.subarray(-LAST_LINE_BYTES)]);
      last[stream] = latest.subarray(-LAST_LINE_BYTES);
    },
    close() {
      clearInterval(timer);
      ignoringErrors(save);
    },
    // One that was cut is left out: it is no address, and it could begin with half a secret.
    lastLine(stream) {
      const lines = last[stream]
        .toString('utf8')
        .trimEnd()
        .split(/[\r\n]/);
      return lines.length === 1 && last[stream].length === LAST_LINE_BYTES ? '' : lines.at(-1);
    },
  };
}

function end({ exitCode = null, signal = null, error = null }, output) {
  if (end.reached) return;
  end.reached = true;
  output.close();
  const words = { lastLine: output.lastLine('stdout'), lastError: output.lastLine('stderr') };
  const text = JSON.stringify({ exitCode, signal, error, cancelled, ...words });
  const path = join(wish.runs, wish.deployment, 'end.json');
  const record = () => {
    try {
      writeDurably(`${path}.new`, text);
      fs.renameSync(`${path}.new`, path);
      say({ state: 'ended' }, () => process.exit(0));
    } catch (problem) {
      if (problem.code === 'ENOENT') process.exit(1); // the run's folder was taken away: nobody will read the end
      setTimeout(record, 5_000); // a full disk, for one: as long as this process lives, the run is not over
    }
  };
  record();
}

function cancel() {
  cancelled = true;
  if (program?.pid === undefined) return;
  signalGroup('SIGTERM');
  setTimeout(() => {
    signalGroup('SIGKILL');
    killed = true;
  }, wish.killAfterSeconds * 1_000).unref();
}

/** Whether a part of a cancelled run may still be at work; nothing survives SIGKILL. */
function groupLives() {
  try {
    return !killed && process.kill(-program.pid, 0);
  } catch {
    return false;
  }
}

function signalGroup(signal) {
  ignoringErrors(() => process.kill(-program.pid, signal));
}

function say(message, then = () => undefined) {
  const done = () => {
    if (process.connected) process.disconnect();
    then();
  };
  if (process.connected) process.send(message, done);
  else done();
}

function writeDurably(path, content) {
  const file = fs.openSync(path, 'w', 0o600);
  fs.writeSync(file, content);
  fs.fsyncSync(file);
  fs.closeSync(file);
}

function syncFolder(path) {
  const folder = fs.openSync(path, 'r');
  fs.fsyncSync(folder);
  fs.closeSync(folder);
}

function ignoringErrors(act) {
  try {
    act();
  } catch {
    // the disk is full, or the group is gone: the run goes on, and its end is recorded all the same
  }
}
