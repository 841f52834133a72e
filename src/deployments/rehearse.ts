import type { Context } from '../context.ts';
import { dryRun } from '../views/dry-run.ts';
import type { View } from '../views/view.ts';
import { whatItWouldBring } from './what-it-would-bring.ts';
import { readFacts } from './facts.ts';
import { judge } from './gates.ts';
import { type Caller, type Order, warningsAbout, withHelp } from './order.ts';
import { newDeployment } from './request.ts';

/** Says what a deployment would do, what it would bring and what stands in its way, and changes nothing. */
export async function rehearse(ctx: Context, caller: Caller, wanted: Order): Promise<View> {
  const { environment, service, repository, resolved, rules } = wanted;
  const candidate = newDeployment(ctx, '', { ...wanted, ...caller, command: '' }, rules);
  const facts = await readFacts(ctx, rules, { ...candidate, refKind: 'sha' }, caller.actor);
  const brings = await whatItWouldBring(ctx, repository, { from: facts.live?.sha, to: resolved.sha });
  const refusals = await Promise.all(judge(facts).map((refusal) => withHelp(ctx, refusal, caller)));
  const warnings = await warningsAbout(ctx, { environment, service });
  return dryRun({ environment, service, repository, resolved, live: facts.live, refusals, warnings, brings });
}
