import { rulesFor } from '../config/find.ts';
import type { Context } from '../context.ts';
import { isAtWork } from '../sites/calendar.ts';
import { workplaceOf } from '../sites/workplace.ts';
import { holdsRole } from './roles.ts';

const MOST_NAMED = 3;

/** What is known of somebody who is not at work now; undefined when they are, or nobody can tell. */
export async function awayFrom(
  ctx: Context,
  {
    person,
    environment,
    asker,
  }: { readonly person: string; readonly environment: string; readonly asker: string },
): Promise<{ clock: string; awake: string[] } | undefined> {
  const now = ctx.now();
  const known = await ctx.slack.findPerson(person).catch(() => undefined);
  if (known === undefined) return undefined;
  const { name, site } = workplaceOf(ctx.config, known);
  if (isAtWork(site, now)) return undefined;

  const rules = rulesFor(ctx.config, environment);
  const awake: string[] = [];
  for (const { slack: id, site: siteName } of ctx.config.people) {
    const place = siteName === undefined ? undefined : ctx.config.sites[siteName];
    if (awake.length >= MOST_NAMED || id === person || id === asker || place === undefined) continue;
    if (!isAtWork(place, now)) continue;
    const couldHelp =
      siteName === name || (await holdsRole(ctx, { id }, 'deployer', rules).catch(() => false));
    if (couldHelp) awake.push(id);
  }
  return { clock: clockOf(now, known.timezone), awake };
}

function clockOf(now: Date, timezone: string): string {
  const format = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  try {
    return new Intl.DateTimeFormat('en', { ...format, timeZone: timezone }).format(now);
  } catch {
    return new Intl.DateTimeFormat('en', { ...format, timeZone: 'UTC' }).format(now);
  }
}
