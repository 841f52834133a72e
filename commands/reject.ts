import { appendAudit } from '../src/audit/store.ts';
import { defineCommand } from '../src/command.ts';
import { namedDeployment } from '../src/deployments/named.ts';
import { reject } from '../src/deployments/reject.ts';
import { requireRole } from '../src/people/permission.ts';
import { rejectedNote } from '../src/views/approval.ts';

export const deployReject = defineCommand({
  name: 'deploy reject',
  usage: '/deploy reject ID [because REASON]',
  summary: 'Say no to a deployment that waits for approvals',
  example: '/deploy reject production-b4c8d2f7 because the migration is not tested',
  grammar: { words: ['ID'], flags: [], clauses: ['because'] },

  async run(ctx, call) {
    const deployment = await namedDeployment(ctx, call.words);
    const { id, environment, state } = deployment;
    await requireRole(ctx, call.actor, { role: 'approver', environment, may: `reject for ${environment}` });
    const why = call.words.because ?? 'no reason given';
    const { cancelledBy } = deployment;
    const before = call.again && state === 'cancelled' && cancelledBy === call.actor.id;
    if (!before) await reject(ctx, id, { by: call.actor.id, why });
    await appendAudit(ctx.redis, {
      id: call.id,
      at: ctx.now(),
      actor: call.actor.id,
      action: 'reject',
      subject: id,
      outcome: 'accepted',
      reason: why,
      detail: { sha: deployment.sha },
    });
    return { to: 'caller', view: rejectedNote(deployment) };
  },
});
