import type { Environment } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { GitHubUnreadableError, orUnreadable } from '../errors.ts';
import { freezeOn } from '../freezes/freeze-on.ts';
import { readChecks } from '../github/check-runs.ts';
import { refStillAt } from '../github/ref-still-at.ts';
import {
  type Board,
  concerns,
  lockInTheWay,
  type Place,
  UnreadableLockError,
  waitingFor,
} from '../locks/lock.ts';
import { locksOn } from '../locks/store.ts';
import type { Person } from '../people/person.ts';
import { holdsRole } from '../people/roles.ts';
import { approvalsThatStand } from './approval.ts';
import { type ChecksRefusal, deployWorkflowsFor, judgeChecks } from './checks.ts';
import type { Deployment } from './deployment.ts';
import type { Facts, Promotion } from './gates.ts';
import { heldOn } from './quarantine.ts';
import { mayDeploy } from './may-deploy.ts';
import { findRun } from './run.ts';
import { findLive } from './store.ts';

/** What the facts depend on: a deployment, or what will become one. */
export type Candidate = Pick<
  Deployment,
  | 'id'
  | 'environment'
  | 'service'
  | 'repository'
  | 'ref'
  | 'refKind'
  | 'sha'
  | 'pullRequest'
  | 'kind'
  | 'breakGlass'
  | 'approvals'
  | 'requestedBy'
  | 'judgedAt'
>;

/** GitHub's answers of a moment ago still hold; after that it is asked anew. */
const GITHUB_HOLDS_SECONDS = 20;

/** Reads all that the gates look at, side by side. `actor` is who asked for the deployment. */
export async function readFacts(
  ctx: Context,
  rules: Environment,
  candidate: Candidate,
  actor: Pick<Person, 'id'>,
): Promise<Facts> {
  const { id, environment, service, sha, kind, breakGlass } = candidate;
  const now = ctx.now();
  const scope = `${environment}/${service}`;
  const rollback = kind === 'rollback';
  const [held, may, isAdmin, given, board, lease, live, frozen, ref, checks, promotion] = await Promise.all([
    orUnreadable(heldOn(ctx, environment)),
    mayDeploy(ctx, rules, candidate, actor),
    breakGlass !== null && holdsRole(ctx, actor, 'admin', rules),
    approvalsThatStand(ctx, rules, candidate),
    readLocks(ctx, environment),
    orUnreadable(findRun(ctx.redis, environment, service)),
    findLive(ctx.redis, environment, service),
    orUnreadable(freezeOn(ctx, environment, now)),
    readRef(ctx, candidate),
    readChecksOf(ctx, rules, candidate),
    readPromotion(ctx, rules, service),
  ]);
  const ownsLease = lease !== 'unreadable' && lease?.deployment === id;
  return {
    sha,
    held,
    mayDeploy: may,
    lock: 'unreadable' in board ? board : lockInTheWay(board.locks, service, actor.id),
    waiting: 'unreadable' in board ? [] : waitingFor(board.line, scope),
    next: ownsLease || 'unreadable' in board ? undefined : nextBefore(board, candidate, actor.id),
    lease: ownsLease ? undefined : lease,
    frozen,
    ref,
    asksForChecks: rules.checks !== 'none' && (rules.checks !== undefined || ctx.github !== undefined),
    checks,
    promotion,
    approvals: rules.approvals === 0 ? undefined : { needed: rules.approvals, given },
    live,
    passes: {
      breakGlass: isAdmin,
      rollback,
      freeze: rollback && rules.rollback_during_freeze,
    },
  };
}

async function readLocks(
  { redis, now }: Context,
  environment: string,
): Promise<Board | { readonly unreadable: string }> {
  try {
    return await locksOn(redis, environment, now());
  } catch (error) {
    if (error instanceof UnreadableLockError) return { unreadable: error.scope };
    throw error;
  }
}

/**
 * The deployment that waits for the same service and came before this one; nobody comes before whoever has locked it,
 * for those who wait, wait for that.
 */
function nextBefore(
  { locks, line }: Board,
  { id, environment, service }: Candidate,
  person: string,
): Place | undefined {
  if (locks.some(({ holder, scope }) => holder === person && concerns(scope, service))) return undefined;
  const first = line.find(
    ({ scope, deployment }) => deployment !== null && scope === `${environment}/${service}`,
  );
  const own = line.findIndex(({ deployment }) => deployment === id);
  return first === undefined || (own !== -1 && line.indexOf(first) >= own) ? undefined : first;
}

/** Whether the ref that was typed still stands for the sha; a moment after it was resolved it does. */
async function readRef(ctx: Context, candidate: Candidate): Promise<Facts['ref']> {
  const { repository, ref, refKind, sha, pullRequest } = candidate;
  if (refKind === 'sha' || ctx.github === undefined || githubHoldsYet(candidate, ctx.now())) return 'same';
  const pinned = { ref, kind: refKind, sha, ...(pullRequest !== null && { pullRequest }) };
  try {
    return (await refStillAt(ctx.github, repository, pinned)).state;
  } catch (error) {
    if (error instanceof GitHubUnreadableError) return 'unreadable';
    throw error;
  }
}

async function readChecksOf(
  ctx: Context,
  rules: Environment,
  candidate: Candidate,
): Promise<ChecksRefusal | undefined> {
  const { repository, sha } = candidate;
  if (rules.checks === 'none' || githubHoldsYet(candidate, ctx.now())) return undefined;
  // Who configured no checks has none without GitHub; who did is not to be passed over.
  if (ctx.github === undefined) return rules.checks && judgeChecks(rules.checks, 'unreadable');
  try {
    const deployWorkflows = deployWorkflowsFor(ctx.config, repository);
    const onlyShown = rules.checks === undefined;
    const checks = await readChecks(ctx.github, repository, sha, { deployWorkflows, onlyShown });
    return judgeChecks(rules.checks, checks);
  } catch (error) {
    if (error instanceof GitHubUnreadableError) return judgeChecks(rules.checks, 'unreadable');
    throw error;
  }
}

async function readPromotion(
  ctx: Context,
  { promote_from: from }: Environment,
  service: string,
): Promise<Promotion | undefined> {
  if (from === undefined) return undefined;
  return { from, live: await orUnreadable(findLive(ctx.redis, from, service)) };
}

/** Whether what GitHub said when it was last asked may be relied on without asking it anew. */
function githubHoldsYet({ judgedAt }: Pick<Candidate, 'judgedAt'>, now: Date): boolean {
  return judgedAt !== null && now.getTime() - judgedAt.getTime() < GITHUB_HOLDS_SECONDS * 1_000;
}
