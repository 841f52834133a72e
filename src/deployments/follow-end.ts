import type { Context } from '../context.ts';
import { orUnreadable } from '../errors.ts';
import { actOnLocks, askToKeepLocks } from '../locks/act.ts';
import { holdBack } from '../locks/hold-back.ts';
import { type Deployment, hasSucceeded } from './deployment.ts';
import { listUnleased } from './unleased.ts';
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

/** What was asked for earlier and still waits for approvals would undo what is live now. */
async function supersedeOlder(ctx: Context, newer: Deployment): Promise<void> {
  const unleased = await orUnreadable(listUnleased(ctx.redis, newer.environment, newer.service));
  if (unleased === 'unreadable') {
    ctx.log.error({ deployment: newer.id }, 'what waits cannot be read, so nothing older was superseded');
    return;
  }
  for (const { id, createdAt } of unleased) {
    if (createdAt < newer.createdAt) await supersede(ctx, id, newer);
  }
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
  if (bad === null || bad === good) return;
  const scope = `${environment}/${service}`;
  const rule = holdBack({ scope, deployment, person, good, bad });
  await actOnLocks(ctx, { scope, command: `${deployment}-held-back`, rule });
}
