import type { Context } from '../context.ts';
import { findService } from '../config/find.ts';
import { GitHubUnreadableError } from '../errors.ts';
import { compareCommits } from '../github/compare.ts';
import { BATON, type Warning } from '../locks/lock.ts';
import { readBoard } from '../locks/store.ts';

/**
 * Whether a rollback holds this sha back, for whatever deploys by itself: it lies behind the commit that was gone back
 * to, up to the one that was left, or nobody can tell. People may deploy it; `/unlock ENV/SERVICE` ends it. Throws
 * UnreadableLockError.
 */
export async function isHeldBack(
  ctx: Pick<Context, 'redis' | 'github' | 'config'>,
  environment: string,
  service: string,
  sha: string,
): Promise<boolean> {
  const { board } = await readBoard(ctx.redis, environment);
  const scope = `${environment}/${service}`;
  const warning = board.warnings.find((one) => one.by === BATON && one.scope === scope);
  if (warning?.heldBack === undefined) return false;
  if (sha === warning.heldBack.good) return false;
  return sha === warning.heldBack.bad || isWithin(ctx, service, warning.heldBack, sha);
}

async function isWithin(
  { github, config }: Pick<Context, 'github' | 'config'>,
  service: string,
  { good, bad }: NonNullable<Warning['heldBack']>,
  sha: string,
): Promise<boolean> {
  const repository = findService(config, service)?.repository;
  if (github === undefined || repository === undefined) return true;
  try {
    const compared = await compareCommits(github, repository, good, bad);
    if (compared.kind !== 'compared' || compared.truncated) return true;
    return compared.commits.some((commit) => commit.sha === sha);
  } catch (error) {
    if (error instanceof GitHubUnreadableError) return true;
    throw error;
  }
}
