import { appendAudit } from '../src/audit/store.ts';
import { defineCommand } from '../src/command.ts';
import { ApprovalOverError } from '../src/deployments/approve.ts';
import { namedDeployment } from '../src/deployments/named.ts';
import { endWaiting } from '../src/deployments/waiting.ts';
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
    const told = { id: call.id, at: ctx.now(), actor: call.actor.id, action: 'reject', subject: id };
    if (state !== 'awaiting_approval') {
      if (call.again && state === 'cancelled') return { to: 'caller', view: rejectedNote(deployment) };
      throw new ApprovalOverError(
        `Deployment ${id} waits for no approval: it is ${state.replace('_', ' ')}.`,
      );
    }
    const summary = `Rejected by an approver: ${why}.`;
    await endWaiting(ctx, deployment, { reason: 'cancelled', summary, by: call.actor.id });
    await appendAudit(ctx.redis, {
      ...told,
      outcome: 'accepted',
      reason: why,
      detail: { sha: deployment.sha },
    });
    return { to: 'caller', view: rejectedNote(deployment) };
  },
});
