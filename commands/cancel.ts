import { appendAudit } from '../src/audit/store.ts';
import { type Call, defineCommand } from '../src/command.ts';
import type { Context } from '../src/context.ts';
import { cancel, type Cancelling } from '../src/deployments/cancel.ts';
import type { Deployment } from '../src/deployments/deployment.ts';
import { namedDeployment } from '../src/deployments/named.ts';
import { isSamePerson } from '../src/people/accounts.ts';
import { requireRole } from '../src/people/permission.ts';
import { cancelNote } from '../src/views/ends.ts';

export const deployCancel = defineCommand({
  name: 'deploy cancel',
  usage: '/deploy cancel ID',
  summary: 'End a deployment that you asked for; an admin ends anybody’s',
  example: '/deploy cancel staging-b4c8d2f7',
  grammar: { words: ['ID'], flags: [], clauses: [] },

  async run(ctx, call) {
    const deployment = await namedDeployment(ctx, call.words);
    const { id, environment, requestedBy } = deployment;
    const own = isSamePerson(ctx.config, requestedBy, call.actor.id);
    const may = 'cancel what others have asked for';
    if (!own) await requireRole(ctx, call.actor, { role: 'admin', environment, may });

    const cancelling = doneBefore(call, deployment) ?? (await cancel(ctx, id, call.actor.id));
    await note(ctx, call, { cancelling, own });
    return {
      to: 'caller',
      view: cancelNote(cancelling),
      ...(cancelling.kind === 'cannot' && { reason: reasonOf(deployment) }),
    };
  },
});

/** An earlier run of the same command has ended it. */
function doneBefore({ again, actor }: Call, deployment: Deployment): Cancelling | undefined {
  const { state, runOver, cancelledBy } = deployment;
  const ended = again && state === 'cancelled' && runOver && cancelledBy === actor.id;
  return ended ? { kind: 'ended', deployment } : undefined;
}

function reasonOf({ reason }: Deployment) {
  return reason ?? ('deployment_running' as const);
}

async function note(
  ctx: Context,
  { id, actor }: Call,
  { cancelling, own }: { readonly cancelling: Cancelling; readonly own: boolean },
): Promise<void> {
  const { kind, deployment } = cancelling;
  const done = kind === 'ended' || kind === 'asked';
  const { environment, service, sha, state, requestedBy } = deployment;
  await appendAudit(ctx.redis, {
    id,
    at: ctx.now(),
    actor: actor.id,
    action: 'cancel',
    subject: deployment.id,
    outcome: done ? (own ? 'accepted' : 'forced') : 'refused',
    reason: done ? null : kind === 'cannot' ? reasonOf(deployment) : deployment.reason,
    detail: {
      environment,
      service,
      sha,
      state,
      requested_by: requestedBy,
      came_to: kind,
      ...(kind === 'cannot' && { why: cancelling.why }),
    },
  });
}
