import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { median, signedCommand } from './load.ts';
import { lineOf, startBaton, startProcess, startRedis, temporaryFolder } from './processes.ts';

const WARM_UP = 20;
const COMMANDS = 120;
const SIGNING_SECRET = 'bench-signing-secret';

export interface StartResult {
  /** Bare BullMQ: from the call of add to the processor, in milliseconds. */
  readonly tripMs: number;
  /** From the signed command's request to the driver's request at its target. */
  readonly commandMs: number;
  /** The part of it that GitHub took to answer. */
  readonly githubMs: number;
  /** The same way by Bolt, BullMQ and octokit alone, GitHub's part included. */
  readonly librariesMs: number;
}

/**
 * Command to driver start, one at a time, beside bare BullMQ add-to-process trips, by turns on one Redis. GitHub, Slack
 * and the webhook driver's target are small servers in this process; what GitHub takes is measured at its server.
 */
export async function measureStart(): Promise<StartResult> {
  const folder = temporaryFolder();
  const redis = await startRedis(folder.path);
  const github = await playGitHub();
  const slack = await playSlack();
  const target = await playTarget();
  const house = {
    redisSocket: redis.socket,
    slackApiUrl: `${slack.url}/api/`,
    githubApiUrl: github.url,
    signingSecret: SIGNING_SECRET,
    config: configFor(target.url),
    secrets: { DEPLOY_SECRET: 'bench-deploy-secret' },
  };
  const worker = await startBaton('worker', folder.path, house);
  const web = await startBaton('web', folder.path, house);
  const libraries = await startLibraries(redis.socket, github.url, target.url);
  const bare = bareTrips(redis.socket);
  const toStart = async (url: string, ref: string) => {
    const started = target.next();
    const begin = performance.now();
    const { body, headers } = signedCommand(SIGNING_SECRET, `staging api@${ref}`);
    const answer = await fetch(`${url}/slack/events`, { method: 'POST', body, headers });
    if (answer.status !== 200) throw new Error(`the command was answered with ${answer.status}`);
    const took = (await started) - begin;
    await pause(120); // the deployment's end and its messages are not part of the next command
    return took;
  };

  const samples: StartResult[] = [];
  for (let index = 0; index < WARM_UP + COMMANDS; index += 1) {
    const tripMs = await bare.trip();
    const librariesMs = await toStart(libraries.url, `l${index}`);
    await bare.trip(); // both come after one
    github.forget();
    const commandMs = await toStart(web.url, `b${index}`);
    if (index >= WARM_UP) samples.push({ tripMs, commandMs, githubMs: github.spentMs(), librariesMs });
  }
  await bare.close();
  await Promise.all([web.stop(), worker.stop(), libraries.stop()]);
  await redis.stop();
  for (const { server } of [github, slack, target]) server.close();
  folder.remove();
  return {
    tripMs: median(samples.map((sample) => sample.tripMs)),
    commandMs: median(samples.map((sample) => sample.commandMs)),
    githubMs: median(samples.map((sample) => sample.githubMs)),
    librariesMs: median(samples.map((sample) => sample.librariesMs)),
  };
}

/** Both are started as Baton's roles are, as processes of their own. */
async function startLibraries(socket: string, githubUrl: string, targetUrl: string) {
  const server = (name: string, ...args: string[]) =>
    startProcess(process.execPath, [`dist/bench/servers/${name}.js`, ...args], {});
  const web = server('bolt', 'add', socket, SIGNING_SECRET);
  const worker = server('bare-worker', socket, githubUrl, targetUrl);
  const [port] = await Promise.all([lineOf(web, /^\d+$/), lineOf(worker, /^ready$/)]);
  const stop = async () => void (await Promise.all([web.stop(), worker.stop()]));
  return { url: `http://127.0.0.1:${port.trim()}`, stop };
}

function configFor(url: string): string {
  return `
slack: { workspace: T0ACME, channels: { releases: C0REL } }
roles: { deployer: [U0ASHA] }
services: { api: { repository: acme/api } }
environments:
  staging: { services: [api], checks: none, driver: { type: webhook, url: "${url}/hook", secret_env: DEPLOY_SECRET } }
`;
}

interface Played {
  readonly url: string;
  readonly server: Server;
}

type Answer = (request: IncomingMessage, path: string) => object;

async function play(answer: Answer): Promise<Played> {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      const body = answer(request, decodeURIComponent(request.url ?? ''));
      const status =
        request.method === 'POST' && /\/(deployments|statuses)$/.test(request.url ?? '') ? 201 : 200;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** Each branch is a commit of its own, so that nothing is already live. */
async function playGitHub() {
  let first = 0;
  let last = 0;
  const played = await play(({ method }, path) => {
    // Only what stands in the command's way: the deployment is mirrored on GitHub behind its back.
    if (/\/branches\/|\/git\/ref\//.test(path)) {
      first = first === 0 ? performance.now() : first;
      setImmediate(() => {
        last = performance.now();
      });
    }
    const branch = /\/branches\/(\w+)$/.exec(path)?.[1];
    if (branch !== undefined)
      return { name: branch, commit: { sha: shaOf(branch), commit: { message: branch } } };
    if (/\/(deployments|statuses)(\?|$)/.test(path))
      return method === 'GET' ? [] : { id: 1, state: 'success' };
    return { id: 1, default_branch: 'main', name: 'api' };
  });
  return {
    ...played,
    forget: () => {
      first = 0;
      last = 0;
    },
    spentMs: () => last - first,
  };
}

function shaOf(branch: string): string {
  return Buffer.from(branch).toString('hex').padEnd(40, '0');
}

function playSlack(): Promise<Played> {
  const user = { id: 'U0ASHA', team_id: 'T0ACME', name: 'asha', tz: 'Asia/Kolkata' };
  return play((_request, path) =>
    path.includes('users.info') ? { ok: true, user } : { ok: true, channel: 'C0STG', ts: '1.000001' },
  );
}

/** Ends each deployment at once, so that the next one may start. */
async function playTarget() {
  let arrived: (at: number) => void = () => undefined;
  const played = await play(() => {
    arrived(performance.now());
    return { state: 'success' };
  });
  const next = () =>
    new Promise<number>((resolve) => {
      arrived = resolve;
    });
  return { ...played, next };
}

function bareTrips(socket: string) {
  const connection = new Redis({ path: socket, maxRetriesPerRequest: null });
  const queue = new Queue('trip', { connection, prefix: '{bench}' });
  let arrived: (at: number) => void = () => undefined;
  const worker = new Worker('trip', async () => arrived(performance.now()), {
    connection,
    prefix: '{bench}',
  });
  const trip = async () => {
    const at = new Promise<number>((resolve) => {
      arrived = resolve;
    });
    const begin = performance.now();
    await queue.add('trip', {}, { removeOnComplete: true });
    const tripMs = (await at) - begin;
    await pause(5); // its own end is not part of the next one
    return tripMs;
  };
  const close = async () => {
    await worker.close();
    await queue.close();
    connection.disconnect();
  };
  return { trip, close };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
