import { randomUUID } from 'node:crypto';
import { environmentOfDeployment } from '../deployments/deployment.ts';
import { ConflictError } from '../errors.ts';
import { parseStored } from '../redis/parse-stored.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { Report } from './report.ts';

/** Long after the last change: should GitHub be told again even then, its own list is looked at first. */
const KEEP_SECONDS = 90 * 86_400;

/** Longer than the requests of one turn take when each runs into its time-out. */
const TURN_MS = 120_000;

/*
 * Lets one job at a time tell GitHub about a deployment. A job that runs again takes the turn from its earlier run.
 *
 *   KEYS[1]  turn
 *   ARGV[1]  what all turns of the job begin with     ARGV[2]  turn     ARGV[3]  time to live, in milliseconds
 *
 *   Returns  1 when taken, 0 when it is another job's
 */
const TAKE_TURN = defineScript(/* lua */ `
  local holder = redis.call('GET', KEYS[1])
  if holder and string.sub(holder, 1, #ARGV[1]) ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1
`);

/*
 * Saves what GitHub has been told, for the run whose turn it is.
 *
 *   KEYS[1]  turn        KEYS[2]  report
 *   ARGV[1]  turn        ARGV[2]  report as JSON       ARGV[3]  seconds to keep it
 *
 *   Returns  1 when saved, 0 when it is another run's turn by now
 */
const SAVE = defineScript(/* lua */ `
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3])
  return 1
`);

/*
 * Ends a turn, if it is still this run's.
 *
 *   KEYS[1]  turn
 *   ARGV[1]  turn
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
  return json === null ? undefined : parseStored(Report, reportKey(deployment), json);
}

/**
 * To be called before each request too: a process that was frozen must not wake up and tell GitHub an old state.
 * Throws ConflictError when another run of the job has taken the turn.
 */
export async function saveReport(redis: RedisClient, turn: Turn, report: Report): Promise<void> {
  const { deployment, token } = turn;
  const keys = [turnKey(deployment), reportKey(deployment)];
  const saved = await SAVE(redis, keys, [token, JSON.stringify(report), KEEP_SECONDS]);
  if (saved !== 1) throw new ConflictError(`Another run tells GitHub of deployment ${deployment} by now.`);
}

/** One run of one job that tells GitHub about a deployment. */
export interface Turn {
  readonly deployment: string;
  readonly token: string;
}

/** The turn when the job may tell GitHub about the deployment now, and must end it; undefined while another one may. */
export async function takeTurn(
  redis: RedisClient,
  deployment: string,
  job: string,
): Promise<Turn | undefined> {
  const token = `${job} ${randomUUID()}`;
  const taken = await TAKE_TURN(redis, [turnKey(deployment)], [`${job} `, token, TURN_MS]);
  return taken === 1 ? { deployment, token } : undefined;
}

export async function endTurn(redis: RedisClient, { deployment, token }: Turn): Promise<void> {
  await END_TURN(redis, [turnKey(deployment)], [token]);
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
