import type { Context } from '../context.ts';
import { GitHubUnreadableError } from '../errors.ts';
import { type Compared, compareCommits } from '../github/compare.ts';
import { dryRun } from '../views/dry-run.ts';
import type { View } from '../views/view.ts';
import { readFacts } from './facts.ts';
import { judge } from './gates.ts';
import type { Caller, Order } from './order.ts';
import { newDeployment } from './request.ts';

/** Says what a deployment would do, what it would bring and what stands in its way, and changes nothing. */
export async function rehearse(ctx: Context, caller: Caller, wanted: Order): Promise<View> {
  const { environment, service, repository, resolved, rules } = wanted;
  const candidate = newDeployment(ctx, '', { ...wanted, ...caller, command: '' }, rules);
  const facts = await readFacts(ctx, rules, { ...candidate, refKind: 'sha' }, caller.actor);
  const brings = await whatItWouldBring(ctx, repository, { from: facts.live?.sha, to: resolved.sha });
  const refusals = judge(facts);
  return dryRun({ environment, service, repository, resolved, live: facts.live, refusals, brings });
}

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
