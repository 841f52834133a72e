import { createRequire } from 'node:module';
import type Holidays from 'date-holidays';
import type { HolidaysTypes } from 'date-holidays';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The library and its data are 23 MB in memory: loaded only where a configuration names a country. */
const load = createRequire(import.meta.url);
const library = once((): typeof Holidays => load('date-holidays'));
const countries = once(() => new Set(Object.keys(new (library())().getCountries())));

/** Whether the public holidays of the country (two capital letters) are known. */
export function isHolidayCountry(country: string): boolean {
  return countries().has(country);
}

const known = new Map<string, ReadonlySet<string>>();

/** The days (`2026-01-26`) of the year that are public holidays in the whole country; half holidays are none. */
export function publicHolidays(country: string, year: number): ReadonlySet<string> {
  const key = `${country} ${year}`;
  const found = known.get(key) ?? daysOff(country, year);
  known.set(key, found);
  return found;
}

function daysOff(country: string, year: number): ReadonlySet<string> {
  const holidays = new (library())(country, { types: ['public'] }).getHolidays(year);
  const days = holidays.flatMap((holiday) => [...daysOf(holiday)]);
  return new Set(days.filter((day) => day.startsWith(`${year}-`)));
}

/** The days whose noon lies within the holiday, which may begin at sunset or last for a few days. */
function* daysOf({ date, start, end }: HolidaysTypes.Holiday): Generator<string> {
  // `2026-03-20 00:00:00 -0600` is six hours before that midnight. Counted as if in UTC: only the days matter.
  const [, day = '', time = '', shift = '0'] = /^(\S+) (\S+)(?: ([+-]\d\d)00)?$/.exec(date) ?? [];
  const from = Date.parse(`${day}T${time}Z`) + Number(shift) * HOUR;
  const to = from + end.getTime() - start.getTime();
  for (let noon = Math.floor(from / DAY) * DAY + DAY / 2; noon < to; noon += DAY) {
    if (noon > from) yield new Date(noon).toISOString().slice(0, 10);
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
