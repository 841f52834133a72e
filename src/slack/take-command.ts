import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { type Jobs, MAX_COMMAND_TEXT } from '../jobs.ts';
import type { RedisClient } from '../redis/script.ts';
import { within } from '../within.ts';
import { wasNotTaken, wasTakenAfterAll } from '../views/error.ts';
import { type Claim, isRevoked, revokeCommand } from './claim.ts';
import type { Slack } from './client.ts';
import type { Modal } from './modal.ts';
import { afterRefusal, type CommandRequest } from './request.ts';
import { isResponseUrl } from './response-url.ts';

/** What became of a request: `not_queued` when the person was told so, `refused` with 4xx, `failed` with 500. */
export type AckOutcome = 'queued' | 'not_queued' | 'ignored' | 'refused' | 'failed';

/** What the web role needs to take commands. */
export interface Intake {
  readonly jobs: Jobs;
  /** The very connection that `jobs` writes on (see revokeCommand). */
  readonly redis: RedisClient;
  readonly slack: Pick<Slack, 'respond' | 'openModal'>;
  /** The modal in which a command asks for what it lacks. */
  readonly modalFor?: (request: CommandRequest) => Modal | undefined;
  /** Base of Slack's Web API, ends in `/`. */
  readonly slackApiUrl: string;
  readonly log: Logger;
  readonly now: Clock;
}

/** Slack gives up after three seconds; the rest is for the answer's way. */
const QUEUE_WITHIN_MS = 1_800;
const REVOKE_WITHIN_MS = 300;
const MODAL_WITHIN_SECONDS = 1;
const REPEAT_AFTER_MS = 150;

interface Refused {
  /** Of a modal: the time that was refused. */
  readonly submission: string | undefined;
  /** The id under which it was refused. */
  readonly as: string;
}

/** The commands that this process refused last, by their ids: only they need a look at what became of their revocation. */
const refusedHere = new Map<string, Refused>();
const REFUSED_KEPT = 10_000;

/**
 * Puts the command on the queue, durably and once however often the same request comes. Returns undefined, or what
 * to tell the person when it was not taken: then it will not run, or they hear afterwards that it does.
 */
export async function takeCommand(intake: Intake, given: CommandRequest): Promise<string | undefined> {
  const text = given.text.slice(0, MAX_COMMAND_TEXT);
  const wanted = { ...given, text, responseUrl: usableResponseUrl(intake, given) };
  if (await openedModal(intake, wanted)) return undefined;
  const deadline = performance.now() + QUEUE_WITHIN_MS;
  const request = await submittedAnew(intake, wanted, deadline);
  const { id, reference, kind, user, channel } = request;
  try {
    if ((await addInTime(intake, request, deadline)) === 'revoked') {
      return refuse(intake, request, wasNotTaken(reference).text);
    }
    intake.log.info({ reference, kind, user, channel, job: id }, 'command queued');
    return undefined;
  } catch (error) {
    intake.log.error({ err: error, reference, job: id }, 'command not queued');
    if (id !== wanted.id) refusedHere.set(wanted.id, { submission: wanted.submission, as: id });
    return refuseUnlessTaken(intake, request, deadline + REVOKE_WITHIN_MS);
  }
}

/** Again and again while there is time: the same id twice is one job. `revoked`: it was refused when it came before. */
async function addInTime(
  { jobs, redis, now }: Intake,
  request: CommandRequest,
  deadline: number,
): Promise<'queued' | 'revoked'> {
  const { id, kind, text, user, team, channel, responseUrl, reference } = request;
  const job = {
    version: 1,
    kind,
    text,
    user,
    team,
    channel,
    responseUrl,
    receivedAt: now(),
    reference,
  } as const;
  for (;;) {
    try {
      await within(secondsUntil(deadline), jobs.add('commands', id, job));
      return refusedHere.has(id) && (await isRevoked(redis, id)) ? 'revoked' : 'queued';
    } catch (error) {
      if (performance.now() + REPEAT_AFTER_MS > deadline) throw error;
      await sleep(REPEAT_AFTER_MS);
    }
  }
}

/** A modal that stayed open, since it was refused here, and is submitted again, is another request than the refused one. */
async function submittedAnew(
  { redis }: Intake,
  request: CommandRequest,
  deadline: number,
): Promise<CommandRequest> {
  const { id, submission } = request;
  const last = refusedHere.get(id);
  if (submission === undefined || last?.submission === undefined) return request;
  const isRepeated = last.submission === submission;
  const isOver =
    !isRepeated && (await within(secondsUntil(deadline), isRevoked(redis, last.as)).catch(() => false));
  // What became of the last one decides while it is not known to be taken back.
  return isOver ? { ...request, ...afterRefusal(request, last.submission) } : { ...request, id: last.as };
}

/** An `add` that was not answered may have been carried out, and a worker may have been quicker than the revocation. */
async function refuseUnlessTaken(
  intake: Intake,
  request: CommandRequest,
  deadline: number,
): Promise<string | undefined> {
  const { id, reference, submission } = request;
  refusedHere.set(id, { submission, as: id });
  if (refusedHere.size > REFUSED_KEPT) refusedHere.delete(refusedHere.keys().next().value ?? id);
  const revoking = revokeCommand(intake.redis, id, intake.log);
  const claim = await within(secondsUntil(deadline), revoking).catch(() => undefined);
  if (claim === 'taken') {
    intake.log.info({ reference, job: id }, 'command queued after all');
    return undefined;
  }
  if (claim === undefined) void tellIfTaken(intake, request, revoking);
  const outage = `Baton cannot reach its store just now, so nothing was done. Please try again in a minute. Reference: ${reference}`;
  return refuse(intake, request, outage);
}

async function tellIfTaken(
  { jobs, log }: Intake,
  { id, user, channel, responseUrl, reference }: CommandRequest,
  revoking: Promise<Claim | undefined>,
): Promise<void> {
  if ((await revoking) !== 'taken') return;
  log.warn({ reference, job: id }, 'the person was told that nothing was done, but a worker was quicker');
  const message = { user, channel, responseUrl, view: wasTakenAfterAll(reference), reference };
  try {
    await jobs.add('messages', `taken-${id}`, { version: 1, kind: 'reply', ...message });
  } catch (error) {
    log.error({ err: error, reference }, 'the person could not be told that the command was taken after all');
  }
}

/** How long there still is until a moment of `performance.now()`. */
function secondsUntil(deadline: number): number {
  return Math.max(0, deadline - performance.now()) / 1_000;
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

/**
 * Opens the modal that a command asks for, which is done at once since its trigger lives three seconds. False when
 * there is none, or Slack does not open it: then the command itself answers.
 */
async function openedModal(intake: Intake, request: CommandRequest): Promise<boolean> {
  const modal = request.trigger === '' ? undefined : intake.modalFor?.(request);
  if (modal === undefined) return false;
  try {
    await within(MODAL_WITHIN_SECONDS, intake.slack.openModal(request.trigger, modal));
    return true;
  } catch (error) {
    intake.log.warn({ err: error, reference: request.reference }, 'Slack did not open the modal');
    return false;
  }
}

function usableResponseUrl({ slackApiUrl, log }: Intake, { responseUrl, reference }: CommandRequest): string {
  if (responseUrl === '' || isResponseUrl(responseUrl, slackApiUrl)) return responseUrl;
  log.warn({ reference }, 'response_url dropped: its host is not Slack');
  return '';
}
