import { expect, it } from '@jest/globals';
import { Temporal } from 'temporal-polyfill';
import type { Config } from '../../src/config/schema.ts';
import { handoffsBetween, handoffsOn, namedHandoffs, nextHandoffFrom } from '../../src/handoffs/schedule.ts';
import { testConfig } from '../support/config.ts';
import { datesBetween, firstMinute, wallClock, weekdayOf } from '../support/wall-clock.ts';

const HOURS = { hours: '09:30-18:30', days: 'mon-fri' };
const SITES = {
  bengaluru: { timezone: 'Asia/Kolkata', ...HOURS, holidays: ['2026-11-09'] },
  dubai: { timezone: 'Asia/Dubai', hours: '08:00-17:30', days: 'mon-fri' },
  london: { timezone: 'Europe/London', hours: '09:00-17:30', days: 'mon-fri' },
  us: { timezone: 'America/Los_Angeles', hours: '09:00-17:30', days: 'mon-fri', holidays: ['US'] },
  sydney: { timezone: 'Australia/Sydney', ...HOURS },
};

const rule = (from: string, to: string, at: string) => ({ from, to, at, channel: 'C0HAND' });
const FIRST = Temporal.PlainDate.from('2026-01-01');

const WEEK = [1, 2, 3, 4, 5, 6, 7];

/** `skipped` is on how many days of the five years clocks go forward over the time, each of them a Sunday. */
const TIMES: readonly { zone: string; at: string; skipped: number }[] = [
  { zone: 'Asia/Kolkata', at: '18:30', skipped: 0 },
  { zone: 'Asia/Kolkata', at: '00:00', skipped: 0 },
  { zone: 'Europe/London', at: '17:30', skipped: 0 },
  { zone: 'Europe/London', at: '01:00', skipped: 5 },
  { zone: 'Europe/London', at: '01:30', skipped: 5 },
  { zone: 'Europe/London', at: '02:00', skipped: 0 },
  { zone: 'America/New_York', at: '17:30', skipped: 0 },
  { zone: 'America/New_York', at: '01:30', skipped: 0 },
  { zone: 'America/New_York', at: '02:30', skipped: 5 },
  { zone: 'America/Los_Angeles', at: '17:30', skipped: 0 },
  { zone: 'America/Los_Angeles', at: '01:00', skipped: 0 },
  { zone: 'America/Los_Angeles', at: '02:59', skipped: 5 },
  { zone: 'America/Santiago', at: '18:00', skipped: 0 },
  { zone: 'America/Santiago', at: '00:00', skipped: 5 },
  { zone: 'America/Santiago', at: '00:30', skipped: 5 },
  { zone: 'America/Santiago', at: '23:30', skipped: 0 },
  { zone: 'Australia/Lord_Howe', at: '17:00', skipped: 0 },
  { zone: 'Australia/Lord_Howe', at: '01:45', skipped: 0 },
  { zone: 'Australia/Lord_Howe', at: '02:15', skipped: 5 },
  { zone: 'Asia/Kathmandu', at: '18:15', skipped: 0 },
  { zone: 'Asia/Kathmandu', at: '23:59', skipped: 0 },
];

const CASES = TIMES.flatMap(({ skipped, ...one }) => [
  { ...one, skipped, days: 'mon-sun', worked: WEEK },
  { ...one, skipped: 0, days: 'tue-sat', worked: [2, 3, 4, 5, 6] },
]);

it.each(CASES)('hands off once each working day from 2026 to 2030 at $at in $zone ($days)', (one) => {
  const { zone, at, days, worked, skipped } = one;
  const home = { timezone: zone, hours: '09:00-17:00', days };
  const config = configOf({ home }, [rule('home', 'away', at)]);

  const due = handoffsOn(config, FIRST, 1_826);

  const dates = datesBetween('2026-01-01', '2030-12-31').filter((date) => worked.includes(weekdayOf(date)));
  expect(due.map(({ date }) => date)).toEqual(dates);
  expect(due.map((handoff) => handoff.at.getTime())).toEqual(
    dates.map((date) => firstMinute(date, at, zone)),
  );
  const clocks = due.map((handoff) => ({ ...wallClock(handoff.at.getTime(), zone), due: handoff.date }));
  expect(clocks.filter((shown) => shown.time !== at || shown.date !== shown.due)).toHaveLength(skipped);
});

it.each<{ zone: string; date: string; at: string; is: string }>([
  // Clocks go forward: the first moment after the gap.
  { zone: 'America/New_York', date: '2026-03-08', at: '02:30', is: '2026-03-08T07:00:00.000Z' },
  { zone: 'Europe/London', date: '2026-03-29', at: '01:30', is: '2026-03-29T01:00:00.000Z' },
  { zone: 'America/Santiago', date: '2026-09-06', at: '00:00', is: '2026-09-06T04:00:00.000Z' },
  { zone: 'America/Santiago', date: '2026-09-06', at: '00:30', is: '2026-09-06T04:00:00.000Z' },
  { zone: 'Australia/Lord_Howe', date: '2026-10-04', at: '02:15', is: '2026-10-03T15:30:00.000Z' },
  // Clocks go back: the first of the two.
  { zone: 'America/New_York', date: '2026-11-01', at: '01:30', is: '2026-11-01T05:30:00.000Z' },
  { zone: 'Australia/Lord_Howe', date: '2026-04-05', at: '01:45', is: '2026-04-04T14:45:00.000Z' },
  // The gap of Scoresbysund reaches to midnight: due on the next day, and still that of the day before.
  { zone: 'America/Scoresbysund', date: '2026-03-28', at: '23:30', is: '2026-03-29T01:00:00.000Z' },
])('knows by heart: $at on $date in $zone', ({ zone, date, at, is }) => {
  const config = configOf({ home: { timezone: zone, hours: '09:00-17:00', days: 'mon-sun' } }, [
    rule('home', 'us', at),
  ]);

  expect(handoffsOn(config, Temporal.PlainDate.from(date), 1)).toMatchObject([{ date, at: new Date(is) }]);
});

it.each<{
  because: string;
  from: string;
  to: string;
  at: string;
  date: string;
  sites?: string[];
  takes?: string;
}>([
  { because: 'it works', from: 'bengaluru', to: 'us', at: '18:30', date: '2026-11-23', takes: 'us' },
  {
    because: 'it is Friday there still',
    from: 'bengaluru',
    to: 'us',
    at: '18:30',
    date: '2026-11-27',
    takes: 'us',
  },
  {
    because: 'it is the next day there',
    from: 'us',
    to: 'bengaluru',
    at: '17:30',
    date: '2026-11-23',
    takes: 'bengaluru',
  },
  { because: 'it is Saturday there', from: 'us', to: 'bengaluru', at: '17:30', date: '2026-11-27' },
  {
    because: 'it is Thanksgiving, and of those at work London works longest',
    from: 'bengaluru',
    to: 'us',
    at: '18:30',
    date: '2026-11-26',
    takes: 'london',
  },
  {
    because: 'it is Thanksgiving, and nobody else is there',
    from: 'bengaluru',
    to: 'us',
    at: '18:30',
    date: '2026-11-26',
    sites: ['bengaluru', 'us'],
  },
  {
    because: 'its day off ends within a day',
    from: 'sydney',
    to: 'us',
    at: '09:00',
    date: '2026-11-23',
    sites: ['sydney', 'us'],
    takes: 'us',
  },
  {
    because: 'its hours are over, and the next day is worked',
    from: 'london',
    to: 'bengaluru',
    at: '17:30',
    date: '2026-11-23',
    takes: 'bengaluru',
  },
])('goes from $from on $date to $takes: $because', ({ from, to, at, date, sites, takes }) => {
  const there = Object.entries(SITES).filter(([name]) => sites?.includes(name) ?? true);
  const config = configOf(Object.fromEntries(there), [rule(from, to, at)]);

  expect(handoffsOn(config, Temporal.PlainDate.from(date), 1).map((due) => due.to)).toEqual([takes]);
});

it('leaves out weekends and holidays of the giving site', () => {
  const config = configOf(SITES, [rule('bengaluru', 'us', '18:30'), rule('us', 'bengaluru', '17:30')]);

  const due = handoffsOn(config, Temporal.PlainDate.from('2026-11-06'), 7);

  expect(due.map(({ handoff, date }) => `${date} ${handoff}`)).toEqual([
    '2026-11-06 bengaluru-us',
    '2026-11-06 us-bengaluru',
    '2026-11-09 us-bengaluru', // Monday is off in Bengaluru
    '2026-11-10 bengaluru-us',
    '2026-11-10 us-bengaluru',
    '2026-11-11 bengaluru-us', // Veterans Day
    '2026-11-12 bengaluru-us',
    '2026-11-12 us-bengaluru',
  ]);
});

it('gives each handoff a name of its own, which does not change with its time', () => {
  const config = testConfig({
    handoffs: [
      rule('bengaluru', 'us', '18:30'),
      rule('us', 'bengaluru', '17:30'),
      rule('bengaluru', 'us', '20:30'),
      rule('bengaluru', 'us-2', '18:30'),
    ],
  });

  expect(namedHandoffs(config).map(({ name }) => name)).toEqual([
    'bengaluru-us',
    'us-bengaluru',
    'bengaluru-us-2',
    'bengaluru-us-2-2',
  ]);
});

it('finds what falls due between two moments, the first included', () => {
  const config = configOf(SITES, [rule('bengaluru', 'us', '18:30'), rule('us', 'bengaluru', '17:30')]);
  const between = (from: string, until: string) =>
    handoffsBetween(config, { from: new Date(from), until: new Date(until) }).map(({ at }) =>
      at.toISOString(),
    );

  expect(between('2026-11-23T13:00:00Z', '2026-11-24T01:30:00Z')).toEqual(['2026-11-23T13:00:00.000Z']);
  expect(between('2026-11-23T13:00:00.001Z', '2026-11-24T01:30:00.001Z')).toEqual([
    '2026-11-24T01:30:00.000Z',
  ]);
  expect(between('2026-11-23T13:00:00Z', '2026-11-23T13:00:00Z')).toEqual([]);
});

it('knows when a site hands off next', () => {
  const config = configOf(SITES, [
    rule('bengaluru', 'us', '18:30'),
    rule('bengaluru', 'london', '13:00'),
    rule('us', 'bengaluru', '17:30'),
  ]);
  const next = (site: string, now: string) => nextHandoffFrom(config, site, new Date(now))?.toISOString();

  expect(next('bengaluru', '2026-11-23T00:00:00Z')).toBe('2026-11-23T07:30:00.000Z');
  expect(next('bengaluru', '2026-11-23T07:30:00Z')).toBe('2026-11-23T13:00:00.000Z');
  expect(next('bengaluru', '2026-11-06T13:00:00Z')).toBe('2026-11-10T07:30:00.000Z');
  expect(next('london', '2026-11-23T00:00:00Z')).toBeUndefined();
  expect(next('constructor', '2026-11-23T00:00:00Z')).toBeUndefined();
});

function configOf(
  sites: NonNullable<Parameters<typeof testConfig>[0]>['sites'],
  handoffs: Config['handoffs'][number][],
) {
  return testConfig({ sites, handoffs: handoffs.map(({ acknowledge_within: _, ...rules }) => rules) });
}
