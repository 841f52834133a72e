import type { Context } from '../context.ts';
import { ConflictError } from '../errors.ts';
import { ApprovalOverError } from './approve.ts';
import { loadDeployment } from './store.ts';
import { endWaiting } from './waiting.ts';

/** An approval that comes at the same moment may win the race; so many do not. */
const MOST_TRIES = 20;

/** Ends a deployment that waits for approvals. Throws ConflictError for one that no longer does. */
export async function reject(
  ctx: Context,
  id: string,
  { by, why }: { readonly by: string; readonly why: string },
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const deployment = await loadDeployment(ctx.redis, id);
    if (deployment.state !== 'awaiting_approval') {
      const state = deployment.state.replace('_', ' ');
      throw new ApprovalOverError(`Deployment ${id} waits for no approval: it is ${state}.`);
    }
    try {
      const summary = `Rejected by an approver: ${why}.`;
      return await endWaiting(ctx, deployment, { reason: 'cancelled', summary, by });
    } catch (error) {
      if (!(error instanceof ConflictError) || tries >= MOST_TRIES) throw error;
    }
  }
}
