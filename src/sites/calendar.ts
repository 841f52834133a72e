import type { Temporal } from 'temporal-polyfill';
import { parseDays, parseHours, type Site } from '../config/sites.ts';
import { publicHolidays } from './holidays.ts';
import { clocksAt, knownZone, toDate, whenClocksShow } from './wall-time.ts';

/** Where no working time comes within a year, none comes. */
const DAYS_OF_A_YEAR = 366;

/** Ten years hold more working time than any length of time in the configuration, unless nobody works. */
const DAYS_TO_COUNT = 10 * DAYS_OF_A_YEAR;

/** The working hours of a day, in milliseconds of the epoch; `to` is the first moment after them. */
export interface Shift {
  readonly from: number;
  readonly to: number;
}

/** The working hours that are taken for granted of somebody without a site: 09:00-17:30 on weekdays. */
export function defaultSite(timezone: string): Site {
  return { timezone: knownZone(timezone), hours: '09:00-17:30', days: 'mon-fri', holidays: [] };
}

/** Whether the site works on this day of its own calendar: one of its weekdays, and no holiday. */
export function isWorkingDay(site: Site, day: Temporal.PlainDate): boolean {
  return parseDays(site.days)?.has(day.dayOfWeek) === true && !isHoliday(site, day);
}

/** Whether the site is within its working hours. */
export function isAtWork(site: Site, at: Date): boolean {
  const shift = shiftOn(site, dayAt(site, at));
  return shift !== undefined && shift.from <= at.getTime() && at.getTime() < shift.to;
}

/** The working hours that go on at the moment, else the next ones; undefined for none within a year. */
export function nextShift(site: Site, at: Date): Shift | undefined {
  for (const shift of shifts(site, dayAt(site, at), DAYS_OF_A_YEAR)) {
    if (shift.to > at.getTime()) return shift;
  }
  return undefined;
}

/** The moment itself where the site is at work, else the next start of its hours; undefined for none within a year. */
export function nextWorkingTime(site: Site, at: Date): Date | undefined {
  const shift = nextShift(site, at);
  return shift === undefined ? undefined : new Date(Math.max(shift.from, at.getTime()));
}

/**
 * When so many seconds of the site's working hours have passed since then; `from` itself for none. Undefined where
 * they have not passed after ten years.
 */
export function afterWorkingTime(site: Site, from: Date, seconds: number): Date | undefined {
  let left = seconds * 1_000;
  if (left <= 0) return from;
  for (const shift of shifts(site, dayAt(site, from), DAYS_TO_COUNT)) {
    const begin = Math.max(shift.from, from.getTime());
    const length = Math.max(0, shift.to - begin);
    if (left <= length) return new Date(begin + left);
    left -= length;
  }
  return undefined;
}

/**
 * Whether the site can take what is handed to it at this moment: it works on the day whose working hours go on or
 * come next there, days off not skipped.
 */
export function isOnDuty(site: Site, at: Date): boolean {
  const clocks = clocksAt(at, site.timezone);
  const today = clocks.toPlainDate();
  const end = endOfHours(site, today);
  return isWorkingDay(site, end !== undefined && at.getTime() < end ? today : today.add({ days: 1 }));
}

/** The working hours of the days from this one on; days off have none. */
function* shifts(site: Site, first: Temporal.PlainDate, days: number): Generator<Shift> {
  for (let index = 0; index < days; index += 1) {
    const shift = shiftOn(site, first.add({ days: index }));
    if (shift !== undefined) yield shift;
  }
}

function shiftOn(site: Site, day: Temporal.PlainDate): Shift | undefined {
  const hours = parseHours(site.hours);
  const to = endOfHours(site, day);
  if (hours === undefined || to === undefined || !isWorkingDay(site, day)) return undefined;
  const { first } = whenClocksShow(day.toPlainDateTime(hours.from), site.timezone);
  // Hours that lie within a gap of the clocks as a whole are none.
  return first.epochMilliseconds < to ? { from: first.epochMilliseconds, to } : undefined;
}

/** When clocks go back over the end of the hours, they last until it comes again. */
function endOfHours(site: Site, day: Temporal.PlainDate): number | undefined {
  const hours = parseHours(site.hours);
  if (hours === undefined) return undefined;
  return toDate(whenClocksShow(day.toPlainDateTime(hours.to), site.timezone).last).getTime();
}

function isHoliday({ holidays }: Site, day: Temporal.PlainDate): boolean {
  const date = day.toString();
  return holidays.some((one) => (one.length === 2 ? publicHolidays(one, day.year).has(date) : one === date));
}

function dayAt({ timezone }: Site, at: Date): Temporal.PlainDate {
  return clocksAt(at, timezone).toPlainDate();
}
