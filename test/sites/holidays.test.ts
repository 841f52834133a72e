import { expect, it } from '@jest/globals';
import { isHolidayCountry, publicHolidays } from '../../src/sites/holidays.ts';

it.each<{ country: string; day: string; is: boolean; because: string }>([
  { country: 'IN', day: '2026-01-26', is: true, because: 'Republic Day' },
  { country: 'IN', day: '2026-01-27', is: false, because: 'an ordinary day' },
  { country: 'US', day: '2026-11-26', is: true, because: 'Thanksgiving' },
  { country: 'US', day: '2026-11-27', is: false, because: 'the day after it, which is none' },
  { country: 'US', day: '2026-07-03', is: true, because: 'in place of a Saturday' },
  { country: 'US', day: '2026-02-14', is: false, because: 'Valentine’s Day, which is only observed' },
  { country: 'US', day: '2027-12-31', is: true, because: 'New Year of the year after, moved' },
  { country: 'DE', day: '2026-10-03', is: true, because: 'German Unity Day' },
  { country: 'DE', day: '2026-08-15', is: false, because: 'a holiday of one part of the country' },
  { country: 'GB', day: '2026-12-28', is: true, because: 'Boxing Day on a Saturday' },
  { country: 'TR', day: '2026-03-19', is: false, because: 'begun at sunset only' },
  { country: 'TR', day: '2026-03-20', is: true, because: 'the first of three days' },
  { country: 'TR', day: '2026-03-22', is: true, because: 'the last of three days' },
  { country: 'TR', day: '2026-03-23', is: false, because: 'the day after them' },
  { country: 'IL', day: '2026-09-20', is: false, because: 'the day on whose evening Yom Kippur begins' },
  { country: 'IL', day: '2026-09-21', is: true, because: 'Yom Kippur' },
  { country: 'IS', day: '2026-12-24', is: false, because: 'half a holiday' },
  { country: 'FO', day: '2026-06-05', is: false, because: 'a holiday from noon on' },
  { country: 'CH', day: '2027-03-28', is: true, because: 'a day of 23 hours' },
])('takes $day in $country for a day off: $is, $because', ({ country, day, is }) => {
  expect(publicHolidays(country, Number(day.slice(0, 4))).has(day)).toBe(is);
});

it('keeps to the year that is asked for', () => {
  const years = [...publicHolidays('US', 2027)].map((day) => day.slice(0, 4));

  expect(new Set(years)).toEqual(new Set(['2027']));
});

it('knows which countries it knows', () => {
  expect(['IN', 'US', 'GB', 'AU', 'CL', 'NP', 'AF', 'in', 'XX'].filter(isHolidayCountry)).toEqual([
    'IN',
    'US',
    'GB',
    'AU',
    'CL',
  ]);
});
