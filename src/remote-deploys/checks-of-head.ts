import type { Context } from '../context.ts';
import { deployWorkflowsFor, judgeChecks } from '../deployments/checks.ts';
import { GitHubUnreadableError } from '../errors.ts';
import { readChecks } from '../github/check-runs.ts';
import { NO_CHECKS_AFTER_SECONDS } from './look-again.ts';
import type { RemoteDeploy } from './remote-deploy.ts';

/** What a push has to wait for; undefined when it may be deployed. */
export async function readClosed(
  ctx: Context,
  { repository, head, headSince }: RemoteDeploy,
): Promise<string | undefined> {
  if (ctx.github === undefined) return 'GitHub is off.';
  try {
    const workflows = deployWorkflowsFor(ctx.config, repository);
    const refusal = judgeChecks(
      'all',
      await readChecks(ctx.github, repository, head, { deployWorkflows: workflows }),
    );
    if (refusal === undefined) return undefined;
    if (refusal.reason === 'checks_unreadable') return 'GitHub could not be asked about the checks.';
    if (refusal.reason === 'checks_pending') return 'The newest commit waits for its checks.';
    if (!refusal.hasNone) return 'The checks of the newest commit have failed, so it is not deployed.';
    const seconds = (ctx.now().getTime() - headSince.getTime()) / 1_000;
    return seconds < NO_CHECKS_AFTER_SECONDS ? 'The newest commit waits for its checks to begin.' : undefined;
  } catch (error) {
    if (error instanceof GitHubUnreadableError) return 'GitHub could not be asked about the checks.';
    throw error;
  }
}
