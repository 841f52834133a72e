import { expect, it } from '@jest/globals';
import { Temporal } from 'temporal-polyfill';
import type { Site } from '../../src/config/sites.ts';
import {
  afterWorkingTime,
  defaultSite,
  isAtWork,
  isOnDuty,
  isWorkingDay,
  nextWorkingTime,
} from '../../src/sites/calendar.ts';
import { workplaceOf } from '../../src/sites/workplace.ts';
import { testConfig } from '../support/config.ts';
import { MINUTE, type WallClock, wallClock, weekdayOf } from '../support/wall-clock.ts';

const site = (rules: Partial<Site>): Site => ({
  timezone: 'Asia/Kolkata',
  hours: '09:30-18:30',
  days: 'mon-fri',
  holidays: [],
  ...rules,
});

const WEEKDAYS: Record<string, number[]> = {
  'mon-fri': [1, 2, 3, 4, 5],
  'sun-thu': [7, 1, 2, 3, 4],
  'mon-sun': [1, 2, 3, 4, 5, 6, 7],
};

const WINDOWS: readonly { zone: string; from: string; hours: string; days: string; holidays?: string[] }[] = [
  {
    zone: 'Asia/Kolkata',
    from: '2026-11-06',
    hours: '09:30-18:30',
    days: 'mon-fri',
    holidays: ['2026-11-09'],
  },
  {
    zone: 'Asia/Kathmandu',
    from: '2026-11-19',
    hours: '10:00-17:15',
    days: 'sun-thu',
    holidays: ['2026-11-24'],
  },
  { zone: 'Europe/London', from: '2026-03-26', hours: '09:00-17:30', days: 'mon-fri' },
  { zone: 'Europe/London', from: '2026-03-26', hours: '01:30-09:00', days: 'mon-sun' },
  { zone: 'Europe/London', from: '2026-10-22', hours: '00:00-01:30', days: 'mon-sun' },
  { zone: 'Europe/London', from: '2026-10-22', hours: '01:30-09:00', days: 'mon-sun' },
  { zone: 'America/New_York', from: '2026-03-05', hours: '00:00-02:30', days: 'mon-sun' },
  { zone: 'America/New_York', from: '2026-10-29', hours: '09:00-17:30', days: 'sun-thu' },
  { zone: 'America/Los_Angeles', from: '2026-10-29', hours: '01:15-01:45', days: 'mon-sun' },
  { zone: 'America/Los_Angeles', from: '2027-03-11', hours: '02:15-02:45', days: 'mon-sun' },
  { zone: 'America/Santiago', from: '2026-09-03', hours: '00:00-08:00', days: 'mon-sun' },
  { zone: 'America/Santiago', from: '2026-04-02', hours: '16:00-23:59', days: 'mon-sun' },
  { zone: 'Australia/Lord_Howe', from: '2026-10-01', hours: '02:15-11:00', days: 'mon-sun' },
  { zone: 'Australia/Lord_Howe', from: '2026-04-02', hours: '01:45-11:00', days: 'mon-sun' },
];

it.each(WINDOWS)('counts the minutes of $hours, $days, in $zone from $from as clocks do', (window) => {
  const { zone, from, hours, days, holidays = [] } = window;
  const place = site({ timezone: zone, hours, days, holidays });
  const start = Date.parse(`${from}T00:00Z`);
  const worked = minutesAtWork(place, start, WEEKDAYS[days] ?? []);

  const edges = worked.flatMap((at, index) => [
    ...(worked[index - 1] === at - MINUTE ? [] : [at - MINUTE, at]),
    ...(worked[index + 1] === at + MINUTE ? [] : [at, at + MINUTE]),
  ]);
  const last = worked.at(-1) ?? 0;
  for (const at of [...edges, ...every(41, start, 6)].filter((one) => one >= start && one < last)) {
    const [next = 0] = worked.slice(firstNotBefore(worked, at));
    const told = [new Date(at).toISOString(), isAtWork(place, new Date(at))];
    expect(told).toEqual([told[0], next === at]);
    expect(nextWorkingTime(place, new Date(at))).toEqual(new Date(next));
  }
  for (const at of every(197, start, 5)) {
    const rest = worked.slice(firstNotBefore(worked, at));
    for (const minutes of [1, 30, 45, 240]) {
      // So many whole minutes have passed at the end of the last of them.
      const end = rest[minutes - 1];
      if (end === undefined) continue;
      expect(afterWorkingTime(place, new Date(at), minutes * 60)).toEqual(new Date(end + MINUTE));
    }
  }
  expect(worked.length).toBeGreaterThan(100);
});

it('reaches an end that lies between two minutes', () => {
  const from = new Date('2026-11-20T12:59:30.250Z'); // Friday, half a minute before the end of work

  expect(afterWorkingTime(site({}), from, 10)?.toISOString()).toBe('2026-11-20T12:59:40.250Z');
  expect(afterWorkingTime(site({}), from, 29.75)?.toISOString()).toBe('2026-11-20T13:00:00.000Z');
  expect(afterWorkingTime(site({}), from, 30)?.toISOString()).toBe('2026-11-23T04:00:00.250Z');
  expect(afterWorkingTime(site({}), from, 0)).toEqual(from);
});

it('counts no further than ten years, and looks no further than one', () => {
  const start = Temporal.PlainDate.from('2026-01-01');
  const holidays = Array.from({ length: 4_100 }, (_, index) => start.add({ days: index }).toString());
  const closed = site({ holidays });

  expect(nextWorkingTime(closed, new Date('2026-11-20T05:00Z'))).toBeUndefined();
  expect(afterWorkingTime(closed, new Date('2026-11-20T05:00Z'), 60)).toBeUndefined();
  expect(afterWorkingTime(site({}), new Date('2026-11-20T05:00Z'), 365 * 86_400)).toBeInstanceOf(Date);
});

it.each<{ day: string; rules: Partial<Site>; works: boolean }>([
  { day: '2026-11-23', rules: {}, works: true },
  { day: '2026-11-22', rules: {}, works: false },
  { day: '2026-11-22', rules: { days: 'sun-thu' }, works: true },
  { day: '2026-11-23', rules: { holidays: ['2026-11-23'] }, works: false },
  { day: '2027-11-23', rules: { holidays: ['2026-11-23'] }, works: true },
  { day: '2026-01-26', rules: { holidays: ['IN'] }, works: false },
  { day: '2026-01-26', rules: { holidays: ['US'] }, works: true },
  { day: '2026-11-26', rules: { holidays: ['IN', 'US'] }, works: false },
])('works on $day with $rules: $works', ({ day, rules, works }) => {
  expect(isWorkingDay(site(rules), Temporal.PlainDate.from(day))).toBe(works);
});

it.each<{ at: string; duty: boolean }>([
  { at: '2026-11-23T00:00Z', duty: true }, // Monday morning, before work
  { at: '2026-11-23T12:59Z', duty: true },
  { at: '2026-11-26T13:00Z', duty: true }, // Thursday evening: it works on Friday
  { at: '2026-11-27T12:59Z', duty: true },
  { at: '2026-11-27T13:00Z', duty: false }, // Friday evening
  { at: '2026-11-29T12:59Z', duty: false },
  { at: '2026-11-29T13:00Z', duty: true }, // Sunday evening
])('can take what is handed over at $at: $duty', ({ at, duty }) => {
  expect(isOnDuty(site({}), new Date(at))).toBe(duty);
});

it('takes usual hours for granted of somebody without a site, in their own zone', () => {
  const config = testConfig({
    sites: { bengaluru: site({}) },
    people: [
      { name: 'Asha', slack: 'U0ASHA', site: 'bengaluru' },
      { name: 'Ben', slack: 'U0BEN' },
    ],
  });

  expect(workplaceOf(config, { id: 'U0ASHA', timezone: 'Europe/London' })).toMatchObject({
    name: 'bengaluru',
    site: { timezone: 'Asia/Kolkata' },
  });
  const ben = workplaceOf(config, { id: 'U0BEN', timezone: 'America/Los_Angeles' });
  expect(ben).toEqual({ name: undefined, site: defaultSite('America/Los_Angeles') });
  expect(isAtWork(ben.site, new Date('2026-11-23T16:59Z'))).toBe(false);
  expect(isAtWork(ben.site, new Date('2026-11-23T17:00Z'))).toBe(true);
  expect(isAtWork(ben.site, new Date('2026-11-24T01:30Z'))).toBe(false);
});

it('goes by UTC for a zone that nobody knows', () => {
  expect(defaultSite('Mars/Olympus_Mons').timezone).toBe('UTC');
  expect(defaultSite('Asia/Calcutta').timezone).toBe('Asia/Calcutta');
});

/** Each day is worked from the first minute that shows its hours to the last one; by Intl alone. */
function minutesAtWork({ timezone, hours, holidays }: Site, start: number, weekdays: number[]): number[] {
  const [begin = '', end = ''] = hours.split('-');
  const days = new Map<string, (WallClock & { at: number })[]>();
  for (let at = start - 1440 * MINUTE; at < start + 9 * 1440 * MINUTE; at += MINUTE) {
    const shown = wallClock(at, timezone);
    const minutes = days.get(shown.date) ?? [];
    minutes.push({ ...shown, at });
    days.set(shown.date, minutes);
  }
  return [...days].flatMap(([date, minutes]) => {
    if (!weekdays.includes(weekdayOf(date)) || holidays.includes(date)) return [];
    const first = minutes.findIndex(({ time }) => time >= begin);
    const last = minutes.findLastIndex(({ time }) => time < end);
    return first === -1 ? [] : minutes.slice(first, last + 1).map(({ at }) => at);
  });
}

/** Moments so many minutes apart, over so many days. */
function every(minutes: number, start: number, days: number): number[] {
  return Array.from({ length: (days * 1440) / minutes }, (_, index) => start + index * minutes * MINUTE);
}

function firstNotBefore(worked: readonly number[], at: number): number {
  const index = worked.findIndex((minute) => minute >= at);
  return index === -1 ? worked.length : index;
}
