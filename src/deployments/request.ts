import type { Environment } from '../config/schema.ts';
import type { Context } from '../context.ts';
import type { Resolved } from '../github/refs.ts';
import { accountsOf } from '../people/accounts.ts';
import type { Person } from '../people/person.ts';
import { recordDeployment } from './admission.ts';
import { approvalRule } from './approval.ts';
import { type Brings, type Deployment, deploymentIdFor } from './deployment.ts';
import { readFacts } from './facts.ts';
import { judge, type Refusal } from './gates.ts';
import { whoMayApprove } from '../people/approvers.ts';
import { whatItWouldBring } from './what-it-would-bring.ts';
import { createDeployment, findDeployment } from './store.ts';
import { isWorthWaiting } from './waiting.ts';

/** What a retry or a rollback does again. */
export interface Again {
  readonly kind: 'retry' | 'rollback';
  /** The deployment that is repeated, or gone back to. */
  readonly of: string;
  /** The sha that a rollback leaves. */
  readonly leaves?: string;
}

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
  /** Why an admin passes gates in need. */
  readonly breakGlass?: string | undefined;
  /** For a retry or a rollback: of which deployment. */
  readonly again?: Again | undefined;
}

export type Requested =
  | { readonly kind: 'accepted'; readonly deployment: Deployment }
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] };

/**
 * Asks all gates. When none refuses, records the deployment and takes its lease in one step; when only approvals are
 * missing, or time with `wait`, records it without a lease. Of two requests of one person for one commit at the same moment
 * both get the one that waits.
 */
export async function requestDeployment(
  ctx: Context,
  rules: Environment,
  request: Request,
): Promise<Requested> {
  const { environment, actor } = request;
  const id = deploymentIdFor(environment, request.command);
  const wanted = newDeployment(ctx, id, request, rules);
  const [existing, facts] = await Promise.all([
    findDeployment(ctx.redis, id),
    // The ref has just been resolved.
    readFacts(ctx, rules, { ...wanted, refKind: 'sha' }, actor),
  ]);
  if (existing !== undefined) return { kind: 'accepted', deployment: existing };

  const refusals = judge(facts);
  const others = refusals.filter(({ reason }) => reason !== 'approval_required');
  const mayWait = request.wait && isWorthWaiting(others);
  if (others.length > 0 && !mayWait) return { kind: 'refused', refusals };

  const deployment = { ...wanted, previous: facts.live ?? null, judgedAt: wanted.createdAt };
  const approved = others.length === refusals.length;
  if (!approved) {
    const [brings, approvers] = await Promise.all([
      readBrings(ctx, deployment),
      whoMayApprove(ctx, rules, actor.id),
    ]);
    const asking = { ...deployment, brings, approvers, state: 'awaiting_approval' as const };
    return { kind: 'accepted', deployment: await recordDeployment(ctx.redis, asking) };
  }
  if (mayWait) return { kind: 'accepted', deployment: await recordWaiting(ctx, deployment) };
  const created = await createDeployment(ctx.redis, deployment);
  if (created.kind !== 'leased') return { kind: 'accepted', deployment: created.deployment };
  if (request.wait) return { kind: 'accepted', deployment: await recordWaiting(ctx, deployment) };
  return { kind: 'refused', refusals: [{ reason: 'deployment_running', lease: created.lease }] };
}

const COMMITS_SHOWN = 8;

/** The commits that those who approve it should see; null where nobody can tell. */
async function readBrings(
  ctx: Context,
  { repository, sha, previous }: Pick<Deployment, 'repository' | 'sha' | 'previous'>,
): Promise<Brings | null> {
  const compared = await whatItWouldBring(ctx, repository, { from: previous?.sha, to: sha });
  if (compared?.kind !== 'compared') return null;
  const { total, behindBy, url, commits } = compared;
  const shown = commits.slice(0, COMMITS_SHOWN).map(({ pullRequest, title, ...commit }) => ({
    ...commit,
    title: title.slice(0, 200),
    ...(pullRequest !== undefined && { pullRequest }),
  }));
  return { total, behindBy, url, commits: shown };
}

/** A person has one place in the line for a commit, unless they break the glass. */
async function recordWaiting(
  ctx: Context,
  deployment: Omit<Deployment, 'fence' | 'revision'>,
): Promise<Deployment> {
  const { service, sha, refKind, requestedBy, breakGlass } = deployment;
  const [person] = [...accountsOf(ctx.config, requestedBy).slack].toSorted();
  const claim = breakGlass === null ? `${service}:${sha}:${refKind}:${person}` : undefined;
  return recordDeployment(ctx.redis, { ...deployment, state: 'waiting' }, claim);
}

/** What is asked for, as it would be recorded: for the gates, and for a rehearsal. */
export function newDeployment(
  ctx: Context,
  id: string,
  request: Request,
  rules: Environment,
): Omit<Deployment, 'fence' | 'revision'> {
  const { actor, environment, service, repository, channel, reference, resolved, again } = request;
  const now = ctx.now();
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
    refKind: resolved.kind,
    kind: again?.kind ?? 'deploy',
    of: again?.of ?? null,
    leaves: again?.leaves ?? null,
    gone: false,
    waits: request.wait,
    breakGlass:
      request.breakGlass === undefined
        ? null
        : { reason: request.breakGlass, reviewedBy: null, reviewedAt: null },
    state: 'queued',
    reason: null,
    summary: '',
    requestedBy: actor.id,
    brings: null,
    approvals: [],
    approvalsNeeded: rules.approvals,
    approvers: [],
    approvalRule: approvalRule(ctx.config, rules),
    decision: null,
    judgedAt: null,
    verdicts: [],
    cancelledBy: null,
    driver: rules.driver.type,
    driverOptions: rules.driver,
    channel,
    reference,
    previous: null,
    createdAt: now,
    updatedAt: now,
    intendedAt: null,
    attemptedAt: null,
    intendedOn: '',
    run: null,
    startedAt: null,
    usualSeconds: null,
    endedAt: null,
    heardAt: null,
    silentAt: null,
    runOver: false,
    lateEnd: null,
    url: rules.url ?? null,
    logUrl: null,
    tail: '',
    tailAt: null,
  };
}
