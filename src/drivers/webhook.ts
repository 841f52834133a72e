import type { TargetResult } from './callback.ts';
import {
  type Detail,
  type DriverRequest,
  type DriverTools,
  defineDriver,
  type Found,
  refuseLateStart,
  type Started,
} from './driver.ts';
import { type Answer, isAllowedTarget } from './http.ts';
import { plainText } from './text.ts';
import { askStatus, post, readStatus, type Status, WebhookOptions } from './webhook-target.ts';

const POLL_SECONDS = 10;
const POLL_AGAIN_SECONDS = 30;

/** Hands the deployment to a service of the operator's by a signed POST. `docs/drivers.md` is its description. */
export const webhook = defineDriver({
  options: WebhookOptions,

  async start(tools, request, options) {
    const run = request.deployment;
    if (request.mayHaveStarted) {
      const found = await find(tools, request, options);
      if (found.state === 'found') return { state: 'started', run };
      if (found.state === 'unknown') return found;
    }
    const obstacle = obstacleTo(tools, options);
    if (obstacle !== undefined) return { state: 'failure', run, summary: obstacle };

    refuseLateStart(request);
    const answer = await post(tools, request, options, 'deploy');
    const outcome = outcomeOf(answer, run);
    if (outcome.state !== 'unknown' || options.status_url === undefined) return outcome;

    const status = await askStatus(tools, request, options);
    if (status === undefined || status.state === 'not_found') return outcome; // it may still be on its way in
    return status.state === 'in_progress' ? { state: 'started', run } : { run, ...endOf(status) };
  },

  async check(tools, request, _run, options) {
    const { reported } = request;
    if (reported !== undefined && reported.state !== 'in_progress') return endOf(reported);
    const news = reported === undefined ? {} : detailOf(reported);
    if (options.status_url === undefined) {
      return { ...news, state: 'in_progress', checkAgainInSeconds: POLL_AGAIN_SECONDS };
    }
    const status = await askStatus(tools, request, options);
    if (status === undefined) {
      return { ...news, state: 'in_progress', checkAgainInSeconds: POLL_AGAIN_SECONDS }; // asking again is harmless
    }
    if (status.state === 'not_found') {
      return { state: 'unknown', why: 'The deploy hook took the deployment and no longer knows it.' };
    }
    if (status.state !== 'in_progress') return endOf(status);
    return { ...news, ...detailOf(status), state: 'in_progress', checkAgainInSeconds: POLL_SECONDS };
  },

  lookup: find,

  async cancel(tools, request, _run, options) {
    const obstacle = obstacleTo(tools, options);
    if (obstacle !== undefined) return { state: 'refused', why: obstacle };
    const answer = await post(tools, request, options, 'cancel');
    if (answer.kind !== 'answer') return { state: 'refused', why: `The deploy hook: ${answer.why}.` };
    // That the run is over is said by its state, never by the answer to the wish.
    return answer.status >= 200 && answer.status < 300
      ? { state: 'asked' }
      : { state: 'refused', why: refusalOf(answer) };
  },
});

async function find(tools: DriverTools, request: DriverRequest, options: WebhookOptions): Promise<Found> {
  const run = request.deployment;
  if (request.reported !== undefined) return { state: 'found', run };
  if (options.status_url === undefined) {
    return { state: 'unknown', why: 'The deploy hook has no status_url that could tell whether it began.' };
  }
  const status = await askStatus(tools, request, options);
  if (status === undefined) return { state: 'unknown', why: 'The status_url gave no readable answer.' };
  return status.state === 'not_found' ? { state: 'not_found' } : { state: 'found', run };
}

function outcomeOf(answer: Answer, run: string): Started {
  if (answer.kind === 'not_sent') {
    return { state: 'failure', run, summary: `The deploy hook could not be reached: ${answer.why}.` };
  }
  if (answer.kind === 'unclear') return { state: 'unknown', why: `The deploy hook: ${answer.why}.` };

  const { status } = answer;
  if (status === 200 || status === 202) {
    const said = readStatus(answer);
    if (said?.state === 'success' || said?.state === 'failure') return { run, ...endOf(said) };
    if (status === 202 || said?.state === 'in_progress') return { state: 'started', run };
  }
  const refused = (status >= 400 && status < 500) || RESEND.has(status);
  return refused
    ? { state: 'failure', run, summary: refusalOf(answer) }
    : { state: 'unknown', why: refusalOf(answer) };
}

/** Redirects that mean "not here, send it there". 302 and 303 may also follow upon something done. */
const RESEND: ReadonlySet<number> = new Set([301, 307, 308]);

function refusalOf({ status, body }: { status: number; body: string }): string {
  const excerpt = plainText(body);
  return `The deploy hook answered ${status}${excerpt === '' ? '.' : `: ${excerpt}`}`;
}

function endOf(said: TargetResult | Status): { state: 'success' | 'failure' } & Detail {
  const state = said.state === 'success' ? 'success' : 'failure';
  const summary = state === 'failure' ? { summary: 'The deploy hook reported a failure.' } : {};
  return { state, ...summary, ...detailOf(said) };
}

function detailOf({ description, url, log_url }: Omit<TargetResult, 'state'>): Detail {
  return {
    ...(description && { summary: description }),
    ...(url && { url }),
    ...(log_url && { logUrl: log_url }),
  };
}

function obstacleTo(tools: DriverTools, options: WebhookOptions): string | undefined {
  if (!isAllowedTarget(options.url, options.allow_http)) {
    return 'The address of the deploy hook must be https, or its host must be listed in allow_http.';
  }
  return tools.secret(options.secret_env)
    ? undefined
    : `The environment variable ${options.secret_env} is not set, so nothing could be signed.`;
}
