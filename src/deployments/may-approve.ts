import { findEnvironment } from '../config/find.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { holdsRole, RoleUnreadableError } from '../people/roles.ts';
import { refuseOwnWork } from './approve.ts';
import type { Deployment } from './deployment.ts';

/** Whether to offer somebody to approve it. Approving asks again, so where GitHub does not answer it is offered. */
export async function mayApprove(ctx: Context, deployment: Deployment, person: string): Promise<boolean> {
  const rules = findEnvironment(ctx.config, deployment.environment);
  if (rules === undefined) return false;
  try {
    if (!(await holdsRole(ctx, { id: person }, 'approver', rules))) return false;
    await refuseOwnWork(ctx, deployment, person);
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.reason !== 'self_approval' && !(error instanceof RoleUnreadableError);
  }
}
