import { Temporal } from 'temporal-polyfill';
import { WEEKDAYS } from '../config/sites.ts';
import type { Config } from '../config/schema.ts';
import { isWorkingDay } from '../sites/calendar.ts';

/** Slack ids of two people who work together for a week; of one, where somebody is left over. */
export type Pair = readonly [string, string] | readonly [string];

/** A Monday; weeks are counted from it, so that no year begins the rotation anew. */
const FIRST_MONDAY = Temporal.PlainDate.from('1970-01-05');

/**
 * Who works with whom in the week of a day. Everybody meets everybody before any two meet again; of an odd number each
 * one is left over in turn. Whoever is left by somebody who is off works with another one in the same place.
 */
export function pairsFor(
  people: readonly string[],
  weekOf: Temporal.PlainDate,
  isOff: (person: string) => boolean,
): Pair[] {
  const pairs: Pair[] = [];
  const left: string[] = [];
  // Drawn for the whole list: a holiday of some must not change the weeks of the others.
  for (const drawn of tournamentRound(people, weekNumber(weekOf))) {
    const [one, other] = drawn.filter((person) => !isOff(person));
    if (one !== undefined && other !== undefined) pairs.push([one, other]);
    else if (one !== undefined) left.push(one);
  }
  for (let index = 0; index < left.length; index += 2) {
    const [one, other] = left.slice(index, index + 2);
    if (one !== undefined) pairs.push(other === undefined ? [one] : [one, other]);
  }
  return pairs;
}

/** The pairs of the week of a day, by the configuration: nobody whose site is off on that day. */
export function pairsOfWeek(config: Config, weekOf: Temporal.PlainDate): Pair[] {
  return pairsFor(config.pairs?.people ?? [], weekOf, (person) => {
    const name = config.people.find(({ slack }) => slack === person)?.site;
    const site = name === undefined ? undefined : config.sites[name];
    return site !== undefined && !isWorkingDay(site, weekOf);
  });
}

/** The day on which pairs are suggested, in the week of a day; at the end of a week that of the next one. */
export function pairingDay(config: Config, today: Temporal.PlainDate): Temporal.PlainDate {
  const monday = today.subtract({ days: today.dayOfWeek - 1 });
  const week = today.dayOfWeek > 5 ? monday.add({ days: 7 }) : monday;
  return week.add({ days: Math.max(0, WEEKDAYS.indexOf(config.pairs?.day ?? 'mon')) });
}

/** The circle method: the first one stays in place, the others move on by one chair a week. */
function tournamentRound(people: readonly string[], week: number): string[][] {
  const [first, ...others] = people.length % 2 === 0 ? people : [undefined, ...people];
  const turn = others.length === 0 ? 0 : week % others.length;
  const chairs = [first, ...others.slice(turn), ...others.slice(0, turn)];
  const half = chairs.length / 2;
  return chairs
    .slice(0, half)
    .map((one, index) => [one, chairs[chairs.length - 1 - index]].flatMap((person) => person ?? []));
}

function weekNumber(day: Temporal.PlainDate): number {
  return Math.floor(FIRST_MONDAY.until(day, { largestUnit: 'days' }).days / 7);
}
