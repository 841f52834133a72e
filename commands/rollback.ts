import { defineCommand, type Words } from '../src/command.ts';
import type { Context } from '../src/context.ts';
import type { Deployment } from '../src/deployments/deployment.ts';
import { findWayBack } from '../src/deployments/go-back.ts';
import { namedDeployment } from '../src/deployments/named.ts';
import { orderedBefore } from '../src/deployments/order.ts';
import { orderAgain } from '../src/deployments/order-again.ts';
import { NotFoundError, UserError } from '../src/errors.ts';
import { environmentNamed, readScope } from '../src/slack/target.ts';

export const deployRollback = defineCommand({
  name: 'deploy rollback',
  usage: '/deploy rollback ENV [SERVICE]',
  summary: 'Deploy the last sha that succeeded there before what is live',
  example: '/deploy rollback production api',
  grammar: {
    words: ['ENV', '[SERVICE]'],
    flags: [],
    clauses: [],
    // Buttons name the very deployment that they were made for.
    values: { from: 'word' },
  },

  async run(ctx, call) {
    const place = readScope(ctx.config, call.words);
    if (place.environment === 'all')
      throw new UserError('Which environment?', { example: '/deploy rollback production api' });
    const [first = ''] = environmentNamed(ctx.config, place.environment, 'deploy rollback').services;
    const { environment, service = first } = place;
    const from = await deploymentFrom(ctx, call.words, { environment, service });

    const earlier = call.again ? await orderedBefore(ctx, call, environment) : undefined;
    if (earlier !== undefined) return earlier;

    const way = await findWayBack(ctx.redis, { environment, service, from });
    if (way === undefined) {
      throw new NotFoundError(`No other sha of ${service} has succeeded on ${environment} before.`, {
        reason: 'ref_not_found',
        hint: '“/deploy history” names what was deployed. Deploy the one that you mean.',
        example: `/deploy ${environment} ${service}@v1.2.3`,
      });
    }
    const { to, leaves } = way;
    return orderAgain(ctx, call, to, { kind: 'rollback', of: to.id, leaves });
  },
});

/** The failed deployment that a button was made for. */
async function deploymentFrom(
  ctx: Context,
  words: Words,
  { environment, service }: Pick<Deployment, 'environment' | 'service'>,
): Promise<Deployment | undefined> {
  const id = words.values.get('from');
  if (id === undefined) return undefined;
  const from = await namedDeployment(ctx, words, id);
  if (from.environment === environment && from.service === service) return from;
  throw new UserError(`Deployment ${id} is not one of ${service} on ${environment}.`);
}
