import type { Context } from '../context.ts';
import { type Deployment, isFinished } from '../deployments/deployment.ts';
import { deploymentView } from '../views/deployment.ts';
import type { Outcome } from '../worker.ts';
import { deploymentMessageKey, type HeldMessage } from './message-store.ts';
import { showOutput } from './show-output.ts';
import { showView } from './show-view.ts';

/** Makes the one message of a deployment say what its record says, and puts the output of its run in the thread. */
export async function showState(
  ctx: Context,
  held: HeldMessage,
  deployment: Deployment,
  job: string,
): Promise<Outcome> {
  const { id, channel, requestedBy: user, state } = deployment;
  const view = deploymentView(deployment);
  const post = { channel, user, view, state, final: isFinished(deployment), job };
  const outcome = await showView(ctx, held, { ...post, key: deploymentMessageKey(id) });
  return outcome === 'done' ? showOutput(ctx, held, deployment, job) : outcome;
}
