import type { Environment } from '../config/schema.ts';
import type { Check } from '../github/check-runs.ts';

type Rule = Environment['checks'];

/** What the checks of a commit have against its deployment. */
export type ChecksRefusal =
  | {
      readonly reason: 'checks_failing';
      readonly failing: readonly NamedCheck[];
      /** Names that the rule asks for and the commit does not have. */
      readonly missing: readonly string[];
      /** The rule asks for all checks, and the commit has none. */
      readonly hasNone: boolean;
      /** What may fail yet. */
      readonly pending: readonly NamedCheck[];
    }
  | { readonly reason: 'checks_pending'; readonly pending: readonly NamedCheck[] }
  | { readonly reason: 'checks_unreadable' };

export type NamedCheck = Pick<Check, 'name' | 'url'>;

/**
 * What stands in the way of a commit by the environment's `checks`; undefined when nothing does. A name that several
 * checks share has passed when all of them have. What is missing counts as failing, so under `all` does a commit
 * without any check.
 */
export function judgeChecks(rule: Rule, checks: readonly Check[] | 'unreadable'): ChecksRefusal | undefined {
  if (rule === 'none') return undefined;
  if (checks === 'unreadable') return { reason: 'checks_unreadable' };
  const asked = rule === 'all' ? checks : checks.filter(({ name }) => rule.includes(name));
  const missing =
    rule === 'all' ? [] : [...new Set(rule)].filter((name) => !checks.some((check) => check.name === name));
  const hasNone = rule === 'all' && checks.length === 0;
  const failing = named(asked, 'failing');
  const pending = named(asked, 'pending');
  if (failing.length > 0 || missing.length > 0 || hasNone) {
    return { reason: 'checks_failing', failing, missing, hasNone, pending };
  }
  return pending.length > 0 ? { reason: 'checks_pending', pending } : undefined;
}

function named(checks: readonly Check[], state: Check['state']): NamedCheck[] {
  return checks.filter((check) => check.state === state).map(({ name, url }) => ({ name, url }));
}
