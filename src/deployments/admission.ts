import * as z from 'zod';
import { ConflictError } from '../errors.ts';
import { parseStored } from '../redis/parse-stored.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { Deployment } from './deployment.ts';
import { Lease } from './lease.ts';
import { unleasedKey, indexKey, leasesKey, recordKey } from './keys.ts';
import { loadDeployment } from './store.ts';
import { noteBrokenGlass } from './unreviewed.ts';

/*
 * Records a deployment that waits: for its turn, or for approvals. It holds no lease. With a claim it is recorded only if
 * no other that has the claim waits.
 *
 *   KEYS[1]  record   KEYS[2]  index of the environment   KEYS[3]  those that hold no lease   KEYS[4]  the claim, if any
 *   ARGV[1]  id       ARGV[2]  record as JSON             ARGV[3]  time of creation in milliseconds
 *   ARGV[4]  service  ARGV[5]  for how many seconds it has the claim
 *
 *   Returns  {id, record}: of the same command's earlier run, if there was one; {id} of the other that has the claim
 */
const RECORD = defineScript(/* lua */ `
  local existing = redis.call('GET', KEYS[1])
  if existing then return { ARGV[1], existing } end
  if KEYS[4] then
    local other = redis.call('GET', KEYS[4])
    if other and redis.call('HEXISTS', KEYS[3], other) == 1 then return { other } end
    redis.call('SET', KEYS[4], ARGV[1], 'EX', ARGV[5])
  end
  redis.call('SET', KEYS[1], ARGV[2])
  redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
  redis.call('HSET', KEYS[3], ARGV[1], ARGV[4])
  return { ARGV[1], ARGV[2] }
`);

/*
 * Lets a deployment that waited go on: saves it, if nobody saved it since it was read, and takes its lease, both or
 * neither.
 *
 *   KEYS[1]  record   KEYS[2]  leases   KEYS[3]  fence counter   KEYS[4]  those that hold no lease
 *   ARGV[1]  revision that was read     ARGV[2]  service         ARGV[5]  id
 *   ARGV[3]  record as JSON, from behind the fence on
 *   ARGV[4]  lease as JSON, from behind the fence on
 *
 *   Returns  {'admitted', record}, {'leased', lease} when another runs, {'moved'} when somebody else saved it
 */
const ADMIT = defineScript(/* lua */ `
  local stored = redis.call('GET', KEYS[1])
  if not stored or cjson.decode(stored).revision ~= tonumber(ARGV[1]) then return {'moved', ''} end
  local lease = redis.call('HGET', KEYS[2], ARGV[2])
  if lease then return {'leased', lease} end
  local fence = redis.call('INCR', KEYS[3])
  local record = '{"fence":' .. fence .. ',' .. ARGV[3]
  redis.call('HSET', KEYS[2], ARGV[2], '{"fence":' .. fence .. ',' .. ARGV[4])
  redis.call('SET', KEYS[1], record)
  redis.call('HDEL', KEYS[4], ARGV[5])
  return {'admitted', record}
`);

/** Longer than a command is under way from looking at what waits until it is recorded. */
const CLAIM_SECONDS = 600;

/**
 * Records it without a lease. The same id again gives the record that is there. With a claim, another that got the same
 * one in the last minutes and still waits is given in place of it, and nothing is recorded.
 */
export async function recordDeployment(
  redis: RedisClient,
  wanted: Omit<Deployment, 'fence' | 'revision'>,
  claim?: string,
): Promise<Deployment> {
  const { environment, id, service, createdAt } = wanted;
  const json = JSON.stringify({ ...wanted, fence: 0, revision: 1 });
  await noteBrokenGlass(redis, wanted);
  const keys = [recordKey(id), indexKey(environment), unleasedKey(environment)];
  const [answered] = await Promise.all([
    RECORD(redis, claim === undefined ? keys : [...keys, `baton:{${environment}}:claim:${claim}`], [
      id,
      json,
      createdAt.getTime(),
      service,
      CLAIM_SECONDS,
    ]),
    redis.sadd('baton:environments', environment),
  ]);
  const [which, stored] = z.tuple([z.string(), z.string().optional()]).parse(answered);
  return stored === undefined ? loadDeployment(redis, which) : parseStored(Deployment, recordKey(id), stored);
}

export type Admitted =
  | { readonly kind: 'admitted'; readonly deployment: Deployment }
  | { readonly kind: 'leased'; readonly lease: Lease };

/** Saves `after` over `before` and takes its lease in one step. Throws ConflictError when it was saved in between. */
export async function admitDeployment(
  redis: RedisClient,
  before: Deployment,
  after: Deployment,
): Promise<Admitted> {
  const { environment, id, service, requestedBy, ref } = after;
  const rest = (value: object) => JSON.stringify(value).slice(1);
  const { fence: _none, ...unleased } = after;
  const lease = { deployment: id, requestedBy, ref, since: after.updatedAt };
  const keys = [
    recordKey(id),
    leasesKey(environment),
    `baton:{${environment}}:fence`,
    unleasedKey(environment),
  ];
  const next = { ...unleased, revision: before.revision + 1 };
  const args = [before.revision, service, rest(next), rest(lease), id];
  const [kind, json] = z
    .tuple([z.enum(['admitted', 'leased', 'moved']), z.string()])
    .parse(await ADMIT(redis, keys, args));
  if (kind === 'moved') throw new ConflictError(`Deployment ${id} has moved on from ${before.state}.`);
  if (kind === 'leased') return { kind, lease: parseStored(Lease, leasesKey(environment), json) };
  return { kind, deployment: parseStored(Deployment, recordKey(id), json) };
}
