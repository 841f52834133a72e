import { appendAudit } from '../audit/store.ts';
import type { Call, Reply } from '../command.ts';
import type { Environment } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { orUnreadable } from '../errors.ts';
import type { Resolved } from '../github/refs.ts';
import { concerns, EMPTY, environmentOf, isOverdue, type Warning } from '../locks/lock.ts';
import { locksOn } from '../locks/store.ts';
import { isSamePerson } from '../people/accounts.ts';
import { awayFrom } from '../people/away.ts';
import { toldElsewhere, waitsAlready } from '../views/dry-run.ts';
import { warned } from '../views/lock-list.ts';
import { deploymentRefused } from '../views/refusal.ts';
import { tellBreakGlass } from './break-glass.ts';
import { type Deployment, deploymentIdFor } from './deployment.ts';
import { failpoint } from './failpoint.ts';
import type { Refusal } from './gates.ts';
import { type Again, requestDeployment } from './request.ts';
import { findDeployment } from './store.ts';
import { tell } from './tell.ts';
import { listUnleased } from './unleased.ts';
import { standInLine, whereInLine } from './waiting.ts';

export interface Order {
  readonly rules: Environment;
  readonly environment: string;
  readonly service: string;
  readonly repository: string;
  readonly resolved: Resolved;
  readonly wait: boolean;
  readonly breakGlass?: string | undefined;
  readonly again?: Again | undefined;
  /** What a person would type behind the environment for the same: `api@main`. */
  readonly asked: string;
}

/** Who asks, and for the log and the trail by which command. */
export type Caller = Pick<Call, 'id' | 'actor' | 'channel' | 'reference'>;

/** Asks for a deployment on somebody's behalf, through every gate, and says what came of it. Safe to repeat. */
export async function order(ctx: Context, caller: Caller, wanted: Order): Promise<Reply> {
  const { rules, environment, service, repository, resolved, wait, breakGlass, again } = wanted;
  const { releases = '' } = ctx.config.slack.channels;
  const waits = wait && breakGlass === undefined ? await findWaiting(ctx, caller, wanted) : undefined;
  if (waits !== undefined) return waitsOn(ctx, caller, waits);

  const requested = await requestDeployment(ctx, rules, {
    command: caller.id,
    reference: caller.reference,
    actor: caller.actor,
    environment,
    service,
    repository,
    channel: rules.channel ?? (caller.channel === '' ? releases : caller.channel),
    resolved,
    wait,
    breakGlass,
    again,
  });
  if (requested.kind === 'refused') return refuse(ctx, caller, { ...wanted, refusals: requested.refusals });

  const { deployment } = requested;
  if (deployment.id !== deploymentIdFor(environment, caller.id)) return waitsOn(ctx, caller, deployment);
  failpoint('after-record');
  return accept(ctx, caller, deployment);
}

/** What the same person has waiting there for the same commit: one place in the line is enough. */
async function findWaiting(
  ctx: Context,
  { id: command, actor }: Caller,
  { environment, service, resolved }: Order,
): Promise<Deployment | undefined> {
  const unleased = await orUnreadable(listUnleased(ctx.redis, environment, service));
  if (unleased === 'unreadable') return undefined;
  const own = unleased.find(({ state, sha, refKind, requestedBy }) => {
    return (
      state === 'waiting' &&
      sha === resolved.sha &&
      refKind === resolved.kind &&
      isSamePerson(ctx.config, requestedBy, actor.id)
    );
  });
  return own?.id === deploymentIdFor(environment, command) ? undefined : own;
}

async function waitsOn(ctx: Context, caller: Caller, deployment: Deployment): Promise<Reply> {
  const { id: subject, environment, service, sha, ref } = deployment;
  const detail = { environment, service, sha, ref, came_to: 'waits already', reference: caller.reference };
  await note(ctx, caller, { outcome: 'accepted', reason: null, subject, detail });
  const place = await whereInLine(ctx, deployment);
  const ahead = typeof place === 'object' ? place.ahead : undefined;
  return { to: 'caller', view: waitsAlready(deployment, ahead) };
}

/** What an earlier run of the same command has recorded, handed on again; undefined when there was none. */
export async function orderedBefore(
  ctx: Context,
  caller: Caller,
  environment: string,
): Promise<Reply | undefined> {
  const earlier = await findDeployment(ctx.redis, deploymentIdFor(environment, caller.id));
  return earlier === undefined ? undefined : accept(ctx, caller, earlier);
}

export type Refused = Pick<Order, 'environment' | 'service' | 'asked' | 'breakGlass'> & {
  readonly refusals: readonly Refusal[];
  /** Left out where no commit was found for what was asked. */
  readonly resolved?: Resolved;
};

/** Tells the trail and the person what stands in the way. */
export async function refuse(ctx: Context, caller: Caller, refused: Refused): Promise<Reply> {
  const { environment, service, refusals, asked, resolved, breakGlass } = refused;
  const reason = refusals[0]?.reason;
  const detail = {
    reasons: refusals.map((refusal) => refusal.reason).join(', '),
    asked: ctx.redact(asked), // what was typed may be a secret in the wrong place
    ...(resolved && { sha: resolved.sha, ref: resolved.ref }),
    config: ctx.configDigest,
    reference: caller.reference,
  };
  const subject = `${environment}/${service}`;
  await note(ctx, caller, { outcome: 'refused', reason: reason ?? null, subject, detail });
  const explained = await Promise.all(refusals.map((refusal) => withHelp(ctx, refusal, caller)));
  const { reference } = caller;
  const view = deploymentRefused({ environment, service, refusals: explained, reference, asked, breakGlass });
  return { to: 'caller', view, reason, reasons: refusals.map((refusal) => refusal.reason) };
}

/** Hands the recorded deployment on and tells of it. Safe to repeat: it is handed on and told once. */
async function accept(ctx: Context, caller: Caller, deployment: Deployment): Promise<Reply> {
  const { id, reference, environment, service, sha, ref, fence, channel, breakGlass } = deployment;
  if (deployment.state === 'waiting') await standInLine(ctx, deployment);
  await ctx.jobs.add('deployments', id, { version: 1, deployment: id, reference }); // first: the start waits for it
  await Promise.all([
    tell(ctx, deployment),
    note(ctx, caller, {
      outcome: breakGlass === null ? 'accepted' : 'forced',
      reason: breakGlass?.reason ?? null,
      subject: id,
      detail: {
        environment,
        service,
        sha,
        ref,
        fence,
        kind: deployment.kind,
        config: ctx.configDigest,
        reference,
      },
    }),
    breakGlass === null ? undefined : tellBreakGlass(ctx, deployment),
  ]);
  const warnings = await warningsAbout(ctx, deployment);
  if (warnings.length > 0) return { to: 'caller', view: warned(deployment, warnings) };
  return channel === caller.channel ? { to: 'none' } : { to: 'caller', view: toldElsewhere(deployment) };
}

/** What people warn about there; warnings that cannot be read stop nothing. */
export async function warningsAbout(
  ctx: Context,
  { environment, service }: Pick<Deployment, 'environment' | 'service'>,
): Promise<Warning[]> {
  const { warnings } = await locksOn(ctx.redis, environment, ctx.now()).catch(() => EMPTY);
  return warnings.filter(({ scope }) => concerns(scope, service));
}

/** The refusal, with what helps whoever meets a lock: whether its time is over, and where its holder is. */
export async function withHelp(ctx: Context, refusal: Refusal, { actor }: Caller): Promise<Refusal> {
  if (refusal.reason !== 'locked') return refusal;
  const { holder, scope } = refusal.lock;
  const away = await awayFrom(ctx, { person: holder, environment: environmentOf(scope), asker: actor.id });
  const overdue = isOverdue(refusal.lock, ctx.now());
  return { ...refusal, blocked: { ...refusal.blocked, away, overdue, reader: actor.id } };
}

interface Noted {
  readonly outcome: 'accepted' | 'refused' | 'forced';
  readonly reason: string | null;
  readonly subject: string;
  readonly detail: Record<string, string | number>;
}

async function note(ctx: Context, { id, actor }: Caller, noted: Noted): Promise<void> {
  await appendAudit(ctx.redis, { id, at: ctx.now(), actor: actor.id, action: 'deploy', ...noted });
}
