import { isRemoteEnvironment } from '../config/remote-name.ts';
import type { Environment } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { mayWrite } from '../github/permissions.ts';
import { accountsOf } from '../people/accounts.ts';
import type { Person } from '../people/person.ts';
import { holdsRole } from '../people/roles.ts';
import type { Deployment } from './deployment.ts';

const PREFIX = 'github:';

/** How somebody is recorded whom only GitHub knows. */
export function asGitHubLogin(login: string): string {
  return `${PREFIX}${login}`;
}

/** Whether an id is that of somebody whom only GitHub knows. */
export function isGitHubLogin(id: string): boolean {
  return id.startsWith(PREFIX);
}

/**
 * Whether somebody may deploy there now. A pull request's own environment is open to deployers and to whoever may write to
 * the repository, unless `remote_deploys` names deployers of its own. Throws when Slack or GitHub cannot be asked.
 */
export async function mayDeploy(
  ctx: Context,
  rules: Environment,
  { environment, repository }: Pick<Deployment, 'environment' | 'repository'>,
  actor: Pick<Person, 'id'>,
): Promise<boolean> {
  const isRemote = isRemoteEnvironment(environment);
  if (!isRemote || rules.roles?.deployer !== undefined) return holdsRole(ctx, actor, 'deployer', rules);
  const { github } = ctx;
  const logins = loginsOf(ctx, actor);
  if (github !== undefined) {
    const may = await Promise.all(logins.map((login) => mayWrite(github, repository, login)));
    if (may.includes(true)) return true;
  }
  return !isGitHubLogin(actor.id) && holdsRole(ctx, actor, 'deployer', rules);
}

function loginsOf({ config }: Context, { id }: Pick<Person, 'id'>): readonly string[] {
  return isGitHubLogin(id) ? [id.slice(PREFIX.length)] : [...accountsOf(config, id).github];
}
