import { createHash } from 'node:crypto';
import type { Config, Environment } from '../config/schema.ts';
import { isSamePerson } from '../people/accounts.ts';
import { listHolders } from '../people/roles.ts';
import type { Approval, Deployment } from './deployment.ts';

/** A digest of what the configuration asks of approvals on the environment: an approval holds for this rule only. */
export function approvalRule(config: Config, rules: Environment): string {
  const rule = [rules.approvals, [...listHolders('approver', config, rules)].toSorted()];
  return createHash('sha256').update(JSON.stringify(rule)).digest('hex').slice(0, 16);
}

/** Who has approved this very sha under today's rule: each person once, and never the requester. */
export function approvalsThatCount(
  config: Config,
  rules: Environment,
  { sha, approvals }: Pick<Deployment, 'sha' | 'approvals'>,
): string[] {
  const rule = approvalRule(config, rules);
  const counted: string[] = [];
  for (const approval of approvals) {
    if (approval.sha !== sha || approval.rule !== rule) continue;
    if (counted.some((by) => isSamePerson(config, by, approval.by))) continue;
    counted.push(approval.by);
  }
  return counted;
}

/** With one more; an approval for another sha or rule is not kept. */
export function withApproval(approvals: readonly Approval[], given: Approval): Approval[] {
  return [...approvals.filter(({ sha, rule }) => sha === given.sha && rule === given.rule), given];
}

/** When a deployment that waits for its approvals has waited too long. */
export function approvalDeadline({ createdAt }: Pick<Deployment, 'createdAt'>, rules: Environment): Date {
  return new Date(createdAt.getTime() + rules.approval_expires * 1_000);
}
