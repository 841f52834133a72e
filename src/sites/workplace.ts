import type { Config } from '../config/schema.ts';
import type { Site } from '../config/sites.ts';
import type { Person } from '../people/person.ts';
import { defaultSite } from './calendar.ts';

/** Where and when somebody works. */
export interface Workplace {
  /** Undefined for somebody whom the configuration gives no site. */
  readonly name: string | undefined;
  readonly site: Site;
}

/** The site of the person; for somebody without one, usual hours in the zone of their Slack account. */
export function workplaceOf(config: Config, { id, timezone }: Pick<Person, 'id' | 'timezone'>): Workplace {
  const name = config.people.find(({ slack }) => slack === id)?.site;
  const site = name === undefined ? undefined : config.sites[name];
  return site === undefined ? { name: undefined, site: defaultSite(timezone) } : { name, site };
}
