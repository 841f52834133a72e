import type { Context } from '../context.ts';
import { GitHubUnreadableError } from '../errors.ts';
import { type Compared, compareCommits } from '../github/compare.ts';

/** The commits between what is live and what is asked for; undefined where nobody can tell. */
export async function whatItWouldBring(
  { github, log }: Pick<Context, 'github' | 'log'>,
  repository: string,
  { from, to }: { readonly from: string | undefined; readonly to: string },
): Promise<Compared | undefined> {
  if (github === undefined || from === undefined || from === to) return undefined;
  try {
    return await compareCommits(github, repository, from, to);
  } catch (error) {
    if (!(error instanceof GitHubUnreadableError)) throw error;
    log.warn({ err: error, repository }, 'GitHub does not compare what is live with what is asked for');
    return undefined;
  }
}
