import type { Context } from '../context.ts';
import { breakGlassNews, breakGlassReviewed } from '../views/break-glass.ts';
import type { RedisClient } from '../redis/script.ts';
import type { View } from '../views/view.ts';
import type { Deployment } from './deployment.ts';
import { findDeployment } from './store.ts';
import { unreviewedIds } from './unreviewed.ts';

const MOST_SHOWN = 5;

/** Where others see it who are not in the environment's channel; it stays open until one of them has reviewed it. */
export async function tellBreakGlass(ctx: Context, deployment: Deployment): Promise<void> {
  await post(ctx, deployment, { job: newsOf(deployment), view: breakGlassNews(deployment) });
}

/** Below the news: nobody has to look at it any more. */
export async function tellReviewed(ctx: Context, deployment: Deployment): Promise<void> {
  const job = `${newsOf(deployment)}-reviewed`;
  await post(ctx, deployment, { job, view: breakGlassReviewed(deployment), thread: newsOf(deployment) });
}

/** The newest deployments that broke the glass and that nobody has reviewed yet. */
export async function listUnreviewed(redis: RedisClient, environment: string): Promise<Deployment[]> {
  const ids = await unreviewedIds(redis, environment, MOST_SHOWN);
  const found = await Promise.all(ids.map((id) => findDeployment(redis, id)));
  return found.flatMap((one) => (one?.breakGlass?.reviewedBy === null ? [one] : []));
}

interface Post {
  readonly job: string;
  readonly view: View;
  readonly thread?: string;
}

async function post(ctx: Context, deployment: Deployment, { job, ...shown }: Post): Promise<void> {
  const { audit, releases } = ctx.config.slack.channels;
  await ctx.jobs.add('messages', job, {
    version: 1,
    kind: 'notice',
    channel: audit ?? releases ?? deployment.channel,
    user: deployment.requestedBy,
    ...shown,
    reference: deployment.reference,
  });
}

const newsOf = ({ id }: Deployment): string => `${id}-break-glass`;
