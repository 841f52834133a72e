import { Redis } from 'ioredis';
import { pino } from 'pino';
import { Config } from '../src/config/schema.ts';
import { Deployment, deploymentIdFor, type DeploymentState } from '../src/deployments/deployment.ts';
import { unleasedKey, indexKey, leasesKey, recordKey } from '../src/deployments/keys.ts';
import { collectFacts } from '../src/handoffs/facts.ts';
import { contentOf } from '../src/handoffs/items.ts';
import { forgetfulMemory } from '../src/redis/memory.ts';
import { median } from './load.ts';
import { startRedis, temporaryFolder } from './processes.ts';

const ROUNDS = 200;
const WARM_UP = 20;
const FEW = 100;
const MANY = 100_000;
const AT_ONCE = 1_000;
const SERVICES = 20;
/** Of the past deployments, so many are of the day that the digest tells. */
const OF_TODAY = 60;
const DAY = 86_400_000;
const NOW = new Date('2026-11-23T13:00:00Z');

const services = Array.from({ length: SERVICES }, (_, index) => `service-${index}`);

export interface DigestResult {
  readonly fewMs: number;
  readonly manyMs: number;
  /** How many open items and ended deployments each of the two told: the same. */
  readonly told: number;
}

/**
 * Building what a digest says with few and with many past deployments: the same day, the same open items, by turns on
 * one Redis of two databases.
 */
export async function measureDigest(): Promise<DigestResult> {
  const folder = temporaryFolder();
  const redis = await startRedis(folder.path);
  const few = new Redis({ path: redis.socket, db: 1, maxRetriesPerRequest: null });
  const many = new Redis({ path: redis.socket, db: 2, maxRetriesPerRequest: null });
  await fill(few, FEW);
  await fill(many, MANY);
  const build = { few: builder(few), many: builder(many) };
  const took = { few: new Array<number>(), many: new Array<number>() };
  let told = 0;
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    // Whichever comes second finds the processor as the first has left it, so they take turns at it.
    const isFewFirst = round % 2 === 0;
    const early = await (isFewFirst ? build.few : build.many)();
    const late = await (isFewFirst ? build.many : build.few)();
    const [one, other] = isFewFirst ? [early, late] : [late, early];
    if (one.told !== other.told) throw new Error(`the digests differ: ${one.told} and ${other.told}`);
    told = one.told;
    if (round < WARM_UP) continue; // warms up
    took.few.push(one.ms);
    took.many.push(other.ms);
  }
  few.disconnect();
  many.disconnect();
  await redis.stop();
  folder.remove();
  return { fewMs: median(took.few), manyMs: median(took.many), told };
}

function builder(redis: Redis): () => Promise<{ ms: number; told: number }> {
  const refuse = async () => Promise.reject(new Error('nothing is asked of it here'));
  const ctx: Parameters<typeof collectFacts>[0] = {
    config: configuration(),
    configDigest: '',
    redis,
    memory: forgetfulMemory(),
    jobs: { add: refuse },
    slack: {
      post: refuse,
      update: refuse,
      postEphemeral: refuse,
      respond: refuse,
      openModal: refuse,
      openDirectMessage: refuse,
      findPerson: refuse,
      listGroupMembers: refuse,
    },
    github: undefined,
    mail: undefined,
    driverTools: {
      github: undefined,
      fetch,
      secret: () => '',
      runsFolder: '',
      place: 'bench',
      batonUrl: '',
      redact: (text) => text,
      now: () => NOW,
    },
    log: pino({ level: 'silent' }),
    redact: (text) => text,
    now: () => NOW,
    storeNow: async () => NOW,
  };
  const span = { since: before(DAY), at: NOW, until: new Date(NOW.getTime() + DAY) };
  return async () => {
    const begin = performance.now();
    const content = contentOf(
      await collectFacts(ctx, { span, from: 'bengaluru', to: 'us', notesOf: ['bengaluru'] }),
    );
    return { ms: performance.now() - begin, told: content.items.length + content.ended.length };
  };
}

/** The day's deployments and the open ones are the same; all others lie before, ten a day. */
async function fill(redis: Redis, past: number): Promise<void> {
  const open: Deployment[] = [
    record('open-queued', { state: 'awaiting_approval', service: 'service-0', createdAt: before(90 * DAY) }),
    record('open-waiting', { state: 'waiting', service: 'service-1', createdAt: before(90 * DAY) }),
    record('open-unknown', { state: 'unknown', service: 'service-2', createdAt: before(90 * DAY) }),
    record('open-running', { state: 'in_progress', service: 'service-3', createdAt: before(DAY / 24) }),
  ];
  const ended = Array.from({ length: past }, (_, index) => {
    const today = index < OF_TODAY;
    const age = today ? (index + 1) * 10 * 60_000 : 3 * DAY + (index * DAY) / 10;
    const state = index % 7 === 0 ? 'failure' : 'success';
    const service = services[index % SERVICES] ?? '';
    return record(`past-${index}`, { state, service, createdAt: before(age) });
  });
  const all = [...open, ...ended];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    const pipeline = redis.pipeline();
    for (const one of all.slice(from, from + AT_ONCE)) {
      pipeline.set(recordKey(one.id), JSON.stringify(one));
      pipeline.zadd(indexKey('staging'), one.createdAt.getTime(), one.id);
    }
    await pipeline.exec();
  }
  for (const { id, service, state, createdAt: since } of open) {
    if (state === 'awaiting_approval' || state === 'waiting')
      await redis.hset(unleasedKey('staging'), id, service);
    else {
      const lease = { deployment: id, fence: 1, requestedBy: 'U0ASHA', ref: 'main', since };
      await redis.hset(leasesKey('staging'), service, JSON.stringify(lease));
    }
  }
  await redis.sadd('baton:environments', 'staging');
}

function record(
  name: string,
  about: { readonly state: DeploymentState; readonly service: string; readonly createdAt: Date },
): Deployment {
  const { state, createdAt } = about;
  const isOver = state === 'success' || state === 'failure';
  return Deployment.parse({
    version: 1,
    id: deploymentIdFor('staging', name),
    revision: 3,
    environment: 'staging',
    repository: 'acme/shop',
    ref: 'main',
    sha: 'b'.repeat(40),
    title: 'Make the checkout faster',
    reason: state === 'failure' ? 'driver_failed' : null,
    fence: 1,
    requestedBy: 'U0ASHA',
    driver: 'command',
    driverOptions: { type: 'command', argv: ['./deploy'] },
    channel: 'C0STG',
    reference: 'abcd1234',
    updatedAt: createdAt,
    startedAt: createdAt,
    endedAt: isOver ? createdAt : null,
    ...about,
  });
}

function before(ms: number): Date {
  return new Date(NOW.getTime() - ms);
}

function configuration(): Config {
  return Config.parse({
    slack: { workspace: 'T0ACME', channels: { releases: 'C0REL' } },
    people: [
      { name: 'Asha', slack: 'U0ASHA', site: 'bengaluru' },
      { name: 'Ben', slack: 'U0BEN', site: 'us' },
    ],
    roles: { deployer: ['U0ASHA'] },
    services: Object.fromEntries(services.map((name) => [name, { repository: `acme/${name}` }])),
    environments: { staging: { services, driver: { type: 'command', argv: ['true'] } } },
    sites: {
      bengaluru: { timezone: 'Asia/Kolkata', hours: '09:30-18:30', days: 'mon-fri' },
      us: { timezone: 'America/Los_Angeles', hours: '09:00-17:30', days: 'mon-fri' },
    },
    handoffs: [{ from: 'bengaluru', to: 'us', at: '18:30', channel: 'C0HAND' }],
  });
}
