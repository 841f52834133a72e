import { rulesFor } from '../config/find.ts';
import type { RoleName } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { RoleMissingError } from '../errors.ts';
import { isSamePerson } from './accounts.ts';
import type { Person } from './person.ts';
import { holdsRole, listHolders } from './roles.ts';

export interface Permission {
  readonly role: RoleName;
  readonly environment: string;
  /** What it is needed for, to complete “may …”: `lock production`. */
  readonly may: string;
  /** Slack id of somebody who may not in this case, whatever their roles. */
  readonly except?: string;
}

/** Throws RoleMissingError, which tells who may, unless the person holds the role on the environment. */
export async function requireRole(ctx: Context, person: Person, permission: Permission): Promise<void> {
  const { role, environment, may, except } = permission;
  const rules = rulesFor(ctx.config, environment);
  if (await holdsRole(ctx, person, role, rules)) return;
  const of = rules === undefined ? '' : ` of ${environment}`;
  const holders = listHolders(role, ctx.config, rules).filter(
    (id) => except === undefined || !isSamePerson(ctx.config, except, id),
  );
  const nobody = holders.length === 0 ? `The configuration lists no ${role}${of} who may. ` : '';
  throw new RoleMissingError(`Only ${role}s${of} may ${may}, and you are not one.`, holders, {
    hint: `${nobody}“/baton whoami” shows your roles.`,
  });
}
