import type { Context } from '../context.ts';
import type { RemoteDeploy } from './remote-deploy.ts';
import { listRemotes, nameOf } from './store.ts';

/** All places are taken: the one that has been live the longest is named. */
export async function whoIsIdle(ctx: Context, max: number): Promise<string> {
  const live = (await listRemotes(ctx.redis)).filter(
    ({ state, live: up }) => state === 'live' && up !== null,
  );
  const [oldest] = live.toSorted((one, other) => sinceOf(one) - sinceOf(other));
  const all = max === 1 ? 'The one place for remote deploys is' : `All ${max} places for remote deploys are`;
  const full = `${all} taken, so it waits in the line.`;
  if (oldest === undefined) return `${full} “/remote SERVICE#PR down” frees one.`;
  const { service, number } = oldest;
  return `${full} Nothing was deployed for the longest time to “${nameOf(oldest)}”: “/remote ${service}#${number} down” frees its place.`;
}

function sinceOf({ live }: RemoteDeploy): number {
  return live?.since.getTime() ?? 0;
}
