import type { Context } from '../context.ts';
import { pullRequestState } from '../github/pull-requests.ts';
import { actOnLocks } from './act.ts';
import { type TiedTo, UnreadableLockError } from './lock.ts';
import { lockPlaces } from './places.ts';
import { pullRequestEnded } from './release.ts';
import { readBoard } from './store.ts';

/** Asks GitHub what became of the pull requests that locks are tied to. `why` tells one look from another. */
export async function lookAtTiedLocks(ctx: Context, why: string): Promise<void> {
  const { github } = ctx;
  if (github === undefined) return;
  for (const scope of await lockPlaces(ctx)) {
    for (const { repository, number } of await tiesOn(ctx, scope)) {
      const state = await pullRequestState(github, repository, number).catch((error: unknown) => {
        ctx.log.warn(
          { err: error, repository, number },
          'a lock is tied to a pull request that cannot be read',
        );
        return undefined;
      });
      if (state === 'merged' || state === 'closed') {
        await pullRequestIsOver(ctx, { scope, repository, number, how: state, why });
      }
    }
  }
}

/** The same for the locks that are tied to one pull request, of which somebody told that it may be over. */
export async function lookAtLocksTiedTo(
  ctx: Context,
  { repository, number, why }: { readonly repository: string; readonly number: number; readonly why: string },
): Promise<void> {
  const { github } = ctx;
  if (github === undefined) return;
  const isMeant = (tie: TiedTo) => tie.number === number && tie.repository === repository;
  const scopes = await lockPlaces(ctx);
  const ties = await Promise.all(scopes.map((scope) => tiesOn(ctx, scope)));
  const tied = scopes.filter((_, index) => ties[index]?.some(isMeant));
  if (tied.length === 0) return;
  const how = await pullRequestState(github, repository, number);
  if (how !== 'merged' && how !== 'closed') return;
  for (const scope of tied) await pullRequestIsOver(ctx, { scope, repository, number, how, why });
}

export interface PullRequestOver {
  /** `all`, or an environment. */
  readonly scope: string;
  readonly repository: string;
  readonly number: number;
  readonly how: 'merged' | 'closed';
  readonly why: string;
}

/** Frees the locks that are tied to a pull request that was merged; asks their holders about one that was closed. */
export async function pullRequestIsOver(
  ctx: Context,
  { scope, why, ...ended }: PullRequestOver,
): Promise<void> {
  const command = `${ended.how}-${ended.number}-${why}`;
  await actOnLocks(ctx, { scope, command, rule: pullRequestEnded(ended) });
}

async function tiesOn(ctx: Context, environment: string): Promise<TiedTo[]> {
  try {
    const { board } = await readBoard(ctx.redis, environment);
    return board.locks.flatMap(({ pullRequest }) => (pullRequest === null ? [] : [pullRequest]));
  } catch (error) {
    if (error instanceof UnreadableLockError) return [];
    throw error;
  }
}
