import { createHash } from 'node:crypto';
import type { Config, Environment } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { isSamePerson } from '../people/accounts.ts';
import { holdsRole, listHolders } from '../people/roles.ts';
import type { Approval, Deployment } from './deployment.ts';

/** A digest of what the configuration asks of approvals on the environment: an approval holds for this rule only. */
export function approvalRule(config: Config, rules: Environment): string {
  const rule = [rules.approvals, [...listHolders('approver', config, rules)].toSorted()];
  return createHash('sha256').update(JSON.stringify(rule)).digest('hex').slice(0, 16);
}

/**
 * Who has approved this very sha under today's rule and not too long ago: each person once, and never the requester, by
 * what the configuration tells of their accounts today.
 */
export function approvalsThatCount(
  config: Config,
  rules: Environment,
  { sha, approvals, requestedBy }: Pick<Deployment, 'sha' | 'approvals' | 'requestedBy'>,
  now: Date,
): string[] {
  const rule = approvalRule(config, rules);
  const counted: string[] = [];
  for (const approval of approvals) {
    if (approval.sha !== sha || approval.rule !== rule) continue;
    if (now.getTime() - approval.at.getTime() >= rules.approval_expires * 1_000) continue;
    if ([requestedBy, ...counted].some((one) => isSamePerson(config, one, approval.by))) continue;
    counted.push(approval.by);
  }
  return counted;
}

/** Those of them who may approve it still. Throws when Slack cannot be asked. */
export async function approvalsThatStand(
  ctx: Pick<Context, 'config' | 'slack' | 'now'>,
  rules: Environment,
  deployment: Pick<Deployment, 'sha' | 'approvals' | 'requestedBy'>,
): Promise<string[]> {
  const counted = approvalsThatCount(ctx.config, rules, deployment, ctx.now());
  const stand = await Promise.all(counted.map((by) => mayYetApprove(ctx, rules, by)));
  return counted.filter((_, index) => stand[index]);
}

async function mayYetApprove(
  ctx: Pick<Context, 'config' | 'slack'>,
  rules: Environment,
  by: string,
): Promise<boolean> {
  const person = await ctx.slack.findPerson(by);
  return person?.barred === null && holdsRole(ctx, person, 'approver', rules);
}

/** With one more; an approval for another sha or rule is not kept. */
export function withApproval(approvals: readonly Approval[], given: Approval): Approval[] {
  return [...approvals.filter(({ sha, rule }) => sha === given.sha && rule === given.rule), given];
}

/** When a deployment that waits for its approvals has waited too long. */
export function approvalDeadline({ createdAt }: Pick<Deployment, 'createdAt'>, rules: Environment): Date {
  return new Date(createdAt.getTime() + rules.approval_expires * 1_000);
}
