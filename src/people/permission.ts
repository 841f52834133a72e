import { rulesFor } from '../config/find.ts';
import type { Config, RoleName } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import type { Person } from './person.ts';
import { holdsRole, listHolders } from './roles.ts';

export interface Permission {
  readonly role: RoleName;
  readonly environment: string;
  /** What it is needed for, to complete “may …”: `lock production`. */
  readonly may: string;
}

/** Throws UserError `not_allowed`, which says who may, unless the person holds the role on the environment. */
export async function requireRole(ctx: Context, person: Person, permission: Permission): Promise<void> {
  const { role, environment, may } = permission;
  if (await holdsRole(ctx, person, role, rulesFor(ctx.config, environment))) return;
  const of = rulesFor(ctx.config, environment) === undefined ? '' : ` of ${environment}`;
  throw new UserError(`Only ${role}s${of} may ${may}, and you are not one.`, {
    reason: 'not_allowed',
    hint: `${whoMay(ctx.config, role, environment)} “/baton whoami” shows your roles.`,
  });
}

function whoMay(config: Config, role: RoleName, environment: string): string {
  const holders = listHolders(role, config, rulesFor(config, environment));
  const names = config.people.filter(({ slack }) => holders.includes(slack)).map(({ name }) => name);
  if (holders.length === 0) return `Nobody is ${role} of ${environment}: the configuration lists no one.`;
  if (names.length === 0) return `Whoever keeps Baton's configuration can make you ${role}.`;
  const shown = names.slice(0, 5).join(', ');
  return `${names.length > 5 ? `${shown} and others` : shown} may: ask one of them.`;
}
