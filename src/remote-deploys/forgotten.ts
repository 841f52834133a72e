import { createHash } from 'node:crypto';
import { remoteServiceOf } from '../config/find.ts';
import type { Context } from '../context.ts';
import { tellOperators } from '../deployments/tell-operators.ts';
import { remotesForgotten } from '../views/remote.ts';
import { listRemotes, nameOf } from './store.ts';

/**
 * Says that remote deploys are up for which the configuration has nothing any more: without their driver they cannot be
 * torn down. Operators are told of the same ones once.
 */
export async function tellForgotten(ctx: Context): Promise<void> {
  const remotes = (await listRemotes(ctx.redis)).filter(
    ({ repository, deployment, mayBeUp, live }) =>
      remoteServiceOf(ctx.config, repository) === undefined &&
      (mayBeUp || live !== null || deployment !== null),
  );
  if (remotes.length === 0) return;
  const names = remotes.map(nameOf);
  ctx.log.error({ remotes: names }, 'remote deploys are up that remote_deploys has nothing for');
  const digest = createHash('sha256').update(names.join()).digest('hex').slice(0, 16);
  await tellOperators(ctx, `remotes-forgotten-${digest}`, remotesForgotten(remotes));
}
