import type { Reply } from '../command.ts';
import { findEnvironment, findService } from '../config/find.ts';
import { followsPullRequest } from '../config/follows-pull-request.ts';
import { isRemoteEnvironment } from '../config/remote-name.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { holdsRole } from '../people/roles.ts';
import type { Deployment } from './deployment.ts';
import { type Caller, order, orderedBefore, refuse } from './order.ts';
import type { Again } from './request.ts';

/**
 * Asks for the very sha of an earlier deployment once more, through every gate. Safe to repeat. Throws UserError when
 * the configuration no longer has what was deployed, or another repository for it.
 */
export async function orderAgain(
  ctx: Context,
  caller: Caller & { readonly again: boolean },
  earlier: Deployment,
  again: Again,
): Promise<Reply> {
  const { environment, service, repository, ref, sha, title, pullRequest } = earlier;
  const rules = findEnvironment(ctx.config, environment);
  if (rules === undefined) {
    if (isRemoteEnvironment(environment)) throw followsPullRequest(environment, service);
    throw new UserError(`${environment} is no longer configured.`, { reason: 'unknown_environment' });
  }
  if (!rules.services.includes(service)) {
    throw new UserError(`${service} is no longer a service of ${environment}.`, {
      reason: 'unknown_service',
    });
  }
  if (findService(ctx.config, service)?.repository.toLowerCase() !== repository.toLowerCase()) {
    throw new UserError(
      `${service} was deployed from ${repository} then, and comes from another repository now.`,
      {
        reason: 'ref_changed',
        example: `/deploy ${environment} ${service}`,
      },
    );
  }
  const before = caller.again ? await orderedBefore(ctx, caller, environment) : undefined;
  if (before !== undefined) return before;

  const place = { environment, service, repository, rules, asked: `${service}@${sha}` };
  const mayDeploy = await holdsRole(ctx, caller.actor, 'deployer', rules);
  if (!mayDeploy) return refuse(ctx, caller, { ...place, refusals: [{ reason: 'not_allowed' }] });
  // The sha itself is meant, wherever its branch is by now.
  const resolved = { sha, ref, kind: 'sha' as const, title, ...(pullRequest !== null && { pullRequest }) };
  return order(ctx, caller, { ...place, resolved, wait: false, again });
}
