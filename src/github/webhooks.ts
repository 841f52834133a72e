import type { IncomingMessage, ServerResponse } from 'node:http';
import { ZodError } from 'zod';
import type { Config } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { type GitHubDelivery, MAX_DELIVERIES } from '../jobs.ts';
import { createLogLimit } from '../log-limit.ts';
import { sendInLots } from '../lots.ts';
import { countWebhook } from '../metrics.ts';
import { HttpError, readBody, type Route, sendJson, throwRestAway } from '../web/route.ts';
import { isHandled, isHandledEvent, readDelivery } from './delivery.ts';
import { readPayload } from './payload.ts';
import { queueDeliveries } from './queue-deliveries.ts';
import { isSignature, githubSignatureCheck } from './signature.ts';

/** GitHub sends nothing larger (docs.github.com: webhook events and payloads). */
const LIMIT_BYTES = 25 * 1_024 * 1_024;

type Intake = Pick<Context, 'config' | 'jobs' | 'log'>;

/**
 * `POST /github/webhooks`: 202 for what is signed and durably queued, or needs no work; 401 without a good signature, 503
 * when it could not be queued. A delivery whose work is done is not worked again, however often it comes; one whose work failed is.
 */
export function webhookRoute(intake: Intake, secret: string): Route {
  if (secret === '') throw new Error('An empty webhook secret would let anybody in.');
  const isSigned = githubSignatureCheck(secret);
  const mayLog = createLogLimit();
  const queue = sendInLots<GitHubDelivery>(async (deliveries) => {
    try {
      await queueDeliveries(intake.jobs, deliveries);
    } catch (error) {
      intake.log.error({ err: error, deliveries: deliveries.length }, 'webhooks not queued');
      throw new HttpError(503, 'Baton cannot reach its store just now. Please redeliver this in a while.');
    }
  }, MAX_DELIVERIES);
  return {
    method: 'POST',
    path: '/github/webhooks',
    forPrograms: true,
    async serve(request, response) {
      const seen = { event: 'unverified' };
      try {
        const found = await read(intake, request, isSigned, seen);
        if (typeof found === 'object') await queue(found);
        const outcome = typeof found === 'object' ? 'queued' : found;
        countWebhook(seen.event, outcome);
        sendJson(response, 202, { result: outcome });
      } catch (error) {
        const refused = asHttpError(error);
        if (refused === undefined) throw error;
        countWebhook(seen.event, refused.status === 503 ? 'failed' : 'refused');
        if (mayLog()) intake.log.warn({ status: refused.status, why: refused.message }, 'webhook not taken');
        refuse(request, response, refused);
      }
    },
  };
}

/** What is to be queued, or why nothing is. Fills in the event, as a label, once it is known to be GitHub's. */
async function read(
  intake: Intake,
  request: IncomingMessage,
  isSigned: ReturnType<typeof githubSignatureCheck>,
  seen: { event: string },
): Promise<GitHubDelivery | 'ignored' | 'foreign'> {
  const { 'x-hub-signature-256': signature, 'content-type': contentType } = request.headers;
  // Strangers do not get as far as sending 25 MB.
  if (!isSignature(signature)) throw new HttpError(401, NOT_SIGNED);
  const raw = await readBody(request, LIMIT_BYTES);
  if (!isSigned(raw, signature)) throw new HttpError(401, NOT_SIGNED);

  const event = header(request, 'x-github-event');
  const delivery = header(request, 'x-github-delivery');
  seen.event = isHandledEvent(event) || event === 'ping' ? event : 'other';
  // Of every event, so that a wrong content type is told at the first ping.
  const payload = readPayload(contentType, raw);
  if (!isHandledEvent(event)) return 'ignored';
  const found = readDelivery(event, delivery, payload);
  if (found === undefined || !isHandled(event, found.action)) return 'ignored';
  return isConfigured(intake.config, found.repository) ? found : 'foreign';
}

const NOT_SIGNED = 'The signature is missing or wrong.';

/** One word, without the colon that parts keys and that BullMQ forbids in ids: it becomes part of both. */
function header({ headers }: IncomingMessage, name: 'x-github-event' | 'x-github-delivery'): string {
  const value = headers[name];
  if (typeof value === 'string' && /^[\w.-]{1,100}$/.test(value)) return value;
  throw new HttpError(400, `The header ${name} is missing or cannot be read.`);
}

function isConfigured(config: Config, repository: string): boolean {
  const known = repositories.get(config) ?? new Set(Object.values(config.services).map(nameOf));
  repositories.set(config, known);
  return known.has(repository.toLowerCase());
}

/** In lower case, by the configuration that names them: there may be hundreds, and each delivery asks. */
const repositories = new WeakMap<Config, ReadonlySet<string>>();
const nameOf = ({ repository }: { readonly repository: string }) => repository.toLowerCase();

function asHttpError(error: unknown): HttpError | undefined {
  if (error instanceof ZodError) return new HttpError(400, 'The payload is not one of GitHub’s.');
  return error instanceof HttpError ? error : undefined;
}

function refuse(request: IncomingMessage, response: ServerResponse, { status, message }: HttpError): void {
  sendJson(response, status, { error: message });
  throwRestAway(request);
}
