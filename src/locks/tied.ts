import type { Context } from '../context.ts';
import { pullRequestState } from '../github/pull-requests.ts';
import { actOnLocks } from './act.ts';
import { ALL, type TiedTo, UnreadableLockError } from './lock.ts';
import { pullRequestEnded } from './release.ts';
import { readBoard } from './store.ts';

/** Asks GitHub what became of the pull requests that locks are tied to. `why` tells one look from another. */
export async function lookAtTiedLocks(ctx: Context, why: string): Promise<void> {
  const { github } = ctx;
  if (github === undefined) return;
  for (const scope of [ALL, ...Object.keys(ctx.config.environments)]) {
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
