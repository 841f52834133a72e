import * as z from 'zod';
import { ConflictError, NotFoundError } from '../errors.ts';
import { parseStored } from '../redis/parse-stored.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { Deployment, environmentOfDeployment, holdsNoLease, Live } from './deployment.ts';
import { unleasedKey, indexKey, leasesKey, liveKey, livesKey, recordKey } from './keys.ts';
import { Lease } from './lease.ts';
import { noteBrokenGlass } from './unreviewed.ts';

/*
 * Records a deployment and takes the lease for it, both or neither.
 *
 *   KEYS[1]  record           KEYS[2]  index of the environment
 *   KEYS[3]  leases           KEYS[4]  fence counter
 *   ARGV[1]  id               ARGV[2]  service
 *   ARGV[3]  record as JSON, from behind the fence on
 *   ARGV[4]  lease as JSON, from behind the fence on
 *   ARGV[5]  time of creation in milliseconds
 *
 *   Returns  {'created', record}, {'exists', record} for the same command again, {'leased', lease} when another runs
 */
const CREATE = defineScript(/* lua */ `
  local existing = redis.call('GET', KEYS[1])
  if existing then return {'exists', existing} end
  local lease = redis.call('HGET', KEYS[3], ARGV[2])
  if lease then return {'leased', lease} end
  local fence = redis.call('INCR', KEYS[4])
  local record = '{"fence":' .. fence .. ',' .. ARGV[3]
  redis.call('HSET', KEYS[3], ARGV[2], '{"fence":' .. fence .. ',' .. ARGV[4])
  redis.call('SET', KEYS[1], record)
  redis.call('ZADD', KEYS[2], ARGV[5], ARGV[1])
  return {'created', record}
`);

const CreateAnswer = z.tuple([z.enum(['created', 'exists', 'leased']), z.string()]);
/*
 * Saves a deployment only if nobody saved it since it was read; frees its lease and sets what is live in the same step.
 *
 *   KEYS[1]  record           KEYS[2]  leases          KEYS[3]  live
 *   KEYS[4]  those that hold no lease                  KEYS[5]  what was live, newest first
 *   ARGV[1]  revision that was read
 *   ARGV[2]  record as JSON   ARGV[3]  id              ARGV[4]  service
 *   ARGV[5]  '1' to free the lease, if it is this deployment's
 *   ARGV[6]  what is live from then on as JSON, '-' for nothing, or '' for what was; a deployment that lost its lease
 *            says nothing of it
 *   ARGV[7]  '1' when it waits without a lease      ARGV[8]  '1' when it is what has become live
 *
 *   Returns  1 when saved, 0 when somebody else was faster
 */
const REPLACE = defineScript(/* lua */ `
  local stored = redis.call('GET', KEYS[1])
  if not stored or cjson.decode(stored).revision ~= tonumber(ARGV[1]) then return 0 end
  redis.call('SET', KEYS[1], ARGV[2])
  if ARGV[7] == '1' then redis.call('HSET', KEYS[4], ARGV[3], ARGV[4]) else redis.call('HDEL', KEYS[4], ARGV[3]) end
  if ARGV[5] == '1' then
    local lease = redis.call('HGET', KEYS[2], ARGV[4])
    if lease and cjson.decode(lease).deployment == ARGV[3] then
      redis.call('HDEL', KEYS[2], ARGV[4])
      if ARGV[6] == '-' then redis.call('HDEL', KEYS[3], ARGV[4])
      elseif ARGV[6] ~= '' then redis.call('HSET', KEYS[3], ARGV[4], ARGV[6]) end
      if ARGV[8] == '1' then
        redis.call('LPUSH', KEYS[5], ARGV[6])
        redis.call('LTRIM', KEYS[5], 0, 49)
      end
    end
  end
  return 1
`);

export type Created =
  | { readonly kind: 'created' | 'exists'; readonly deployment: Deployment }
  | { readonly kind: 'leased'; readonly lease: Lease };

/** Records it and takes the lease of its service. The same id again gives the record that is there. */
export async function createDeployment(
  redis: RedisClient,
  wanted: Omit<Deployment, 'fence' | 'revision'>,
): Promise<Created> {
  const { environment, id, service, requestedBy, ref, createdAt } = wanted;
  const lease = { deployment: id, requestedBy, ref, since: createdAt };
  // What takes away is no deployment in the lists that people read.
  const index = wanted.kind === 'down' ? `baton:{${environment}}:teardowns` : indexKey(environment);
  const keys = [recordKey(id), index, leasesKey(environment), `baton:{${environment}}:fence`];
  const rest = (value: object) => JSON.stringify(value).slice(1);
  await noteBrokenGlass(redis, wanted);
  const args = [id, service, rest({ ...wanted, revision: 1 }), rest(lease), createdAt.getTime()];
  const [answer] = await Promise.all([
    CREATE(redis, keys, args),
    redis.sadd('baton:environments', environment),
  ]);
  const [kind, json] = CreateAnswer.parse(answer);
  if (kind === 'leased') return { kind, lease: parseStored(Lease, leasesKey(environment), json) };
  return { kind, deployment: parseStored(Deployment, recordKey(id), json) };
}

export interface Effect {
  readonly freeLease?: boolean;
  /** What is live from then on; null for nothing. */
  readonly live?: Live | null;
}

/** Saves `after` over `before`, with its next revision. Throws ConflictError when somebody saved it in between. */
export async function replaceDeployment(
  redis: RedisClient,
  before: Deployment,
  after: Deployment,
  { freeLease = false, live }: Effect = {},
): Promise<Deployment> {
  const { environment, id, service } = before;
  const next = { ...after, revision: before.revision + 1 };
  const saved = await REPLACE(
    redis,
    [
      recordKey(id),
      leasesKey(environment),
      liveKey(environment),
      unleasedKey(environment),
      livesKey(environment, service),
    ],
    [
      before.revision,
      JSON.stringify(next),
      id,
      service,
      freeLease ? '1' : '0',
      live === undefined ? '' : live === null ? '-' : JSON.stringify(live),
      holdsNoLease(next) ? '1' : '0',
      live?.deployment === id ? '1' : '0',
    ],
  );
  if (saved !== 1) throw new ConflictError(`Deployment ${id} has moved on from ${before.state}.`);
  return next;
}

export async function findDeployment(redis: RedisClient, id: string): Promise<Deployment | undefined> {
  if (environmentOfDeployment(id) === undefined) return undefined;
  const json = await redis.get(recordKey(id));
  return json === null ? undefined : parseStored(Deployment, recordKey(id), json);
}

/** Throws NotFoundError. */
export async function loadDeployment(redis: RedisClient, id: string): Promise<Deployment> {
  const deployment = await findDeployment(redis, id);
  if (deployment === undefined) throw new NotFoundError(`There is no deployment ${id}.`);
  return deployment;
}

export async function findLease(
  redis: RedisClient,
  environment: string,
  service: string,
): Promise<Lease | undefined> {
  const json = await redis.hget(leasesKey(environment), service);
  return json === null ? undefined : parseStored(Lease, leasesKey(environment), json);
}

/** The leases of an environment by service: what runs there now. */
export async function listLeases(redis: RedisClient, environment: string): Promise<Map<string, Lease>> {
  return readHash(redis, leasesKey(environment), Lease);
}

export async function findLive(
  redis: RedisClient,
  environment: string,
  service: string,
): Promise<Live | undefined> {
  const json = await redis.hget(liveKey(environment), service);
  return json === null ? undefined : parseStored(Live, liveKey(environment), json);
}

/** What is live on an environment, by service. */
export async function listLive(redis: RedisClient, environment: string): Promise<Map<string, Live>> {
  return readHash(redis, liveKey(environment), Live);
}

/** Every environment that was ever deployed to, also those that the configuration has lost. */
export async function listEnvironmentNames(redis: RedisClient): Promise<string[]> {
  return (await redis.smembers('baton:environments')).toSorted();
}

export interface Page {
  readonly environments: readonly string[];
  readonly limit: number;
  /** The cursor that an earlier page gave. */
  readonly before?: string | undefined;
}

/** Newest first over all the environments named. `next` is null on the last page. */
export async function listDeployments(
  redis: RedisClient,
  { environments, limit, before }: Page,
): Promise<{ items: Deployment[]; next: string | null }> {
  const [, beforeMs = '', beforeId = ''] = /^(\d+)\.(.+)$/.exec(before ?? '') ?? [];
  const lists = await Promise.all(
    environments.map((name) => idsBefore(redis, name, { limit, beforeMs, beforeId })),
  );
  const newest = lists.flat().toSorted(byAge).slice(0, limit);
  const records = await Promise.all(newest.map(({ id }) => findDeployment(redis, id)));
  const last = newest.at(-1);
  return {
    items: records.filter((record) => record !== undefined),
    next: newest.length === limit && last !== undefined ? `${last.ms}.${last.id}` : null,
  };
}

interface Indexed {
  readonly id: string;
  readonly ms: number;
}

async function idsBefore(
  redis: RedisClient,
  environment: string,
  { limit, beforeMs, beforeId }: { limit: number; beforeMs: string; beforeId: string },
): Promise<Indexed[]> {
  const from = beforeMs === '' ? '+inf' : beforeMs;
  // A few more than asked for: some may share the cursor's millisecond and lie before it.
  const found = await redis.zrevrangebyscore(
    indexKey(environment),
    from,
    '-inf',
    'WITHSCORES',
    'LIMIT',
    0,
    limit + 50,
  );
  const items = found.flatMap((id, index) => (index % 2 === 0 ? [{ id, ms: Number(found[index + 1]) }] : []));
  if (beforeMs === '') return items.toSorted(byAge);
  const cursor = { id: beforeId, ms: Number(beforeMs) };
  return items.filter((item) => byAge(cursor, item) < 0).toSorted(byAge);
}

function byAge(one: Indexed, other: Indexed): number {
  return other.ms - one.ms || (one.id < other.id ? 1 : one.id > other.id ? -1 : 0);
}

async function readHash<Value extends z.ZodType>(
  redis: RedisClient,
  key: string,
  schema: Value,
): Promise<Map<string, z.infer<Value>>> {
  const stored = await redis.hgetall(key);
  return new Map(Object.entries(stored).map(([field, json]) => [field, parseStored(schema, key, json)]));
}
