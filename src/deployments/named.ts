import type { Words } from '../command.ts';
import type { Context } from '../context.ts';
import { NotFoundError, UserError } from '../errors.ts';
import type { Deployment } from './deployment.ts';
import { findDeployment } from './store.ts';

/** The deployment whose id was typed. Throws UserError when none was, and NotFoundError when there is none. */
export async function namedDeployment(
  ctx: Context,
  { command, words }: Words,
  id = words[0]?.text,
): Promise<Deployment> {
  if (id === undefined) {
    throw new UserError('Which deployment?', {
      hint: 'Its id is in the small print of its message, and in “/deploy history”.',
      example: `/${command} staging-b4c8d2f7`,
    });
  }
  const deployment = await findDeployment(ctx.redis, id);
  if (deployment !== undefined) return deployment;
  throw new NotFoundError(`There is no deployment “${id}”.`, {
    hint: '“/deploy history” lists the last ones with their ids.',
    example: `/${command} staging-b4c8d2f7`,
  });
}
