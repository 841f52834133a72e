import type { Context } from '../context.ts';
import type { UnreadableError } from '../errors.ts';
import { tellAdmins } from '../people/tell-admins.ts';
import { deploymentUnreadable } from '../views/lost.ts';
import type { Outcome } from '../worker.ts';
import { environmentOfDeployment } from './deployment.ts';

/** An admin may have put it right by then. */
const LOOK_AGAIN_SECONDS = 60;

/** A value on which a deployment depends cannot be read: it is left as it is, it blocks, and admins are told once. */
export async function blockUnreadable(ctx: Context, id: string, error: UnreadableError): Promise<Outcome> {
  const { key, cause } = error;
  const environment = environmentOfDeployment(id) ?? '';
  ctx.log.error({ deployment: id, key, err: error }, 'a stored value cannot be read, so a deployment blocks');
  await tellAdmins(ctx, {
    name: `${id}-unreadable`,
    environment,
    cause: `${key} ${String(cause)}`,
    toldKey: `baton:{${environment}}:deployment:${id}:unreadable`,
    view: (reference) => deploymentUnreadable({ id, key }, reference),
  });
  return { againInSeconds: LOOK_AGAIN_SECONDS };
}
