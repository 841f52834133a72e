import type { Context } from '../context.ts';
import { REASONS } from '../reason-codes.ts';
import type { Outcome } from '../worker.ts';
import type { Deployment } from './deployment.ts';
import { begin, judgeAgain } from './start.ts';
import { admit, endWaiting, isWorthWaiting, waitOn, waitWith, whereInLine } from './waiting.ts';

/** One look at a deployment that stands in the line: it waits on, goes on, or ends because a gate refuses it now. */
export async function goOn(ctx: Context, deployment: Deployment): Promise<Outcome> {
  const place = await whereInLine(ctx, deployment);
  if (place === 'left') {
    await endWaiting(ctx, deployment, { reason: 'cancelled', summary: 'It was taken out of the line.' });
    return 'done';
  }
  if (place === 'unreadable') {
    return waitWith(
      ctx,
      deployment,
      'The locks cannot be read, so nobody knows whose turn it is. An admin looks at them.',
    );
  }
  if (place.ahead > 0) return waitOn(ctx, deployment, place.ahead);

  const refusals = await judgeAgain(ctx, deployment);
  // Its turn has not come while a lock or another run is in the way, whatever else refuses it just now.
  if (refusals.some((refusal) => isWorthWaiting([refusal]))) return waitOn(ctx, deployment, 0);
  const [refusal] = refusals;
  if (refusal !== undefined) {
    const { reason } = refusal;
    const summary = `Its turn came, and a gate refused it: ${REASONS[reason].says}`;
    await endWaiting(ctx, deployment, { reason, summary });
    return 'done';
  }
  const admitted = await admit(ctx, deployment);
  return admitted === undefined ? waitOn(ctx, deployment, 0) : begin(ctx, admitted);
}
