import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import type { Config } from '../../src/config/schema.ts';
import type { Context } from '../../src/context.ts';
import { forgetfulMemory } from '../../src/redis/memory.ts';
import type { Person } from '../../src/people/person.ts';
import type { Slack } from '../../src/slack/client.ts';
import { testConfig } from './config.ts';

export const NOON = new Date('2030-01-15T12:00:00Z');

const connections: Redis[] = [];

/** To be called by each test file that uses contexts: `afterEach(closeContexts)`. */
export function closeContexts(): void {
  const open = connections.splice(0).filter(({ status }) => status !== 'end');
  for (const redis of open) redis.disconnect();
}

/** Real Redis with a prefix of its own. */
export function testRedis(prefix = `${randomUUID()}:`): Redis {
  const path = process.env['BATON_TEST_REDIS'];
  if (path === undefined) throw new Error('Tests need the Redis that jest.config.mjs starts');
  const redis = new Redis({ path, keyPrefix: prefix, maxRetriesPerRequest: null });
  connections.push(redis);
  return redis;
}

export interface Queued {
  readonly queue: string;
  readonly id: string;
  readonly data: unknown;
}

export interface TestContext extends Context {
  config: Config;
  /** What was put on the queues, each id once. */
  readonly queued: Queued[];
  now: () => Date;
}

/** A context over real Redis, with a stopped clock, a Slack that knows a few people, and queues that only record. */
export function testContext(overrides: Partial<Context> = {}): TestContext {
  const queued: Queued[] = [];
  return {
    config: testConfig(),
    configDigest: 'c0f16'.padEnd(64, '0'),
    redis: testRedis(),
    memory: forgetfulMemory(),
    jobs: {
      add: async (queue, id, data) => {
        if (!queued.some((job) => job.queue === queue && job.id === id)) queued.push({ queue, id, data });
      },
    },
    slack: testSlack(),
    github: undefined,
    mail: undefined,
    driverTools: {
      github: undefined,
      fetch,
      secret: () => 'test-secret',
      runsFolder: join(tmpdir(), `baton-runs-${randomUUID()}`),
      place: 'test-host',
      batonUrl: 'http://127.0.0.1:3000',
      redact: (text) => text,
      now: () => NOON,
    },
    log: pino({ level: 'silent' }),
    redact: (text) => text.replaceAll('test-secret', '[redacted]'),
    now: () => NOON,
    async storeNow() {
      return this.now(); // also of a copy
    },
    ...overrides,
    queued,
  };
}

export const PEOPLE: Record<string, Person> = {
  U0ASHA: person({ id: 'U0ASHA', name: 'asha', timezone: 'Asia/Kolkata' }),
  U0BEN: person({ id: 'U0BEN', name: 'ben', timezone: 'America/Los_Angeles' }),
  U0CLEO: person({ id: 'U0CLEO', name: 'cleo' }),
  U0GUEST: person({ id: 'U0GUEST', name: 'guest', barred: 'guest' }),
};

export function person(overrides: Partial<Person> & { id: string }): Person {
  return { team: 'T0ACME', name: 'somebody', timezone: 'UTC', barred: null, ...overrides };
}

function testSlack(): Slack {
  return {
    post: jest.fn<Slack['post']>(async (channel) => ({ channel, ts: '1.000001' })),
    update: jest.fn<Slack['update']>(async () => undefined),
    postEphemeral: jest.fn<Slack['postEphemeral']>(async () => undefined),
    respond: jest.fn<Slack['respond']>(async () => undefined),
    openModal: jest.fn<Slack['openModal']>(async () => undefined),
    openDirectMessage: jest.fn<Slack['openDirectMessage']>(async (user) => `D${user}`),
    findPerson: jest.fn<Slack['findPerson']>(async (user) => PEOPLE[user]),
    listGroupMembers: jest.fn<Slack['listGroupMembers']>(async () => []),
  };
}
