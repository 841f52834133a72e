import type { Context } from '../context.ts';
import type { Driver, DriverRequest } from '../drivers/driver.ts';
import { DriverOptions, driverFor } from '../drivers/index.ts';
import type { Deployment } from './deployment.ts';
import { findResult } from './result.ts';

/** The driver's verbs with the options that the deployment was asked for with. */
export interface BoundDriver {
  start(tools: Context['driverTools'], request: DriverRequest): ReturnType<Driver['start']>;
  check(tools: Context['driverTools'], request: DriverRequest, run: string): ReturnType<Driver['check']>;
  lookup(tools: Context['driverTools'], request: DriverRequest): ReturnType<Driver['lookup']>;
}

/** Throws ZodError when the recorded options are not those of a driver of this version. */
export function driverOf(ctx: Pick<Context, 'redact'>, { driverOptions }: Deployment): BoundDriver {
  const options = DriverOptions.parse(driverOptions);
  const driver = driverFor(options);
  const told = <Told extends { readonly state: string }>(words: Told) => withoutSecrets(ctx, words);
  return {
    start: async (tools, request) => told(await driver.start(tools, request, options)),
    check: async (tools, request, run) => told(await driver.check(tools, request, run, options)),
    lookup: async (tools, request) => told(await driver.lookup(tools, request, options)),
  };
}

interface Words {
  readonly state: string;
  readonly summary?: string;
  readonly tail?: string;
  readonly why?: string;
}

/** Programs and targets may print what they were given. */
function withoutSecrets<Told extends { readonly state: string }>(
  { redact }: Pick<Context, 'redact'>,
  told: Told,
): Told {
  const { summary, tail, why }: Words = told;
  return {
    ...told,
    ...(summary !== undefined && { summary: redact(summary) }),
    ...(tail !== undefined && { tail: redact(tail) }),
    ...(why !== undefined && { why: redact(why) }),
  };
}

/** What the driver is told at the first attempt: nobody can have started it, or have told of it. */
export function firstRequest(deployment: Deployment): DriverRequest {
  const { id, environment, service, repository, ref, sha, fence, requestedBy, intendedOn } = deployment;
  const { createdAt, intendedAt, attemptedAt } = deployment;
  return {
    deployment: id,
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
  return {
    ...firstRequest(deployment),
    mayHaveStarted: true,
    reported: await findResult(ctx.redis, deployment.id),
  };
}
