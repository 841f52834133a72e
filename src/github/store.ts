import { environmentOfDeployment } from '../deployments/deployment.ts';
import { UnreadableError } from '../errors.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { Report } from './report.ts';

/** Long after the last change: should GitHub be told again even then, its own list is looked at first. */
const KEEP_SECONDS = 90 * 86_400;

/** Longer than the requests of one turn take when each runs into its time-out. */
const TURN_MS = 120_000;

/*
 * Lets one job at a time tell GitHub about a deployment. A job that runs again takes its own turn back.
 *
 *   KEYS[1]  turn
 *   ARGV[1]  job         ARGV[2]  time to live, in milliseconds
 *
 *   Returns  1 when taken, 0 when it is another job's
 */
const TAKE_TURN = defineScript(/* lua */ `
  local holder = redis.call('GET', KEYS[1])
  if holder and holder ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
  return 1
`);

/*
 * Ends a turn, if it is still this job's.
 *
 *   KEYS[1]  turn
 *   ARGV[1]  job
 */
const END_TURN = defineScript(/* lua */ `
  if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
`);

/*
 * Notes the fence of a success that GitHub is told of, and answers the highest one of the service so far.
 *
 *   KEYS[1]  fences by service
 *   ARGV[1]  service     ARGV[2]  fence
 *
 *   Returns  the highest fence
 */
const NOTE_SUCCESS = defineScript(/* lua */ `
  local highest = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0)
  if tonumber(ARGV[2]) <= highest then return highest end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  return tonumber(ARGV[2])
`);

/** Throws UnreadableError for a value that does not parse. */
export async function findReport(redis: RedisClient, deployment: string): Promise<Report | undefined> {
  const json = await redis.get(reportKey(deployment));
  if (json === null) return undefined;
  try {
    return Report.parse(JSON.parse(json));
  } catch (error) {
    throw new UnreadableError(reportKey(deployment), error);
  }
}

export async function saveReport(redis: RedisClient, deployment: string, report: Report): Promise<void> {
  await redis.set(reportKey(deployment), JSON.stringify(report), 'EX', KEEP_SECONDS);
}

/** True when the job may tell GitHub about the deployment now; it must end its turn. */
export async function takeTurn(redis: RedisClient, deployment: string, job: string): Promise<boolean> {
  return (await TAKE_TURN(redis, [turnKey(deployment)], [job, TURN_MS])) === 1;
}

export async function endTurn(redis: RedisClient, deployment: string, job: string): Promise<void> {
  await END_TURN(redis, [turnKey(deployment)], [job]);
}

/** True when GitHub has already been told of the success of a later deployment of the service. */
export async function isOvertaken(
  redis: RedisClient,
  { environment, service, fence }: { environment: string; service: string; fence: number },
): Promise<boolean> {
  const highest = await NOTE_SUCCESS(redis, [`baton:{${environment}}:reported`], [service, fence]);
  return Number(highest) > fence;
}

const reportKey = (id: string) => `baton:{${environmentOfDeployment(id)}}:report:${id}`;
const turnKey = (id: string) => `${reportKey(id)}:turn`;
