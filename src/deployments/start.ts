import type { Context } from '../context.ts';
import { findService, rulesFor } from '../config/find.ts';
import type { Environment } from '../config/schema.ts';
import { ConflictError, orUnreadable } from '../errors.ts';
import type { ReasonCode } from '../reason-codes.ts';
import type { DriverRequest, Started } from '../drivers/driver.ts';
import type { Outcome } from '../worker.ts';
import { type Change, type Decision, type Deployment, transition } from './deployment.ts';
import { driverOf, firstRequest } from './driver.ts';
import { becomeUnknown, details, endRun } from './end.ts';
import { failpoint } from './failpoint.ts';
import { type Facts, judge, openGates } from './gates.ts';
import { wake } from './result.ts';
import { readFacts } from './facts.ts';
import { countStart, heldOn, LOOK_WHILE_HELD_SECONDS } from './quarantine.ts';
import { isGitHubLogin } from './may-deploy.ts';
import { loadDeployment, replaceDeployment } from './store.ts';
import { noteEnd, tell } from './tell.ts';
import { findUsualSeconds } from './usual.ts';
import { afterEnd, leaveIfInLine } from './waiting.ts';
import { askToKeepLocks } from '../locks/act.ts';

/** An attempt that has not reached the driver this long after its intent will never do so. */
const LEAP_SECONDS = 5;
/** After this long nobody else can still be about to start it: LEAP_SECONDS and a driver's own 10 s time-out. */
export const SETTLE_SECONDS = 20;

/**
 * The first attempt to start a queued deployment: gates again, intent, driver, record. What an attempt that broke off
 * has left is recover's (recover.ts).
 */
export async function begin(ctx: Context, deployment: Deployment): Promise<Outcome> {
  const asked = await askGatesAgain(ctx, deployment);
  if ('refused' in asked) return asked.refused;

  failpoint('before-intent');
  const { intended, sinceMs } = await intend(ctx, { ...deployment, decision: asked.decision });
  failpoint('before-start');
  const outcome = await leap(ctx, intended, sinceMs, firstRequest(intended));
  if (intended.waits) await leaveIfInLine(ctx, intended);
  return outcome;
}

/** Records that the driver is about to be called: whoever comes later looks before it leaps. */
export async function intend(
  ctx: Context,
  deployment: Deployment,
): Promise<{ intended: Deployment; sinceMs: number }> {
  const sinceMs = performance.now();
  const attemptedAt = await ctx.storeNow(deployment.environment); // others judge it by the same clock
  const intendedOn = ctx.driverTools.place;
  const after = { ...deployment, intendedAt: deployment.intendedAt ?? ctx.now(), attemptedAt, intendedOn };
  const [intended] = await Promise.all([
    replaceDeployment(ctx.redis, deployment, after),
    countStart(ctx, deployment.environment, deployment.fence),
  ]);
  return { intended, sinceMs };
}

/** Calls the driver, unless this process was held up since the intent, and records what came of it. */
export async function leap(
  ctx: Context,
  deployment: Deployment,
  intendedSinceMs: number,
  request: DriverRequest,
): Promise<Outcome> {
  // A process that was frozen in between must not wake up and start: others may have taken over by then.
  const inTime = { ...request, startBefore: intendedSinceMs + LEAP_SECONDS * 1_000 };
  const [started, usualSeconds] = await Promise.all([
    driverOf(deployment).start(ctx.driverTools, inTime),
    findUsualSeconds(ctx.redis, deployment).catch(() => null), // nice to know, and no reason to lose a start
  ]);
  failpoint('after-start');
  if (started.state === 'unknown') return becomeUnknown(ctx, deployment, started.why);
  return recordStart(ctx, { ...deployment, usualSeconds }, started);
}

/** Records that the run is there, and has it watched. */
export async function recordStart(
  ctx: Context,
  deployment: Deployment,
  started: Exclude<Started, { state: 'unknown' }>,
): Promise<Outcome> {
  const { state, run } = started;
  const change = { summary: '', ...details(started), run };
  const saved = await saveOver(ctx, deployment, (before) =>
    transition(before, 'in_progress', ctx.now(), change),
  );
  ctx.log.info({ deployment: saved.id, run, fence: saved.fence }, 'deployment started');
  if (state !== 'started') return endRun(ctx, saved, { ...details(started), state });

  await tell(ctx, saved);
  failpoint('watching');
  void started.ended?.then(() => wake(ctx, saved, 'ended')).catch(() => undefined); // polling sees it anyway
  return { againInSeconds: 1 };
}

/**
 * Saves what this attempt came to. While the driver was called a break-glass may have been reviewed, which must not cost
 * what is known of the run; where another attempt was recorded it throws ConflictError.
 */
async function saveOver(
  ctx: Context,
  attempt: Deployment,
  change: (before: Deployment) => Deployment,
): Promise<Deployment> {
  for (let before = attempt; ; ) {
    try {
      return await replaceDeployment(ctx.redis, before, change(before));
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
      const { breakGlass, revision, ...now } = await loadDeployment(ctx.redis, attempt.id);
      const isSame = now.state === attempt.state && now.run === null && isAttempt(now, attempt);
      if (!isSame || revision === before.revision) throw error;
      before = { ...attempt, breakGlass, revision };
    }
  }
}

function isAttempt(one: Pick<Deployment, 'attemptedAt'>, other: Pick<Deployment, 'attemptedAt'>): boolean {
  return one.attemptedAt?.getTime() === other.attemptedAt?.getTime();
}

/** Asks all gates right before a start; what a gate refuses ends, and frees its lease. */
export async function askGatesAgain(
  ctx: Context,
  deployment: Deployment,
): Promise<{ readonly refused: Outcome } | { readonly decision: Decision }> {
  const config = ctx.configDigest;
  const facts = await factsAgain(ctx, deployment);
  if (facts === 'open') return { decision: { at: ctx.now(), gates: {}, config } };
  if ('reason' in facts) return { refused: await refuse(ctx, deployment, facts.reason) };
  const [refusal] = judge(facts);
  if (refusal === undefined) return { decision: { at: ctx.now(), gates: openGates(facts), config } };
  return { refused: await refuse(ctx, deployment, refusal.reason) };
}

/** What stands in the way of a deployment now, by today's configuration and for the person who asked for it. */
export async function judgeAgain(
  ctx: Context,
  deployment: Deployment,
): Promise<readonly { readonly reason: ReasonCode }[]> {
  const facts = await factsAgain(ctx, deployment);
  if (facts === 'open') return [];
  return 'reason' in facts ? [facts] : judge(facts);
}

/** What the gates look at, or the one reason for which they need not be asked; `open` where none is. */
async function factsAgain(
  ctx: Context,
  deployment: Deployment,
): Promise<Facts | 'open' | { readonly reason: ReasonCode }> {
  const { environment, requestedBy } = deployment;
  const rules = rulesFor(ctx.config, environment);
  if (rules === undefined) return { reason: 'unknown_environment' };
  if (deployment.kind === 'down') {
    // What nobody wants any more goes, whatever is closed, once it is known what runs.
    const held = await orUnreadable(heldOn(ctx, environment));
    return held === undefined ? 'open' : { reason: 'driver_unknown' };
  }
  const changed = serviceChanged(ctx, rules, deployment);
  if (changed !== undefined) return { reason: changed };
  const actor = isGitHubLogin(requestedBy) ? { id: requestedBy } : await ctx.slack.findPerson(requestedBy);
  if (actor === undefined || ('barred' in actor && actor.barred !== null)) return { reason: 'not_allowed' };
  return readFacts(ctx, rules, deployment, actor);
}

/** Whether the configuration has taken the service from the environment since, or has another repository for it. */
function serviceChanged(
  { config }: Context,
  rules: Environment,
  { service, repository }: Deployment,
): 'unknown_service' | 'ref_changed' | undefined {
  const now = findService(config, service)?.repository;
  if (now === undefined || !rules.services.includes(service)) return 'unknown_service';
  return now.toLowerCase() === repository.toLowerCase() ? undefined : 'ref_changed';
}

async function refuse(
  ctx: Context,
  deployment: Deployment,
  reason: NonNullable<Deployment['reason']>,
): Promise<Outcome> {
  // The store has lost something: it is not known yet what runs.
  if (reason === 'driver_unknown') return { againInSeconds: LOOK_WHILE_HELD_SECONDS };
  return endBeforeStart(ctx, deployment, 'cancelled', {
    reason,
    summary: 'A gate closed between the request and the start, so nothing was started.',
  });
}

/** Ends a queued deployment that nobody has tried to start, and frees its lease. Throws ConflictError when it started meanwhile. */
export async function endBeforeStart(
  ctx: Context,
  deployment: Deployment,
  state: 'cancelled' | 'failure' | 'superseded',
  change: Change,
): Promise<Outcome> {
  const ended = transition(deployment, state, ctx.now(), { ...change, runOver: true });
  const saved = await replaceDeployment(ctx.redis, deployment, ended, { freeLease: true });
  noteEnd(ctx, saved);
  await afterEnd(ctx, saved);
  await askToKeepLocks(ctx, saved.environment, `${saved.id}-ended`);
  await tell(ctx, saved);
  return 'done';
}
