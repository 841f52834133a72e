import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { type Jobs, MAX_COMMAND_TEXT } from '../jobs.ts';
import type { RedisClient } from '../redis/script.ts';
import type { Slack } from './client.ts';
import type { CommandRequest } from './request.ts';
import { isResponseUrl } from './response-url.ts';
import { isQueuedAfterAll, revokeCommand } from './revoked.ts';

/** What became of a request: `not_queued` when the person was told so, `refused` with 4xx, `failed` with 500. */
export type AckOutcome = 'queued' | 'not_queued' | 'ignored' | 'refused' | 'failed';

/** What the web role needs to take commands. */
export interface Intake {
  readonly jobs: Jobs;
  /** The very connection that `jobs` writes on (see revokeCommand). */
  readonly redis: RedisClient;
  readonly slack: Pick<Slack, 'respond'>;
  /** Base of Slack's Web API, ends in `/`. */
  readonly slackApiUrl: string;
  readonly log: Logger;
  readonly now: Clock;
}

/** Slack gives up after three seconds; the rest is for the answer's way. */
const QUEUE_WITHIN_MS = 1_800;

/**
 * Puts the command on the queue, durably and once however often the same request comes. Returns undefined, or what
 * to tell the person when it was not taken: then it will not run.
 */
export async function takeCommand(intake: Intake, given: CommandRequest): Promise<string | undefined> {
  const text = given.text.slice(0, MAX_COMMAND_TEXT);
  const responseUrl = usableResponseUrl(intake, given);
  const request = { ...given, text, responseUrl };
  const { id, reference, kind, user, channel } = request;
  try {
    await addInTime(intake, request);
    intake.log.info({ reference, kind, user, channel, job: id }, 'command queued');
    return undefined;
  } catch (error) {
    void revokeCommand(intake.redis, id, intake.log);
    intake.log.error({ err: error, reference, job: id }, 'command not queued');
    const outage = `Baton cannot reach its store just now, so nothing was done. Please try again in a minute. Reference: ${reference}`;
    return refuse(intake, request, outage);
  }
}

async function addInTime(intake: Intake, { id, ...request }: CommandRequest): Promise<void> {
  const deadline = performance.now() + QUEUE_WITHIN_MS;
  const wentOut = intake.redis.status === 'ready';
  try {
    const job = { version: 1 as const, ...request, receivedAt: intake.now() };
    await before(deadline, intake.jobs.add('commands', id, job));
  } catch (error) {
    if (!wentOut || !(await arrived(intake.redis, id, deadline))) throw error;
  }
}

/**
 * Whether the command is queued although its connection broke: what was on its way may arrive, and run at once. Asks
 * on the next connection while there is time.
 */
async function arrived(redis: RedisClient, id: string, deadline: number): Promise<boolean> {
  while (performance.now() < deadline) {
    try {
      return await before(deadline, isQueuedAfterAll(redis, id));
    } catch {
      await sleep(20);
    }
  }
  return false;
}

async function before<Value>(deadline: number, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const ms = Math.max(0, deadline - performance.now());
    timer = setTimeout(() => reject(new Error('Redis did not answer in time')), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** For a click Slack ignores what stands in the HTTP answer, so the words also go to its response_url. */
function refuse(
  { slack, log }: Intake,
  { kind, responseUrl, reference }: CommandRequest,
  text: string,
): string {
  if (kind === 'clicked' && responseUrl !== '') {
    slack
      .respond(responseUrl, { text, blocks: [] })
      .catch((error: unknown) => log.warn({ err: error, reference }, 'the person could not be told'));
  }
  return text;
}

function usableResponseUrl({ slackApiUrl, log }: Intake, { responseUrl, reference }: CommandRequest): string {
  if (responseUrl === '' || isResponseUrl(responseUrl, slackApiUrl)) return responseUrl;
  log.warn({ reference }, 'response_url dropped: its host is not Slack');
  return '';
}
