import { appendAudit } from '../src/audit/store.ts';
import { defineCommand } from '../src/command.ts';
import { namedDeployment } from '../src/deployments/named.ts';
import { review } from '../src/deployments/review.ts';
import { requireRole } from '../src/people/permission.ts';
import { reviewedNote } from '../src/views/break-glass.ts';

export const deployReview = defineCommand({
  name: 'deploy review',
  usage: '/deploy review ID',
  summary: 'Close the open item of a break-glass that you have looked at',
  example: '/deploy review production-b4c8d2f7',
  grammar: { words: ['ID'], flags: [], clauses: [] },

  async run(ctx, call) {
    const { id, environment, requestedBy } = await namedDeployment(ctx, call.words);
    await requireRole(ctx, call.actor, {
      role: 'approver',
      environment,
      may: `review on ${environment}`,
      except: requestedBy,
    });
    const reviewed = await review(ctx, id, call.actor.id);
    // Whoever comes second has reviewed nothing.
    if (reviewed.breakGlass?.reviewedBy !== call.actor.id)
      return { to: 'caller', view: reviewedNote(reviewed) };
    await appendAudit(ctx.redis, {
      id: `${id}-reviewed`,
      at: ctx.now(),
      actor: call.actor.id,
      action: 'review',
      subject: id,
      outcome: 'accepted',
      reason: null,
      detail: { sha: reviewed.sha, because: reviewed.breakGlass?.reason ?? '' },
    });
    return { to: 'caller', view: reviewedNote(reviewed) };
  },
});
