import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { endWaiting } from './waiting.ts';
import { withNewest } from './with-newest.ts';

/** Ends a deployment that waits for approvals. Throws UserError for one that no longer does. */
export async function reject(
  ctx: Context,
  id: string,
  { by, why }: { readonly by: string; readonly why: string },
): Promise<void> {
  await withNewest(ctx.redis, id, async (deployment) => {
    if (deployment.state !== 'awaiting_approval') {
      const state = deployment.state.replace('_', ' ');
      throw new UserError(`Deployment ${id} waits for no approval: it is ${state}.`);
    }
    const summary = `Rejected by an approver: ${why}.`;
    await endWaiting(ctx, deployment, { reason: 'cancelled', summary, by });
  });
}
