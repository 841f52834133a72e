import { type Call, defineCommand, type Reply } from '../src/command.ts';
import { findService } from '../src/config/find.ts';
import type { Context } from '../src/context.ts';
import { UserError } from '../src/errors.ts';
import { type Order, order, orderedBefore, refuse } from '../src/deployments/order.ts';
import { rehearse } from '../src/deployments/rehearse.ts';
import type { WantedRef } from '../src/github/ref-text.ts';
import { resolveRef } from '../src/github/refs.ts';
import { requireRole } from '../src/people/permission.ts';
import { holdsRole } from '../src/people/roles.ts';
import { environmentNamed, readTarget, type Target } from '../src/slack/target.ts';

export const deploy = defineCommand({
  name: 'deploy',
  usage: '/deploy ENV [SERVICE][@REF] [--dry-run] [--wait] [--break-glass because REASON]',
  summary: 'Deploy a service to an environment',
  example: '/deploy staging api@main',
  grammar: {
    words: ['ENV', '[SERVICE][@REF]'],
    flags: ['dry-run', 'wait', 'break-glass'],
    clauses: ['because'],
  },

  async run(ctx, call) {
    const target = readTarget(ctx.config, call.words);
    const { environment, service, repository } = target;
    const rules = environmentNamed(ctx.config, environment);
    const earlier = call.again ? await orderedBefore(ctx, call, environment) : undefined;
    if (earlier !== undefined) return earlier;

    const breakGlass = await readBreakGlass(ctx, call, target);
    const asked = askedFor(service, target.ref);
    const place = { environment, service, repository, rules, asked };
    const mayDeploy = breakGlass !== undefined || (await holdsRole(ctx, call.actor, 'deployer', rules));
    if (!mayDeploy) return refuse(ctx, call, { ...place, refusals: [{ reason: 'not_allowed' }] });

    const resolved = await resolveRef(ctx.github, repository, wantedRef(ctx, target));
    const wanted: Order = { ...place, resolved, wait: call.words.flags.has('wait'), breakGlass };
    return call.words.flags.has('dry-run') ? rehearsed(ctx, call, wanted) : order(ctx, call, wanted);
  },
});

async function rehearsed(ctx: Context, call: Call, wanted: Order): Promise<Reply> {
  return { to: 'caller', view: await rehearse(ctx, call, wanted) };
}

/** The reason for break-glass, when it was asked for. Throws UserError without one, and for anybody but admins. */
async function readBreakGlass(
  ctx: Context,
  { words, actor }: Call,
  { environment, service }: Target,
): Promise<string | undefined> {
  const example = `/deploy ${environment} ${service} --break-glass because customers cannot log in`;
  if (!words.flags.has('break-glass')) {
    if (words.because === undefined) return undefined;
    throw new UserError('A deployment takes a reason only with “--break-glass”.', { example });
  }
  await requireRole(ctx, actor, { role: 'admin', environment, may: `break the glass on ${environment}` });
  if (words.because !== undefined) return words.because;
  throw new UserError('“--break-glass” needs a reason, which everybody will see.', { example });
}

/** What was typed, or the service's own default ref; without either, the repository's default branch. */
function wantedRef(ctx: Context, { service, ref }: Target): WantedRef {
  const name = findService(ctx.config, service)?.ref;
  return ref.kind === 'default' && name !== undefined ? { kind: 'named', name } : ref;
}

/** `api`, `api@main` or `api#12`: what a person would type for the same. */
function askedFor(service: string, ref: WantedRef): string {
  if (ref.kind === 'default') return service;
  return ref.kind === 'named' ? `${service}@${ref.name}` : `${service}#${ref.number}`;
}
