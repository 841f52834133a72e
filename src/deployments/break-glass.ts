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

/** In the news, and below it: nobody has to look at it any more. */
export async function tellReviewed(ctx: Context, deployment: Deployment): Promise<void> {
  const notice = newsOf(deployment);
  const { reference } = deployment;
  const correction = { kind: 'correction' as const, notice, channel: channelFor(ctx, deployment), reference };
  await Promise.all([
    post(ctx, deployment, {
      job: `${notice}-reviewed`,
      view: breakGlassReviewed(deployment),
      thread: notice,
    }),
    ctx.jobs.add('messages', `${notice}-over`, {
      version: 1,
      ...correction,
      view: breakGlassNews(deployment),
    }),
  ]);
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
  await ctx.jobs.add('messages', job, {
    version: 1,
    kind: 'notice',
    channel: channelFor(ctx, deployment),
    user: deployment.requestedBy,
    ...shown,
    reference: deployment.reference,
  });
}

function channelFor({ config }: Pick<Context, 'config'>, { channel }: Deployment): string {
  const { audit, releases } = config.slack.channels;
  return audit ?? releases ?? channel;
}

const newsOf = ({ id }: Deployment): string => `${id}-break-glass`;
