import { appendAudit } from '../src/audit/store.ts';
import { type Call, defineCommand, type Reply } from '../src/command.ts';
import { findService } from '../src/config/find.ts';
import type { Environment } from '../src/config/schema.ts';
import type { Context } from '../src/context.ts';
import { type Deployment, deploymentIdFor } from '../src/deployments/deployment.ts';
import { failpoint } from '../src/deployments/failpoint.ts';
import { judge, type Refusal } from '../src/deployments/gates.ts';
import { readFacts, requestDeployment } from '../src/deployments/request.ts';
import { findDeployment } from '../src/deployments/store.ts';
import { tell } from '../src/deployments/tell.ts';
import { type Resolved, resolveRef } from '../src/github/refs.ts';
import { awayFrom } from '../src/people/away.ts';
import { concerns, EMPTY, environmentOf, type Warning } from '../src/locks/lock.ts';
import { locksOn } from '../src/locks/store.ts';
import { standInLine } from '../src/deployments/waiting.ts';
import { warned } from '../src/views/lock-list.ts';
import { holdsRole } from '../src/people/roles.ts';
import type { WantedRef } from '../src/slack/ref.ts';
import { environmentNamed, readTarget, type Target } from '../src/slack/target.ts';
import { dryRun, toldElsewhere } from '../src/views/dry-run.ts';
import { deploymentRefused } from '../src/views/refusal.ts';

export const deploy = defineCommand({
  name: 'deploy',
  usage: '/deploy ENV [SERVICE][@REF] [--dry-run] [--wait]',
  summary: 'Deploy a service to an environment',
  example: '/deploy staging api@main',
  grammar: {
    words: ['ENV', '[SERVICE][@REF]'],
    flags: ['dry-run', 'wait'],
    clauses: [],
    later: ['--break-glass', 'because'],
  },

  async run(ctx, call) {
    const target = readTarget(ctx.config, call.words);
    const rules = environmentNamed(ctx.config, target.environment);
    const earlier = call.again
      ? await findDeployment(ctx.redis, deploymentIdFor(target.environment, call.id))
      : undefined;
    if (earlier !== undefined) return accept(ctx, call, earlier);

    const mayDeploy = await holdsRole(ctx, call.actor, 'deployer', rules);
    if (!mayDeploy) return refused(ctx, call, target, [{ reason: 'not_allowed' }]);

    const resolved = await resolveRef(ctx.github, target.repository, wantedRef(ctx, target));
    if (call.words.flags.has('dry-run')) return rehearse(ctx, call, { target, rules, resolved });

    const { releases = '' } = ctx.config.slack.channels;
    const channel = rules.channel ?? (call.channel === '' ? releases : call.channel);
    const requested = await requestDeployment(ctx, rules, {
      command: call.id,
      reference: call.reference,
      actor: call.actor,
      environment: target.environment,
      service: target.service,
      repository: target.repository,
      channel,
      resolved,
      wait: call.words.flags.has('wait'),
    });
    if (requested.kind === 'refused') return refused(ctx, call, target, requested.refusals);

    failpoint('after-record');
    return accept(ctx, call, requested.deployment);
  },
});

/** Hands the recorded deployment on and tells of it. Safe to repeat: it is handed on and told once. */
async function accept(ctx: Context, call: Call, deployment: Deployment): Promise<Reply> {
  const { id, reference, environment, service, sha, ref, fence, channel } = deployment;
  if (deployment.state === 'waiting') await standInLine(ctx, deployment);
  await ctx.jobs.add('deployments', id, { version: 1, deployment: id, reference }); // first: the start waits for it
  await Promise.all([
    tell(ctx, deployment),
    note(ctx, call, {
      outcome: 'accepted',
      reason: null,
      subject: id,
      detail: { environment, service, sha, ref, fence },
    }),
  ]);
  const warnings = await warningsAbout(ctx, deployment);
  if (warnings.length > 0) return { to: 'caller', view: warned(deployment, warnings) };
  return channel === call.channel ? { to: 'none' } : { to: 'caller', view: toldElsewhere(deployment) };
}

/** What people warn about there; warnings that cannot be read stop nothing. */
async function warningsAbout(
  ctx: Context,
  { environment, service }: Pick<Deployment, 'environment' | 'service'>,
): Promise<Warning[]> {
  const { warnings } = await locksOn(ctx.redis, environment, ctx.now()).catch(() => EMPTY);
  return warnings.filter(({ scope }) => concerns(scope, service));
}

/** What was typed, or the service's own default ref; without either, the repository's default branch. */
function wantedRef(ctx: Context, { service, ref }: Target): WantedRef {
  const name = findService(ctx.config, service)?.ref;
  return ref.kind === 'default' && name !== undefined ? { kind: 'named', name } : ref;
}

async function refused(
  ctx: Context,
  call: Call,
  { environment, service, ref }: Target,
  refusals: readonly Refusal[],
): Promise<Reply> {
  const reason = refusals[0]?.reason;
  const unjudged = refusals.flatMap((refusal) => ('asks' in refusal ? [refusal.asks] : [])).join(', ');
  const detail = unjudged === '' ? {} : { unjudged };
  await note(ctx, call, {
    outcome: 'refused',
    reason: reason ?? null,
    subject: `${environment}/${service}`,
    detail,
  });
  const { reference } = call;
  const explained = await Promise.all(refusals.map((refusal) => explain(ctx, refusal, call)));
  const asked = askedFor(service, ref);
  return {
    to: 'caller',
    view: deploymentRefused({ environment, service, refusals: explained, reference, asked }),
    reason,
  };
}

async function explain(ctx: Context, refusal: Refusal, { actor }: Call): Promise<Refusal> {
  if (refusal.reason !== 'locked') return refusal;
  const { holder, scope } = refusal.lock;
  const away = await awayFrom(ctx, { person: holder, environment: environmentOf(scope), asker: actor.id });
  return { ...refusal, blocked: { ...refusal.blocked, away } };
}

/** `api`, `api@main` or `api#12`: what a person would type for the same. */
function askedFor(service: string, ref: WantedRef): string {
  if (ref.kind === 'default') return service;
  return ref.kind === 'named' ? `${service}@${ref.name}` : `${service}#${ref.number}`;
}

interface Rehearsal {
  readonly target: Target;
  readonly rules: Environment;
  readonly resolved: Resolved;
}

/** Says what a deployment would do, and changes nothing. */
async function rehearse(ctx: Context, call: Call, { target, rules, resolved }: Rehearsal): Promise<Reply> {
  const { environment, service, repository } = target;
  const asked = { id: '', actor: call.actor, environment, service, sha: resolved.sha };
  const facts = await readFacts(ctx, rules, asked);
  const refusals = judge(facts);
  const view = dryRun({
    environment,
    service,
    repository,
    resolved,
    live: facts.live,
    refusals,
    warnings: await warningsAbout(ctx, { environment, service }),
    checksAsked: rules.checks !== 'none',
  });
  return { to: 'caller', view };
}

interface Noted {
  readonly outcome: 'accepted' | 'refused';
  readonly reason: string | null;
  readonly subject: string;
  readonly detail: Record<string, string | number>;
}

async function note(ctx: Context, { id, actor }: Call, noted: Noted): Promise<void> {
  await appendAudit(ctx.redis, { id, at: ctx.now(), actor: actor.id, action: 'deploy', ...noted });
}
