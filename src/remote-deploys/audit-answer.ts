import { appendAudit } from '../audit/store.ts';
import type { Context } from '../context.ts';
import type { RemoteDeploy } from './remote-deploy.ts';
import { nameOf } from './store.ts';
import type { Wanted } from './wanted.ts';

/**
 * Puts on the trail that a label was refused, and why an environment goes. Safe to repeat: each is told once. What a
 * command asks for and what is deployed stand there by themselves.
 */
export async function auditAnswer(ctx: Context, remote: RemoteDeploy, wanted: Wanted): Promise<void> {
  const { environment, service, stop, wish, head } = remote;
  const name = nameOf(remote);
  const at = ctx.now();
  const subject = `${environment}/${service}`;
  if (wanted.kind === 'refused') {
    const { reason } = wanted;
    // What comes from a fork is refused whoever labels it.
    const actor = wanted.wish?.by ?? 'baton';
    const id = `remote-${name}-refused-${reason}-${wanted.wish?.id ?? 'once'}`;
    const detail = { pull_request: name, sha: head };
    const action = 'remote deploy';
    await appendAudit(ctx.redis, { id, at, actor, action, subject, outcome: 'refused', reason, detail });
    return;
  }
  if (stop === null || stop.why === 'command' || stop.why === 'refused') return;
  const outcome = stop.why === 'expired' ? 'expired' : 'accepted';
  await appendAudit(ctx.redis, {
    id: `remote-${name}-down-${stop.at.getTime()}`,
    at,
    actor: 'baton',
    action: 'remote down',
    subject,
    outcome,
    reason: null,
    detail: { pull_request: name, because: stop.why, asked_for_by: wish?.by ?? null },
  });
}
