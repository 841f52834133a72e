import type { Context } from '../context.ts';
import type { Cancelled, Driver, DriverRequest } from '../drivers/driver.ts';
import { DriverOptions, driverFor } from '../drivers/index.ts';
import { lastLines, plainText } from '../drivers/text.ts';
import { mapTexts } from '../redact.ts';
import { isRemoteEnvironment } from '../config/remote-name.ts';
import { UnreadableError } from '../errors.ts';
import { secondsSinceAttempt } from './attempt-age.ts';
import type { Deployment } from './deployment.ts';
import { recordKey } from './keys.ts';
import { findResult } from './result.ts';

/** The driver's verbs with the options that the deployment was asked for with. */
export interface BoundDriver {
  start(tools: Context['driverTools'], request: DriverRequest): ReturnType<Driver['start']>;
  check(tools: Context['driverTools'], request: DriverRequest, run: string): ReturnType<Driver['check']>;
  lookup(tools: Context['driverTools'], request: DriverRequest): ReturnType<Driver['lookup']>;
  cancel(tools: Context['driverTools'], request: DriverRequest, run: string): ReturnType<Driver['cancel']>;
}

/** Throws UnreadableError when the recorded options are not those of a driver of this version. */
export function driverOf({ id, driverOptions }: Deployment): BoundDriver {
  const { data: options, error } = DriverOptions.safeParse(driverOptions);
  if (error !== undefined) throw new UnreadableError(recordKey(id), error);
  const driver = driverFor(options);
  return {
    start: async (tools, request) => withoutSecrets(tools, await driver.start(tools, request, options)),
    check: async (tools, request, run) =>
      withoutSecrets(tools, await driver.check(tools, request, run, options)),
    lookup: async (tools, request) => withoutSecrets(tools, await driver.lookup(tools, request, options)),
    cancel: async (tools, request, run) => {
      const answer = await driver.cancel(tools, request, run, options);
      if (answer.state !== 'over') return withoutSecrets(tools, answer);
      return { state: 'over', end: withoutSecrets(tools, answer.end) };
    },
  };
}

/**
 * Asks the target to end a deployment's run, and saves and tells nothing. A run whose start was not recorded is looked
 * up first. Only `over` is evidence that the run has ended, and `end` how; after `asked` watching goes on as before.
 */
export async function cancelRun(ctx: Context, deployment: Deployment): Promise<Cancelled> {
  const driver = driverOf(deployment);
  const request = await laterRequest(ctx, deployment);
  if (deployment.run !== null) return driver.cancel(ctx.driverTools, request, deployment.run);

  const found = await driver.lookup(ctx.driverTools, request);
  switch (found.state) {
    case 'found':
      return driver.cancel(ctx.driverTools, request, found.run);
    case 'unknown':
      return { state: 'cannot', why: found.why };
    case 'not_found':
      return { state: 'cannot', why: 'The target has no trace of a run.' };
    case 'later':
      return { state: 'cannot', why: 'It is too early to tell whether the run began.' };
  }
}

/** A sentence of a driver, however much its target had to say. */
const SENTENCE = 500;

/**
 * A target may tell what it was given: none of it is to be saved, queued or sent. What is long is cut only here, since
 * of a secret that was cut in two neither half is known any more.
 */
function withoutSecrets<Answer extends object>({ redact }: Context['driverTools'], answer: Answer): Answer {
  const safe = mapTexts(answer, ['summary', 'why', 'tail', 'url', 'logUrl'], redact);
  const sentences = mapTexts(safe, ['summary', 'why'], (text) => plainText(text, SENTENCE));
  return mapTexts(sentences, ['tail'], lastLines);
}

/** What the driver is told at the first attempt: nobody can have started it, or have told of it. */
export function firstRequest(deployment: Deployment): DriverRequest {
  const { id, environment, service, repository, ref, sha, fence, requestedBy, intendedOn } = deployment;
  const { createdAt, intendedAt, attemptedAt } = deployment;
  return {
    deployment: id,
    action: deployment.kind === 'down' ? 'down' : 'deploy',
    transient: isRemoteEnvironment(environment),
    environment,
    service,
    repository,
    ref,
    sha,
    fence,
    requestedBy,
    intendedAt: intendedAt ?? createdAt,
    attemptedAt: attemptedAt ?? intendedAt ?? createdAt,
    intendedOn,
    mayHaveStarted: false,
    startBefore: Infinity,
    reported: undefined,
  };
}

/** What the driver is told later: it may have been started, and its target may have told of it. */
export async function laterRequest(ctx: Context, deployment: Deployment): Promise<DriverRequest> {
  const [reported, seconds] = await Promise.all([
    findResult(ctx.redis, deployment.id),
    secondsSinceAttempt(ctx, deployment),
  ]);
  // By the clock that the driver compares it with.
  const attemptedAt = new Date(ctx.driverTools.now().getTime() - seconds * 1_000);
  return { ...firstRequest(deployment), attemptedAt, mayHaveStarted: true, reported };
}
