import {
  type DriverRequest,
  type DriverTools,
  defineDriver,
  type Found,
  overIf,
  type Progress,
  refuseLateStart,
} from './driver.ts';
import { isAllowedTarget } from './http.ts';
import { detailOf, endOf, outcomeOf, wishOf } from './webhook-answers.ts';
import { askStatus, post, WebhookOptions } from './webhook-target.ts';

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
    const answer = await post(tools, request, options, request.action);
    const outcome = outcomeOf(answer, run);
    if (outcome.state !== 'unknown' || options.status_url === undefined) return outcome;

    const status = await askStatus(tools, request, options);
    if (status === undefined || status.state === 'not_found') return outcome; // it may still be on its way in
    return status.state === 'in_progress' ? { state: 'started', run } : { run, ...endOf(status) };
  },

  check: (tools, request, _run, options) => check(tools, request, options),

  lookup: find,

  async cancel(tools, request, _run, options) {
    const before = overIf(await check(tools, request, options));
    if (before !== undefined) return before;
    const obstacle = obstacleTo(tools, options);
    if (obstacle !== undefined) return { state: 'cannot', why: obstacle };

    const wish = wishOf(await post(tools, request, options, 'cancel'));
    if (options.status_url === undefined) return wish;
    // The target's word on the run counts, and may tell what a lost answer to the wish did not.
    const after = overIf(await check(tools, request, options));
    if (after === undefined) return wish.state === 'over' ? { state: 'asked' } : wish;
    const asWished = wish.state !== 'cannot' && after.end.state === 'failure';
    return asWished ? { state: 'over', end: { ...after.end, state: 'cancelled' } } : after;
  },
});

async function check(tools: DriverTools, request: DriverRequest, options: WebhookOptions): Promise<Progress> {
  const { reported } = request;
  if (reported !== undefined && reported.state !== 'in_progress') return endOf(reported);
  const news = reported === undefined ? {} : { ...detailOf(reported), heard: true };
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
  return {
    ...news,
    ...detailOf(status),
    state: 'in_progress',
    checkAgainInSeconds: POLL_SECONDS,
    heard: true,
  };
}

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

function obstacleTo(tools: DriverTools, options: WebhookOptions): string | undefined {
  if (!isAllowedTarget(options.url, options.allow_http)) {
    return 'The address of the deploy hook must be https, or its host must be listed in allow_http.';
  }
  return tools.secret(options.secret_env)
    ? undefined
    : `The environment variable ${options.secret_env} is not set, so nothing could be signed.`;
}
