import { defineCommand } from '../src/command.ts';
import { isFinished } from '../src/deployments/deployment.ts';
import { namedDeployment } from '../src/deployments/named.ts';
import { orderAgain } from '../src/deployments/order-again.ts';
import { ConflictError } from '../src/errors.ts';

export const deployRetry = defineCommand({
  name: 'deploy retry',
  usage: '/deploy retry ID',
  summary: 'Deploy the same sha once more, through every gate',
  example: '/deploy retry staging-b4c8d2f7',
  grammar: { words: ['ID'], flags: [], clauses: [] },

  async run(ctx, call) {
    const earlier = await namedDeployment(ctx, call.words);
    const { id, state, environment, leaves } = earlier;
    if (!isFinished(earlier) || !earlier.runOver) {
      throw new ConflictError(`Deployment ${id} is not over yet, so there is nothing to repeat.`, {
        reason: state === 'unknown' ? 'driver_unknown' : 'deployment_running',
        hint:
          state === 'unknown'
            ? `Nobody can tell how it ended: look at the target, then say “/deploy resolve ${id} ran|failed|never”.`
            : `“/deploy status ${environment}” shows how far it is, and “/deploy cancel ${id}” ends it.`,
      });
    }
    return orderAgain(ctx, call, earlier, { kind: 'retry', of: id, ...(leaves !== null && { leaves }) });
  },
});
