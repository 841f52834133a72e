import type { Environment, RoleName } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { isAtWork } from '../sites/calendar.ts';
import { isSamePerson } from './accounts.ts';
import { holdsRole } from './roles.ts';

const MOST_NAMED = 3;

/** Who holds the role on the environment and is at work now, `asker` aside: at most three, of those with a site. */
export async function awakeHolders(
  ctx: Context,
  role: RoleName,
  rules: Environment,
  asker: string,
): Promise<string[]> {
  const awake: string[] = [];
  for (const { slack: id, site: siteName } of ctx.config.people) {
    const site = siteName === undefined ? undefined : ctx.config.sites[siteName];
    if (awake.length >= MOST_NAMED) break;
    if (site === undefined || !isAtWork(site, ctx.now()) || isSamePerson(ctx.config, id, asker)) continue;
    if (await holdsRole(ctx, { id }, role, rules).catch(() => false)) awake.push(id);
  }
  return awake;
}
