import * as z from 'zod';
import { parseStored } from '../redis/parse-stored.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { Deployment, type Live } from './deployment.ts';
import { indexKey, leasesKey, liveKey, recordKey } from './keys.ts';

/*
 * Records a deployment that was found outside; what the store has of it stays.
 *
 *   KEYS[1]  record     KEYS[2]  index of the environment     KEYS[3]  leases     KEYS[4]  live
 *   ARGV[1]  id         ARGV[2]  record as JSON               ARGV[3]  time of creation in milliseconds
 *   ARGV[4]  service    ARGV[5]  fence
 *   ARGV[6]  lease as JSON, or '': taken over from a lower fence, with a new record only
 *   ARGV[7]  live as JSON, or ''     ARGV[8]  what was live as JSON when that was decided, or ''
 *
 *   Returns  the record as it stands
 */
const ADOPT = defineScript(/* lua */ `
  local record = redis.call('GET', KEYS[1])
  if not record then
    record = ARGV[2]
    redis.call('SET', KEYS[1], record)
    redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
    if ARGV[6] ~= '' then
      local lease = redis.call('HGET', KEYS[3], ARGV[4])
      if not lease or cjson.decode(lease).fence < tonumber(ARGV[5]) then
        redis.call('HSET', KEYS[3], ARGV[4], ARGV[6])
      end
    end
  end
  if ARGV[7] ~= '' and (redis.call('HGET', KEYS[4], ARGV[4]) or '') == ARGV[8] then
    redis.call('HSET', KEYS[4], ARGV[4], ARGV[7])
  end
  return record
`);

export interface Adoption {
  /** It may be running, so it takes the lease. */
  readonly lease: boolean;
  /** What is live from then on, unless something else has become so since `before` was read. */
  readonly live?: { readonly now: Live; readonly before: string };
}

/** Records what was found outside, its lease and what is live in one step. Safe to repeat and at once: the first counts. */
export async function adoptDeployment(
  redis: RedisClient,
  found: Deployment,
  { lease, live }: Adoption,
): Promise<Deployment> {
  const { id, environment, service, fence, requestedBy, ref, createdAt } = found;
  const keys = [recordKey(id), indexKey(environment), leasesKey(environment), liveKey(environment)];
  const held = { fence, deployment: id, requestedBy, ref, since: createdAt };
  const [stored] = await Promise.all([
    ADOPT(redis, keys, [
      id,
      JSON.stringify(found),
      createdAt.getTime(),
      service,
      fence,
      lease ? JSON.stringify(held) : '',
      live === undefined ? '' : JSON.stringify(live.now),
      live?.before ?? '',
    ]),
    redis.sadd('baton:environments', environment),
  ]);
  return parseStored(Deployment, recordKey(id), z.string().parse(stored));
}

/** What is stored as live, as it stands, '' for nothing: for `Adoption.live.before`. */
export async function readLiveText(
  redis: RedisClient,
  environment: string,
  service: string,
): Promise<string> {
  return (await redis.hget(liveKey(environment), service)) ?? '';
}
