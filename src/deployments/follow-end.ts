import type { Context } from '../context.ts';
import { UnreadableError } from '../errors.ts';
import { actOnLocks, askToKeepLocks } from '../locks/act.ts';
import { holdBack } from '../locks/hold-back.ts';
import { type Deployment, hasSucceeded } from './deployment.ts';
import { findDeployment } from './store.ts';
import { unleasedIds } from './unleased.ts';
import { afterEnd, endWaiting } from './waiting.ts';
import { withNewest } from './with-newest.ts';

/** What follows from the end of a deployment, whoever saved it: the line moves on, older ones give way. Safe to repeat. */
export async function followEnd(ctx: Context, deployment: Deployment): Promise<void> {
  await afterEnd(ctx, deployment);
  await askToKeepLocks(ctx, deployment.environment, `${deployment.id}-ended`);
  if (!hasSucceeded(deployment)) return;
  await supersedeOlder(ctx, deployment);
  if (deployment.leaves !== null) await warnOfRollback(ctx, deployment);
}

/**
 * What was asked for earlier and still waits for approvals would undo what is live now. Throws UnreadableError after all
 * others for one that cannot be read, so that it is looked at again.
 */
async function supersedeOlder(ctx: Context, newer: Deployment): Promise<void> {
  let unreadable: UnreadableError | undefined;
  for (const [id, service] of await unleasedIds(ctx.redis, newer.environment)) {
    if (service !== newer.service) continue;
    try {
      const older = await findDeployment(ctx.redis, id);
      if (older !== undefined && older.createdAt < newer.createdAt) await supersede(ctx, id, newer);
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      unreadable = error;
    }
  }
  if (unreadable !== undefined) throw unreadable;
}

async function supersede(ctx: Context, id: string, newer: Deployment): Promise<void> {
  const summary = `${newer.id} was asked for later and is live: ${newer.ref} at ${newer.sha.slice(0, 7)}.`;
  await withNewest(ctx.redis, id, async (older) => {
    if (older.state !== 'awaiting_approval') return; // an approval at the same moment was faster
    await endWaiting(ctx, older, { state: 'superseded', reason: 'superseded', summary });
  });
}

/** Holds the environment against automatic deployments of what was left, until somebody says otherwise. */
async function warnOfRollback(ctx: Context, rollback: Deployment): Promise<void> {
  const { id: deployment, environment, service, requestedBy: person, sha: good, leaves: bad } = rollback;
  const { channel } = rollback;
  if (bad === null || bad === good) return;
  const scope = `${environment}/${service}`;
  const rule = holdBack({ scope, deployment, person, good, bad, channel });
  await actOnLocks(ctx, { scope, command: `${deployment}-held-back`, rule });
}
