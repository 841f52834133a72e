import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import { StartError } from '../errors.ts';
import type { RedisClient } from './script.ts';
import { parseRedisUrl, type RedisAddress, type RedisNode } from './url.ts';

/**
 * `fast` answers or fails within about 1.5 s and sends nothing twice: for the web role, which has three seconds.
 * `patient` waits for Redis however long it takes, and sends together what is asked for at the same moment: for what
 * workers read and save. `taking` is patient and sends each command by itself: for jobs.
 */
export type RedisUse = 'fast' | 'patient' | 'taking';

/** Oldest Redis that has every command used here and in BullMQ. */
const OLDEST = [6, 2] as const;

/**
 * Connects to the Redis that `url` names, in the background, and stays connected until told to disconnect. Errors go
 * to the log, never to the process. Throws a StartError for a URL that cannot be read.
 */
export function connectRedis(url: string, use: RedisUse, log: Logger): RedisClient {
  const redis = createClient(parseRedisUrl(url), use);
  // Only its message: ioredis hangs the command on the error, and the first command carries the password.
  redis.on('error', (error: Error) => log.warn({ reason: error.message, use }, 'Redis does not answer'));
  return redis;
}

/** Resolves when Redis takes commands; after `seconds` rejects with a StartError that gives the last reason. */
export async function waitForRedis(redis: RedisClient, seconds: number): Promise<void> {
  let reason = 'no answer';
  const keepReason = (error: Error) => {
    reason = error.message;
  };
  redis.on('error', keepReason);
  const begin = performance.now();
  try {
    while (redis.status !== 'ready') {
      if (performance.now() - begin > seconds * 1_000) {
        throw new StartError(`Redis (the one of REDIS_URL, else Baton's own) does not answer: ${reason}`);
      }
      await sleep(10);
    }
    if (redis instanceof Cluster) await Promise.all(redis.nodes('all').map((node) => node.ping()));
  } finally {
    redis.off('error', keepReason);
  }
}

/**
 * Refuses, by a StartError, a Redis that may evict keys when its memory is full, or that is too old. `INFO` is
 * allowed where managed Redis forbids `CONFIG`. Needs a connection that is ready (`waitForRedis`).
 */
export async function checkRedisPolicy(redis: RedisClient): Promise<void> {
  const servers = redis instanceof Cluster ? redis.nodes('master') : [redis];
  for (const server of servers) {
    const info = await server.info();
    const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
    if (policy !== undefined && policy !== 'noeviction') {
      throw new StartError(
        `Redis must run with maxmemory-policy noeviction; with ${policy} it may drop locks and queued jobs`,
      );
    }
    const version = /^redis_version:(\d+)\.(\d+)/m.exec(info);
    const [major, minor] = [Number(version?.[1] ?? OLDEST[0]), Number(version?.[2] ?? OLDEST[1])];
    if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
      throw new StartError(
        `Redis must be version ${OLDEST.join('.')} or later, this one is ${major}.${minor}`,
      );
    }
  }
}

function createClient(address: RedisAddress, use: RedisUse): RedisClient {
  const { username, password } = address;
  const common: Behaviour = {
    ...behaviour(use),
    ...(username && { username }),
    ...(password && { password }),
  };
  if (address.kind === 'cluster') return createCluster(address.nodes, common, use);
  const options = { ...common, db: address.db };
  switch (address.kind) {
    case 'tcp':
      return new Redis({ ...options, ...address.node, ...(address.tls && { tls: {} }) });
    case 'unix':
      return new Redis({ ...options, path: address.path });
    case 'sentinel':
      return new Redis({
        ...options,
        ...WITH_SENTINELS,
        sentinels: [...address.sentinels],
        name: address.name,
      });
    default:
      throw new StartError('REDIS_URL has an unknown scheme');
  }
}

type Behaviour = ReturnType<typeof behaviour> & { username?: string; password?: string };

function behaviour(use: RedisUse) {
  const fast = use === 'fast';
  return {
    connectTimeout: fast ? 1_500 : 5_000,
    disconnectTimeout: 500,
    // A link that broke without a word is noticed by silence; BullMQ's longest blocking read is 10 s.
    socketTimeout: fast ? 5_000 : 30_000,
    enableOfflineQueue: !fast,
    // 0: what is under way fails when the connection closes. null: it waits.
    maxRetriesPerRequest: fast ? 0 : null,
    // What was given up must not take effect later.
    autoResendUnfulfilledCommands: !fast,
    ...(fast && { commandTimeout: 1_500 }),
    enableAutoPipelining: use === 'patient',
    maxLoadingRetryTime: 1_000,
    retryStrategy: (times: number) => Math.min(50 * 2 ** Math.min(times, 10), fast ? 1_000 : 2_000),
    // After a failover the old primary refuses writes: look for the new one. 2 also sends the refused command again.
    reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? (fast ? 1 : 2) : false),
  } satisfies RedisOptions;
}

const WITH_SENTINELS = {
  sentinelRetryStrategy: (times: number) => Math.min(times * 50, 1_000),
  sentinelCommandTimeout: 1_500,
  // Tells of a failover at once, where a connection to the old primary stays open.
  failoverDetector: true,
} satisfies RedisOptions;

function createCluster(nodes: readonly RedisNode[], common: Behaviour, use: RedisUse): Cluster {
  const { retryStrategy, enableOfflineQueue, ...redisOptions } = common;
  const cluster = new Cluster([...nodes], {
    redisOptions,
    enableOfflineQueue,
    clusterRetryStrategy: retryStrategy,
    slotsRefreshTimeout: 1_500,
    // A command whose connection broke may have been carried out: only the patient ask again.
    ...(use === 'fast' && { retryDelayOnFailover: 0, retryDelayOnClusterDown: 0 }),
  });
  // The fast refuse what would have to wait for a node's first connection: make it before it is needed.
  cluster.on('+node', (node: Redis) => void node.connect().catch(() => undefined));
  return cluster;
}
