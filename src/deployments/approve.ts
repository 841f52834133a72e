import type { Environment } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { GitHubUnreadableError, UnavailableError, UserError } from '../errors.ts';
import { readAuthors } from '../github/commits.ts';
import { accountsOf, isSamePerson } from '../people/accounts.ts';
import { approvalRule, approvalsThatCount, withApproval } from './approval.ts';
import type { Deployment } from './deployment.ts';
import { wake } from './result.ts';
import { replaceDeployment } from './store.ts';
import { tell } from './tell.ts';
import { withNewest } from './with-newest.ts';

export interface Approved {
  readonly deployment: Deployment;
  readonly given: number;
  readonly needed: number;
  /** They had approved it before; nothing was added. */
  readonly again: boolean;
}

/**
 * Adds one person's approval. Throws UserError `self_approval` for the requester and for whoever made the commit, by
 * any of their accounts, and for a deployment that no longer waits for approvals.
 */
export async function approve(ctx: Context, rules: Environment, id: string, by: string): Promise<Approved> {
  return withNewest(ctx.redis, id, (deployment) => addApproval(ctx, rules, deployment, by));
}

async function addApproval(
  ctx: Context,
  rules: Environment,
  deployment: Deployment,
  by: string,
): Promise<Approved> {
  const { config } = ctx;
  const needed = rules.approvals;
  const before = approvalsThatCount(config, rules, deployment, ctx.now());
  const again = before.some((one) => isSamePerson(config, one, by));
  if (again) return { deployment, given: before.length, needed, again };
  if (deployment.state !== 'awaiting_approval') throw over(deployment);
  await refuseOwnWork(ctx, deployment, by);

  const rule = approvalRule(config, rules);
  const given = { by, at: ctx.now(), sha: deployment.sha, rule };
  const approvals = withApproval(deployment.approvals, given);
  const after = {
    ...deployment,
    approvals,
    approvalsNeeded: needed,
    approvalRule: rule,
    updatedAt: ctx.now(),
  };
  const saved = await replaceDeployment(ctx.redis, deployment, after);
  await tell(ctx, saved);
  const count = approvalsThatCount(config, rules, saved, ctx.now()).length;
  if (count >= needed) await wake(ctx, saved, `approved-${saved.revision}`);
  return { deployment: saved, given: count, needed, again };
}

/** Throws unless the person neither asked for the deployment nor had a hand in the commit. */
export async function refuseOwnWork(ctx: Context, deployment: Deployment, by: string): Promise<void> {
  const { requestedBy, repository, sha, id } = deployment;
  if (isSamePerson(ctx.config, requestedBy, by)) {
    throw selfApproval('You asked for this deployment, so somebody else approves it.', id);
  }
  if (ctx.github === undefined) return;
  const own = accountsOf(ctx.config, by).github;
  const authors = await readAuthors(ctx.github, repository, sha).catch((error: unknown) => {
    if (!(error instanceof GitHubUnreadableError)) throw error;
    throw new UnavailableError(
      'GitHub does not tell who made the commit just now, so nothing was approved.',
      {
        reason: 'checks_unreadable',
        hint: 'Please try again in a minute.',
        cause: error,
      },
    );
  });
  if (authors.logins.some((login) => own.has(login))) {
    throw selfApproval('You had a hand in this commit, so somebody else approves it.', id);
  }
}

function selfApproval(message: string, id: string): UserError {
  const hint = `Ask another approver to press Approve, or to type “/deploy approve ${id}”.`;
  return new UserError(message, { reason: 'self_approval', hint });
}

function over({ id, state }: Deployment): UserError {
  return new UserError(`Deployment ${id} waits for no approval: it is ${state.replace('_', ' ')}.`, {
    hint: 'Nothing was changed. “/deploy history” shows what became of it.',
  });
}
