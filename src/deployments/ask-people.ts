import { findEnvironment, rulesFor } from '../config/find.ts';
import type { Context } from '../context.ts';
import { listHolders } from '../people/roles.ts';
import { lostNews, silentFor } from '../views/lost.ts';
import type { Deployment } from './deployment.ts';

/** Nobody can tell how a run ended: asks the deployers of the environment in its thread, once a deployment. */
export async function askPeople(ctx: Context, deployment: Deployment): Promise<void> {
  const { releases = '' } = ctx.config.slack.channels;
  const rules = rulesFor(ctx.config, deployment.environment);
  const deployers = listHolders('deployer', ctx.config, rules);
  await ctx.jobs.add('messages', `${deployment.id}-lost`, {
    version: 1,
    kind: 'notice',
    // One that a label asked for has no message in Slack.
    channel: deployment.channel === '' ? releases : deployment.channel,
    deployment: deployment.id,
    user: deployment.requestedBy,
    view: lostNews(deployment, { deployers, needed: verdictsNeeded(ctx, deployment) }),
    reference: deployment.reference,
  });
}

/** Nothing was heard of a start in time: tells whoever asked for it, once a deployment. */
export async function askRequester(ctx: Context, deployment: Deployment): Promise<void> {
  await ctx.jobs.add('messages', `${deployment.id}-silent`, {
    version: 1,
    kind: 'reply',
    user: deployment.requestedBy,
    channel: '',
    responseUrl: '',
    view: silentFor(deployment),
    reference: deployment.reference,
  });
}

/** How many people must say the same of a run of which nobody can tell: two where deployments need approvals. */
export function verdictsNeeded({ config }: Pick<Context, 'config'>, { environment }: Deployment): number {
  return (findEnvironment(config, environment)?.approvals ?? 0) > 0 ? 2 : 1;
}
