import type { Config, Environment } from '../config/schema.ts';
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
 * without any check. Where no rule is configured the checks that there are must have passed.
 */
export function judgeChecks(rule: Rule, checks: readonly Check[] | 'unreadable'): ChecksRefusal | undefined {
  if (rule === 'none') return undefined;
  if (checks === 'unreadable') return { reason: 'checks_unreadable' };
  const names = typeof rule === 'object' ? rule : undefined;
  const asked = names === undefined ? checks : checks.filter(({ name }) => names.includes(name));
  const missing = [...new Set(names)].filter((name) => !checks.some((check) => check.name === name));
  const hasNone = rule === 'all' && checks.length === 0;
  const failing = named(asked, 'failing');
  const pending = named(asked, 'pending');
  if (failing.length > 0 || missing.length > 0 || hasNone) {
    return { reason: 'checks_failing', failing, missing, hasNone, pending };
  }
  return pending.length > 0 ? { reason: 'checks_pending', pending } : undefined;
}

/**
 * The workflow files by which GitHub Actions deploys a repository, so that their runs are not taken for checks of it:
 * what `readChecks` wants to know. Undefined where no driver of the configuration deploys it through GitHub Actions.
 */
export function deployWorkflowsFor(
  { services, environments, remote_deploys }: Config,
  repository: string,
): readonly string[] | undefined {
  const wanted = repository.toLowerCase();
  const places = [...Object.values(environments), ...(remote_deploys === undefined ? [] : [remote_deploys])];
  const drivers = places
    .filter((place) => place.services.some((name) => services[name]?.repository.toLowerCase() === wanted))
    .map(({ driver }) => driver)
    .filter(({ type }) => type === 'github-actions' || type === 'github-deployment');
  if (drivers.length === 0) return undefined;
  return [...new Set(drivers.flatMap((driver) => ('workflow' in driver ? driver.workflow : [])))];
}

function named(checks: readonly Check[], state: Check['state']): NamedCheck[] {
  return checks.filter((check) => check.state === state).map(({ name, url }) => ({ name, url }));
}
