import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { isSamePerson } from '../people/accounts.ts';
import { tellReviewed } from './break-glass.ts';
import type { Deployment } from './deployment.ts';
import { replaceDeployment } from './store.ts';
import { tell } from './tell.ts';
import { forgetReviewed } from './unreviewed.ts';
import { withNewest } from './with-newest.ts';

/**
 * Closes the open item of a break-glass; whoever reviewed it first stays who did. Safe to repeat. Throws UserError
 * `self_approval` for who broke the glass.
 */
export async function review(ctx: Context, id: string, by: string): Promise<Deployment> {
  return withNewest(ctx.redis, id, (deployment) => attempt(ctx, deployment, by));
}

async function attempt(ctx: Context, deployment: Deployment, by: string): Promise<Deployment> {
  const { id, breakGlass, requestedBy } = deployment;
  if (breakGlass === null) {
    throw new UserError(`Deployment ${id} passed every gate, so there is nothing to review.`);
  }
  if (isSamePerson(ctx.config, requestedBy, by)) {
    throw new UserError('You broke the glass yourself, so somebody else reviews it.', {
      reason: 'self_approval',
    });
  }
  const now = ctx.now();
  const reviewed = { ...breakGlass, reviewedBy: by, reviewedAt: now };
  const saved =
    breakGlass.reviewedBy === null
      ? await replaceDeployment(ctx.redis, deployment, {
          ...deployment,
          breakGlass: reviewed,
          updatedAt: now,
        })
      : deployment;
  await forgetReviewed(ctx.redis, saved);
  await Promise.all([tell(ctx, saved), tellReviewed(ctx, saved)]);
  return saved;
}
