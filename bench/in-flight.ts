import { Deployment } from '../src/deployments/deployment.ts';
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { openQueues } from '../src/jobs.ts';
import { deploymentIdFor } from '../src/deployments/deployment.ts';
import { createDeployment, replaceDeployment } from '../src/deployments/store.ts';
import { type Outside, playOutside } from './in-flight-outside.ts';
import { signedCommand } from './load.ts';
import { startBaton, startRedis, temporaryFolder } from './processes.ts';

const SIGNING_SECRET = 'bench-signing-secret';
const SERVICES = Array.from({ length: 10 }, (_, index) => `s${index}`);
const COMMANDS = 20;
const SHA = 'b'.repeat(40);

export interface InFlightResult {
  readonly inFlight: number;
  /** From a signed command to the driver's request at its target: first with nothing in flight, then with all. */
  readonly idleMs: number;
  readonly busyMs: number;
  /** The slowest of the commands with all in flight. */
  readonly worstMs: number;
  /** Of the worker, before and with all in flight. */
  readonly idleMiB: number;
  readonly busyMiB: number;
  /** How often the target was asked in a second. */
  readonly asksPerSecond: number;
}

/**
 * So many deployments run at a target that never ends, watched by one worker; then fresh commands are typed. What runs
 * waits in Redis as a delayed job, so it keeps no slot of the worker.
 */
export async function measureInFlight(count: number): Promise<InFlightResult> {
  const folder = temporaryFolder();
  const redis = await startRedis(folder.path);
  const outside = await playOutside();
  const house = {
    redisSocket: redis.socket,
    slackApiUrl: `${outside.url}/api/`,
    signingSecret: SIGNING_SECRET,
    config: configFor(outside.url, Math.ceil(count / SERVICES.length)),
    secrets: { DEPLOY_SECRET: 'bench-deploy-secret' },
  };
  const worker = await startBaton('worker', folder.path, house);
  const web = await startBaton('web', folder.path, house);
  const ask = () => commandMs(web.url, outside);

  for (let index = 0; index < COMMANDS; index += 1) await ask(); // warms up
  const idle = await several(ask);
  const idleMiB = memoryOf(worker.child.pid);
  await begin(redis.socket, outside.url, count);
  await outside.seen(count);
  const [asked, since] = [outside.asked(), performance.now()];
  await pause(20_000); // each of them has been asked about more than once, and the sweep has looked
  const busy = await several(ask);
  const asksPerSecond = (outside.asked() - asked) / ((performance.now() - since) / 1_000);
  const busyMiB = memoryOf(worker.child.pid);

  await Promise.all([web.stop(), worker.stop()]);
  await redis.stop();
  outside.close();
  folder.remove();
  return {
    inFlight: count,
    idleMs: middle(idle),
    busyMs: middle(busy),
    worstMs: Math.max(...busy),
    idleMiB,
    busyMiB,
    asksPerSecond,
  };
}

function configFor(url: string, environments: number): string {
  const driver = driverOf(url);
  const services = Object.fromEntries(SERVICES.map((name) => [name, { repository: 'acme/api' }]));
  const place = { services: SERVICES, driver, checks: 'none', timeout: '24h' };
  const names = Array.from({ length: environments }, (_, index) => `env-${index}`);
  return JSON.stringify({
    slack: { workspace: 'T0ACME', channels: { releases: 'C0REL' } },
    roles: { deployer: ['U0ASHA'] },
    services,
    environments: {
      fresh: { ...place, driver: { ...driver, url: `${url}/fresh` } },
      ...Object.fromEntries(names.map((name) => [name, place])),
    },
  });
}

function driverOf(url: string) {
  return {
    type: 'webhook' as const,
    url: `${url}/hook`,
    status_url: `${url}/status`,
    secret_env: 'DEPLOY_SECRET',
  };
}

/** As a worker leaves them behind: record and lease, in progress, and a job that asks again later. */
async function begin(socket: string, url: string, count: number): Promise<void> {
  const redis = new Redis({ path: socket });
  const connection = new Redis({ path: socket, maxRetriesPerRequest: null });
  const jobs = openQueues({ connection });
  for (let index = 0; index < count; index += 50) {
    const batch = Array.from({ length: Math.min(50, count - index) }, (_, offset) => index + offset);
    await Promise.all(
      batch.map(async (one) => {
        const environment = `env-${Math.floor(one / SERVICES.length)}`;
        const service = SERVICES[one % SERVICES.length] ?? '';
        const id = deploymentIdFor(environment, `bench-${one}`);
        const created = await createDeployment(redis, recordOf({ id, environment, service, url }));
        if (created.kind === 'leased') throw new Error(`${environment} ${service} is leased`);
        const { deployment } = created;
        await replaceDeployment(redis, deployment, {
          ...deployment,
          state: 'in_progress',
          run: id,
          startedAt: new Date(),
        });
        const data = { version: 1 as const, deployment: id, reference: 'bench' };
        await jobs.add('deployments', id, data, { delaySeconds: (one % 100) / 20, givesWay: true });
      }),
    );
  }
  await jobs.close();
  for (const one of [redis, connection]) one.disconnect();
}

interface Place {
  readonly id: string;
  readonly environment: string;
  readonly service: string;
  readonly url: string;
}

type Wanted = Parameters<typeof createDeployment>[1];

function recordOf({ id, environment, service, url }: Place): Wanted {
  const now = new Date();
  return Deployment.omit({ fence: true, revision: true }).parse({
    version: 1,
    id,
    environment,
    service,
    repository: 'acme/api',
    ref: SHA,
    sha: SHA,
    state: 'queued',
    requestedBy: 'U0ASHA',
    driver: 'webhook',
    driverOptions: driverOf(url),
    channel: 'C0REL',
    reference: 'bench',
    createdAt: now,
    updatedAt: now,
    intendedAt: now,
    attemptedAt: now,
  });
}

let commands = 0;

async function commandMs(webUrl: string, outside: Outside): Promise<number> {
  commands += 1;
  const started = outside.nextFresh();
  const begun = performance.now();
  const sha = commands.toString(16).padStart(40, 'c');
  const { body, headers } = signedCommand(SIGNING_SECRET, `fresh s0@${sha}`);
  const answer = await fetch(`${webUrl}/slack/events`, { method: 'POST', body, headers });
  if (answer.status !== 200) throw new Error(`the command was answered with ${answer.status}`);
  const took = (await started) - begun;
  await pause(150); // its end is not part of the next one
  return took;
}

async function several(ask: () => Promise<number>): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < COMMANDS; index += 1) samples.push(await ask());
  return samples;
}

function middle(samples: readonly number[]): number {
  return samples.toSorted((one, other) => one - other)[Math.floor(samples.length / 2)] ?? 0;
}

/** Resident memory by the kernel's word; 0 where there is no /proc. */
function memoryOf(pid = 0): number {
  try {
    const [, kib = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib) / 1_024;
  } catch {
    return 0;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
