import type { Environment } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { UnreadableError } from '../errors.ts';
import type { Resolved } from '../github/refs.ts';
import { type Board, concerns, EMPTY, lockInTheWay, type Place, waitingFor } from '../locks/lock.ts';
import { locksOn } from '../locks/store.ts';
import type { Person } from '../people/person.ts';
import { holdsRole } from '../people/roles.ts';
import { type Deployment, deploymentIdFor } from './deployment.ts';
import { type Facts, judge, type Refusal, type Unjudged } from './gates.ts';
import { recordDeployment } from './admission.ts';
import { isWorthWaiting } from './waiting.ts';
import { createDeployment, findDeployment, findLease, findLive } from './store.ts';

export interface Request {
  /** The command's id: the same command asks for the same deployment, however often it runs. */
  readonly command: string;
  readonly reference: string;
  readonly actor: Person;
  readonly environment: string;
  readonly service: string;
  readonly repository: string;
  readonly channel: string;
  readonly resolved: Resolved;
  /** Whether it stands in the line where only a lock or another deployment is in the way. */
  readonly wait: boolean;
}

export type Requested =
  | { readonly kind: 'accepted'; readonly deployment: Deployment }
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] };

/** Asks all gates and, when none refuses, records the deployment and takes its lease in one step. */
export async function requestDeployment(
  ctx: Context,
  rules: Environment,
  request: Request,
): Promise<Requested> {
  const { environment, service, resolved, actor } = request;
  const id = deploymentIdFor(environment, request.command);
  const [existing, facts] = await Promise.all([
    findDeployment(ctx.redis, id),
    readFacts(ctx, rules, { id, actor, environment, service, sha: resolved.sha }),
  ]);
  if (existing !== undefined) return { kind: 'accepted', deployment: existing };

  const refusals = judge(facts);
  const wanted = newDeployment(id, request, rules, facts, ctx.now());
  const waiting = { ...wanted, state: 'waiting' as const };
  if (request.wait && isWorthWaiting(refusals)) {
    return { kind: 'accepted', deployment: await recordDeployment(ctx.redis, waiting) };
  }
  if (refusals.length > 0) return { kind: 'refused', refusals };

  const created = await createDeployment(ctx.redis, wanted);
  if (created.kind === 'leased') {
    if (request.wait) {
      return { kind: 'accepted', deployment: await recordDeployment(ctx.redis, waiting) };
    }
    return { kind: 'refused', refusals: [{ reason: 'deployment_running', lease: created.lease }] };
  }
  return { kind: 'accepted', deployment: created.deployment };
}

export interface Asked {
  /** The deployment that asks: its own lease is not in its way. */
  readonly id: string;
  readonly actor: Person;
  readonly environment: string;
  readonly service: string;
  readonly sha: string;
}

/** Reads what the gates look at, side by side. */
export async function readFacts(ctx: Context, rules: Environment, asked: Asked): Promise<Facts> {
  const { id, actor, environment, service, sha } = asked;
  const [mayDeploy, lock, lease, live] = await Promise.all([
    holdsRole(ctx, actor, 'deployer', rules),
    orUnreadable(locksOn(ctx.redis, environment, ctx.now())),
    orUnreadable(findLease(ctx.redis, environment, service)),
    findLive(ctx.redis, environment, service),
  ]);
  const board = lock === 'unreadable' ? EMPTY : lock;
  return {
    sha,
    mayDeploy,
    lock: lock === 'unreadable' ? lock : lockInTheWay(lock.locks, service, actor.id),
    waiting: waitingFor(board.line, `${environment}/${service}`),
    next: lease === 'unreadable' || lease?.deployment === id ? undefined : nextBefore(board, asked),
    lease: lease === 'unreadable' || lease?.deployment !== id ? lease : undefined,
    live,
    unjudged: unjudgedRules(rules),
  };
}

/**
 * The deployment that waits for the same service and came before this one; nobody comes before whoever has locked it,
 * for those who wait, wait for that.
 */
function nextBefore({ locks, line }: Board, { id, actor, environment, service }: Asked): Place | undefined {
  if (locks.some(({ holder, scope }) => holder === actor.id && concerns(scope, service))) return undefined;
  const first = line.find(
    ({ scope, deployment }) => deployment !== null && scope === `${environment}/${service}`,
  );
  const own = line.findIndex(({ deployment }) => deployment === id);
  return first === undefined || (own !== -1 && line.indexOf(first) >= own) ? undefined : first;
}

/** What the configuration asks for and this version cannot judge. It must not be skipped, so it stays closed. */
export function unjudgedRules({ approvals, promote_from, freezes }: Environment): Unjudged[] {
  const rules: Unjudged[] = [];
  if (freezes.length > 0) rules.push({ reason: 'frozen', asks: 'freezes' });
  if (promote_from !== undefined)
    rules.push({ reason: 'not_promoted', asks: `promote_from: ${promote_from}` });
  if (approvals > 0) rules.push({ reason: 'approval_required', asks: `approvals: ${approvals}` });
  return rules;
}

async function orUnreadable<Value>(reading: Promise<Value>): Promise<Value | 'unreadable'> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof UnreadableError) return 'unreadable';
    throw error;
  }
}

function newDeployment(
  id: string,
  { actor, environment, service, repository, channel, reference, resolved }: Request,
  rules: Environment,
  { live }: Facts,
  now: Date,
): Omit<Deployment, 'fence' | 'revision'> {
  return {
    version: 1,
    id,
    environment,
    service,
    repository,
    ref: resolved.ref,
    sha: resolved.sha,
    title: resolved.title,
    pullRequest: resolved.pullRequest ?? null,
    state: 'queued',
    reason: null,
    summary: '',
    requestedBy: actor.id,
    approvedBy: [],
    driver: rules.driver.type,
    driverOptions: rules.driver,
    channel,
    reference,
    previous: live ?? null,
    createdAt: now,
    updatedAt: now,
    intendedAt: null,
    attemptedAt: null,
    intendedOn: '',
    run: null,
    startedAt: null,
    endedAt: null,
    runOver: false,
    lateEnd: null,
    url: rules.url ?? null,
    logUrl: null,
    tail: '',
  };
}
