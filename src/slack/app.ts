import type { IncomingMessage, ServerResponse } from 'node:http';
import type { App } from '@slack/bolt';
import { ZodError } from 'zod';
import { createLogLimit } from '../log-limit.ts';
import { throwRestAway } from '../web/route.ts';
import { isSslCheck, parseBody, readBody, RefusedRequestError } from './body.ts';
import { createBoltApp } from './bolt.ts';
import { findCommandRequest, wrongWords } from './request.ts';
import { slackSignatureCheck } from './signature.ts';
import { type AckOutcome, type Intake, takeCommand } from './take-command.ts';

const BODY = { limitBytes: 1_048_576, seconds: 10 };

export interface SlackRouteOptions extends Intake {
  readonly signingSecret: string;
  /** Called once a request, with the seconds from its first byte to our answer. */
  readonly onAck?: (seconds: number, outcome: AckOutcome) => void;
}

/** Answers `POST /slack/events`: 200 only for what is verified and durably queued, or needs no queueing. */
export function createSlackRoute(
  options: SlackRouteOptions,
): (req: IncomingMessage, res: ServerResponse) => void {
  if (options.signingSecret === '') throw new Error('An empty signing secret would let anybody in.');
  // Bolt's own reader knows no time-out and no limit on repeated keys, and fails on a charset: ours comes first.
  const pushed = { init: () => undefined, start: async () => undefined, stop: async () => undefined };
  const app = createBoltApp(pushed, options.log);
  const way: Way = { ...options, app, isSigned: slackSignatureCheck(options.signingSecret) };
  const mayLog = createLogLimit();

  const take = async (req: IncomingMessage, res: ServerResponse) => {
    const began = performance.now();
    let outcome: AckOutcome;
    try {
      outcome = await answerRequest(way, req, res);
    } catch (error) {
      outcome = refuseRequest(req, res, error);
      if (mayLog()) options.log.warn({ err: error }, 'request from Slack not taken');
    }
    options.onAck?.((performance.now() - began) / 1_000, outcome);
  };
  return (req, res) => void take(req, res);
}

/** What each request goes through. */
interface Way extends Intake {
  readonly app: App;
  readonly isSigned: ReturnType<typeof slackSignatureCheck>;
}

async function answerRequest(way: Way, req: IncomingMessage, res: ServerResponse): Promise<AckOutcome> {
  const contentType = req.headers['content-type'];
  const raw = await readBody(req, BODY);
  if (isSslCheck(contentType, raw)) return answer(res, undefined, 'ignored');

  const { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature } = req.headers;
  if (!way.isSigned({ timestamp, signature, body: raw }, way.now())) {
    throw new RefusedRequestError(401, 'The signature is missing, wrong or too far from our time');
  }

  const body = parseBody(contentType, raw);
  const type = 'type' in body ? body.type : undefined;
  if (type === 'url_verification') {
    return answer(res, { challenge: 'challenge' in body ? body.challenge : '' }, 'ignored');
  }
  const request = findCommandRequest(body);
  if (request === undefined) {
    way.log.debug({ type }, 'request from Slack ignored');
    return answer(res, undefined, 'ignored');
  }

  let outcome: AckOutcome = 'failed';
  const take = async () => {
    const text = wrongWords(request) ?? (await takeCommand(way, request));
    outcome = text === undefined ? 'queued' : 'not_queued';
    return text;
  };
  const ack = async (reply?: object) => void answer(res, reply, outcome);
  await way.app.processEvent({ body, ack, customProperties: { take } });
  if (!res.headersSent) throw new Error('Bolt did not answer a command');
  return outcome;
}

function answer(res: ServerResponse, reply: object | undefined, outcome: AckOutcome): AckOutcome {
  const body = reply === undefined ? '' : JSON.stringify(reply);
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  res.end(body);
  return outcome;
}

function refuseRequest(req: IncomingMessage, res: ServerResponse, error: unknown): AckOutcome {
  const status = statusOf(error);
  if (!res.headersSent) res.writeHead(status, { 'content-length': 0 }).end();
  throwRestAway(req);
  return status === 500 ? 'failed' : 'refused';
}

function statusOf(error: unknown): number {
  if (error instanceof RefusedRequestError) return error.status;
  return error instanceof ZodError ? 400 : 500;
}
