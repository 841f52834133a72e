import { type Call, defineCommand } from '../src/command.ts';
import { appendAudit } from '../src/audit/store.ts';
import { findEnvironment } from '../src/config/find.ts';
import type { Context } from '../src/context.ts';
import { UserError } from '../src/errors.ts';
import { approve } from '../src/deployments/approve.ts';
import { requireRole } from '../src/people/permission.ts';
import { namedDeployment } from '../src/deployments/named.ts';
import { approvedNote } from '../src/views/approval.ts';

export const deployApprove = defineCommand({
  name: 'deploy approve',
  usage: '/deploy approve ID',
  summary: 'Say yes to a deployment that somebody else asked for',
  example: '/deploy approve production-b4c8d2f7',
  grammar: { words: ['ID'], flags: [], clauses: [] },

  async run(ctx, call) {
    const { id, environment, requestedBy } = await namedDeployment(ctx, call.words);
    const rules = findEnvironment(ctx.config, environment);
    if (rules === undefined) {
      throw new UserError(`${environment} is no longer configured.`, { reason: 'unknown_environment' });
    }
    await requireRole(ctx, call.actor, {
      role: 'approver',
      environment,
      may: `approve for ${environment}`,
      except: requestedBy,
    });
    const approved = await approve(ctx, rules, id, call.actor.id);
    await note(ctx, call, approved.deployment.id, { given: approved.given, sha: approved.deployment.sha });
    return { to: 'caller', view: approvedNote(approved) };
  },
});

async function note(
  ctx: Context,
  { id, actor, reference }: Call,
  subject: string,
  detail: { readonly given: number; readonly sha: string },
): Promise<void> {
  await appendAudit(ctx.redis, {
    id,
    at: ctx.now(),
    actor: actor.id,
    action: 'approve',
    subject,
    outcome: 'accepted',
    reason: null,
    detail: { ...detail, reference },
  });
}
