import { expect, it } from '@jest/globals';
import { parseDays, parseHours } from '../../src/config/sites.ts';
import { GOOD, problemsIn } from '../support/config-file.ts';

const GOOD_SITE = { timezone: 'Asia/Kolkata', hours: '"09:30-18:30"', days: 'mon-fri' };

function problemsInSite(rules: object): string[] {
  const keys = Object.entries({ ...GOOD_SITE, ...rules }).map(([key, value]) => `    ${key}: ${value}\n`);
  const said = problemsIn(`${GOOD}sites:\n  bengaluru:\n${keys.join('')}`);
  return said.map((line) => line.replace(/^\S+ sites\.bengaluru\./, ''));
}

const HOURS = 'hours: expected working hours of one day such as "09:30-18:30"';
const DAYS = 'days: expected weekdays such as mon-fri or mon,wed,fri';
const HOLIDAY = 'expected a date such as 2026-11-09, or the two letters of a country such as IN';

it.each<{ rules: object; says?: string }>([
  { rules: {} },
  { rules: { hours: '"00:00-23:59"', days: 'sun-thu', holidays: '[2026-11-09, IN, US]', lead: 'U0BEN' } },
  { rules: { hours: '"9:30-18:30"' }, says: `${HOURS}, found "9:30-18:30"` },
  { rules: { hours: '"09:30-25:00"' }, says: `${HOURS}, found "09:30-25:00"` },
  { rules: { hours: '"18:30-09:30"' }, says: `${HOURS}, the end after the start, found "18:30-09:30"` },
  { rules: { hours: '"09:30-09:30"' }, says: `${HOURS}, the end after the start, found "09:30-09:30"` },
  { rules: { days: 'monday' }, says: `${DAYS}, found "monday"` },
  { rules: { days: '"mon, wed"' }, says: `${DAYS}, found "mon, wed"` },
  { rules: { days: '[mon, wed]' }, says: `${DAYS}, found ["mon","wed"]` },
  { rules: { holidays: '[2026-02-30]' }, says: `holidays[0]: ${HOLIDAY}, found "2026-02-30"` },
  { rules: { holidays: '[IN, XX]' }, says: `holidays[1]: ${HOLIDAY}, found "XX"` },
  {
    rules: { holidays: '[IN, AF]' },
    says:
      'holidays[1]: expected a country whose public holidays Baton knows, such as IN; ' +
      'list the days off of this one by date, found "AF"',
  },
  { rules: { holidays: '[india]' }, says: `holidays[0]: ${HOLIDAY}, found "india"` },
  {
    rules: { holidays: 'IN' },
    says: 'holidays: expected a list of dates or countries such as [2026-11-09, IN], found "IN"',
  },
  {
    rules: { lead: 'ben' },
    says: 'lead: expected the id of a Slack user such as U0ASHA, not a name, found "ben"',
  },
])('judges a site with $rules', ({ rules, says }) => {
  expect(problemsInSite(rules)).toEqual(says === undefined ? [] : [says]);
});

it.each<{ typed: string; days: number[] | undefined }>([
  { typed: 'mon-fri', days: [1, 2, 3, 4, 5] },
  { typed: 'sun-thu', days: [1, 2, 3, 4, 7] },
  { typed: 'mon,wed', days: [1, 3] },
  { typed: 'mon-tue,sat', days: [1, 2, 6] },
  { typed: 'sun', days: [7] },
  { typed: 'mon-tue-wed', days: undefined },
  { typed: '', days: undefined },
])('reads the days $typed', ({ typed, days }) => {
  const read = parseDays(typed);

  expect(read && [...read].sort((one, other) => one - other)).toEqual(days);
});

it('reads hours', () => {
  expect(String(parseHours('09:30-18:30')?.to)).toBe('18:30:00');
  expect(parseHours('09:30-18:30-19:00')).toBeUndefined();
});
