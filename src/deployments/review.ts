import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { isSamePerson } from '../people/accounts.ts';
import type { Deployment } from './deployment.ts';
import { loadDeployment, replaceDeployment } from './store.ts';
import { tell } from './tell.ts';
import { forgetReviewed } from './unreviewed.ts';

/** Closes the open item of a break-glass. Safe to repeat. Throws UserError `self_approval` for who broke the glass. */
export async function review(ctx: Context, id: string, by: string): Promise<Deployment> {
  const deployment = await loadDeployment(ctx.redis, id);
  const { breakGlass, requestedBy } = deployment;
  if (breakGlass === null) {
    throw new UserError(`Deployment ${id} passed every gate, so there is nothing to review.`);
  }
  if (isSamePerson(ctx.config, requestedBy, by)) {
    throw new UserError('You broke the glass yourself, so somebody else reviews it.', {
      reason: 'self_approval',
    });
  }
  if (breakGlass.reviewedBy !== null) {
    await forgetReviewed(ctx.redis, deployment);
    return deployment;
  }
  const now = ctx.now();
  const reviewed = { ...breakGlass, reviewedBy: by, reviewedAt: now };
  const saved = await replaceDeployment(ctx.redis, deployment, {
    ...deployment,
    breakGlass: reviewed,
    updatedAt: now,
  });
  await forgetReviewed(ctx.redis, saved);
  await tell(ctx, saved);
  return saved;
}
