import { ConflictError } from '../errors.ts';
import { parseStored } from '../redis/parse-stored.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { type PullRequestName, RemoteDeploy } from './remote-deploy.ts';

/*
 * Saves a remote deploy only if nobody saved it since it was read.
 *
 *   KEYS[1]  record
 *   ARGV[1]  revision that was read, 0 for none     ARGV[2]  record as JSON
 *
 *   Returns  1 when saved, 0 when somebody else was faster
 */
const REPLACE = defineScript(/* lua */ `
  local stored = redis.call('GET', KEYS[1])
  local revision = 0
  if stored then revision = cjson.decode(stored).revision end
  if revision ~= tonumber(ARGV[1]) then return 0 end
  redis.call('SET', KEYS[1], ARGV[2])
  return 1
`);

/** What is known of a pull request's own environment. Throws UnreadableError for what does not parse. */
export async function findRemote(
  redis: RedisClient,
  repository: string,
  number: number,
): Promise<RemoteDeploy | undefined> {
  const key = remoteKey({ repository, number });
  const json = await redis.get(key);
  return json === null ? undefined : parseStored(RemoteDeploy, key, json);
}

/** Saves `after` with its next revision. Throws ConflictError when somebody saved it since `after` was read. */
export async function saveRemote(redis: RedisClient, after: RemoteDeploy): Promise<RemoteDeploy> {
  const next = { ...after, revision: after.revision + 1 };
  await redis.sadd('baton:remote-deploys', nameOf(after)); // first: what is recorded is listed
  const saved = await REPLACE(redis, [remoteKey(after)], [after.revision, JSON.stringify(next)]);
  if (saved === 1) {
    if (next.state === 'down') await redis.srem('baton:remote-deploys', nameOf(after));
    return next;
  }
  throw new ConflictError(`The remote deploy of ${after.repository}#${after.number} has moved on.`);
}

/** What is known of each pull request that has an environment of its own or wants one; unreadable ones left out. */
export async function listRemotes(redis: RedisClient): Promise<RemoteDeploy[]> {
  const names = await redis.smembers('baton:remote-deploys');
  const found = await Promise.all(
    names.toSorted().map(async (name) => {
      const [repository = '', number = ''] = name.split('#');
      return findRemote(redis, repository, Number(number)).catch(() => undefined);
    }),
  );
  return found.filter((remote) => remote !== undefined);
}

export function nameOf({ repository, number }: PullRequestName): string {
  return `${repository}#${number}`;
}

/** All keys of one pull request share its name as hash tag; repositories are compared without regard to case. */
export function remoteKey({ repository, number }: PullRequestName): string {
  return `baton:{${repository.toLowerCase()}#${number}}:remote`;
}

/** The environments of pull requests that something is up on, or may be; those of two repositories may share one. */
export async function listRemoteEnvironments(redis: RedisClient): Promise<string[]> {
  const remotes = (await listRemotes(redis)).filter((remote) => remote.deployment !== null || remote.mayBeUp);
  const numbers = new Map(remotes.map(({ number, environment }) => [number, environment]));
  return [...numbers].toSorted(([one], [other]) => one - other).map(([, environment]) => environment);
}
