import { Temporal } from 'temporal-polyfill';
import * as z from 'zod';
import { isHolidayCountry } from '../sites/holidays.ts';
import { channel, clockTime, duration, listOf, name, person, text, timezone } from './values.ts';

/** In the order of ISO 8601: Monday is 1. */
export const WEEKDAYS: readonly string[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** The weekdays (1 is Monday) that `mon-fri`, `sun-thu` or `mon,wed-fri` names; undefined for anything else. */
export function parseDays(typed: string): ReadonlySet<number> | undefined {
  const days = new Set<number>();
  for (const part of typed.split(',')) {
    const [first = '', last = first, ...more] = part.split('-');
    const from = WEEKDAYS.indexOf(first);
    const to = WEEKDAYS.indexOf(last);
    if (from === -1 || to === -1 || more.length > 0) return undefined;
    for (let day = from; day !== to; day = (day + 1) % 7) days.add(day + 1);
    days.add(to + 1);
  }
  return days;
}

export interface Hours {
  readonly from: Temporal.PlainTime;
  readonly to: Temporal.PlainTime;
}

/** Reads `09:30-18:30`; undefined for anything else, and when the end is not after the start. */
export function parseHours(typed: string): Hours | undefined {
  const [start = '', end = '', ...more] = typed.split('-');
  if (more.length > 0 || !clockTime.safeParse(start).success || !clockTime.safeParse(end).success) {
    return undefined;
  }
  const hours = { from: Temporal.PlainTime.from(start), to: Temporal.PlainTime.from(end) };
  return Temporal.PlainTime.compare(hours.from, hours.to) < 0 ? hours : undefined;
}

const HOURS = 'working hours of one day such as "09:30-18:30"';
const DAYS = 'weekdays such as mon-fri or mon,wed,fri';
const HOLIDAY = 'a date such as 2026-11-09, or the two letters of a country such as IN';

const UNKNOWN_COUNTRY =
  'a country whose public holidays Baton knows, such as IN; list the days off of this one by date';

const TIME = '([01]\\d|2[0-3]):[0-5]\\d';
const WEEKDAY = '(mon|tue|wed|thu|fri|sat|sun)';
const DAY_OR_RANGE = `${WEEKDAY}(-${WEEKDAY})?`;

const hours = text(new RegExp(`^${TIME}-${TIME}$`), HOURS).refine(
  (typed) => parseHours(typed) !== undefined,
  { error: `${HOURS}, the end after the start` },
);
const days = text(new RegExp(`^${DAY_OR_RANGE}(,${DAY_OR_RANGE})*$`), DAYS);
const holiday = text(/^(\d{4}-\d{2}-\d{2}|[A-Z]{2})$/, HOLIDAY)
  .refine(isDateOrCountry, { error: HOLIDAY, abort: true })
  .refine((typed) => typed.length !== 2 || isHolidayCountry(typed), { error: UNKNOWN_COUNTRY });

const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

function isDateOrCountry(typed: string): boolean {
  if (typed.length === 2)
    return !['EU', 'UN', 'EZ', 'ZZ'].includes(typed) && countries.of(typed) !== undefined;
  try {
    return Temporal.PlainDate.from(typed, { overflow: 'reject' }).year > 0;
  } catch {
    return false;
  }
}

export const Site = z.strictObject({
  timezone: timezone.describe('The IANA zone of the site'),
  hours: hours.describe('Working hours, local time'),
  days: days.describe('Working days: mon-fri, or mon,wed,fri'),
  holidays: listOf(holiday, 'dates or countries such as [2026-11-09, IN]')
    .prefault([])
    .describe('Days off: dates, or countries whose public holidays are meant'),
  lead: person.optional().describe('Slack user id of whom a handoff falls back to'),
});
export type Site = z.infer<typeof Site>;

export const Handoff = z.strictObject({
  from: name.describe('The site that passes on its open work'),
  to: name.describe('The site that takes it'),
  at: clockTime.describe('When the digest is posted: local time of the site in `from`'),
  channel: channel.describe('The Slack channel of the digest'),
  acknowledge_within: duration
    .optional()
    .describe('How long the other site may take to press "I have it" before its lead is told'),
});
export type Handoff = z.infer<typeof Handoff>;

export const Pairs = z.strictObject({
  people: listOf(person, 'Slack user ids such as [U0ASHA, U0BEN]')
    .min(2, { error: 'a list of at least two people' })
    .refine((ids) => new Set(ids).size === ids.length, { error: 'a list in which nobody stands twice' })
    .describe('Slack user ids of those who are paired'),
  day: z
    .enum(['mon', 'tue', 'wed', 'thu', 'fri'], { error: 'a day of work such as mon' })
    .default('mon')
    .describe('The day whose digests show the pairs of the week'),
});
export type Pairs = z.infer<typeof Pairs>;
