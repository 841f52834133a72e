import { expect, it } from '@jest/globals';
import { Temporal } from 'temporal-polyfill';
import { pairingDay, pairsFor, pairsOfWeek } from '../../src/handoffs/pairs.ts';
import { testConfig } from '../support/config.ts';

const MONDAY = Temporal.PlainDate.from('2026-11-23');
const week = (count: number) => MONDAY.add({ weeks: count });
const people = (count: number) => Array.from({ length: count }, (_, index) => `U${index}`);
const nobody = () => false;

it.each([2, 3, 4, 5, 6, 7, 8, 9, 12, 15])(
  'lets each of %d people meet every other one once before any two meet again',
  (count) => {
    const rounds = count % 2 === 0 ? count - 1 : count;
    // Over the end of a year, which is where a rotation by the number of the week would stumble.
    for (const begin of [0, 3, 5]) {
      const met = Array.from({ length: rounds }, (_, index) =>
        pairsFor(people(count), week(begin + index), nobody),
      );
      const meetings = met.flat().flatMap((pair) => (pair.length === 2 ? [pair.toSorted().join('+')] : []));
      const alone = met.flat().flatMap((pair) => (pair.length === 1 ? [pair[0]] : []));

      expect(meetings).toHaveLength((count * (count - 1)) / 2);
      expect(new Set(meetings).size).toBe(meetings.length);
      expect(alone.toSorted()).toEqual(count % 2 === 0 ? [] : people(count).toSorted());
      for (const pairs of met) expect(pairs.flat().toSorted()).toEqual(people(count).toSorted());
    }
  },
);

it('begins anew when everybody has met', () => {
  expect(pairsFor(people(6), week(5), nobody)).toEqual(pairsFor(people(6), MONDAY, nobody));
  expect(pairsFor(people(6), week(1), nobody)).not.toEqual(pairsFor(people(6), MONDAY, nobody));
});

it('is the same on each day of a week', () => {
  const days = [0, 1, 6].map((count) => pairsFor(people(5), MONDAY.add({ days: count }), nobody));

  expect(new Set(days.map((pairs) => JSON.stringify(pairs))).size).toBe(1);
});

it.each([
  { list: [], pairs: [] },
  { list: ['U0'], pairs: [['U0']] },
  { list: ['U0', 'U1'], pairs: [['U0', 'U1']] },
])('pairs $list as $pairs', ({ list, pairs }) => {
  expect(pairsFor(list, MONDAY, nobody)).toEqual(pairs);
});

it('leaves out who is off, pairs those whom they leave, and keeps the other pairs', () => {
  const all = pairsFor(people(6), MONDAY, nobody);
  const [[off, left] = [], [alsoOff, alsoLeft] = [], kept] = all;

  const pairs = pairsFor(people(6), MONDAY, (one) => one === off || one === alsoOff);

  expect(pairs).toEqual([kept, [left, alsoLeft]]);
  expect(pairsFor(people(6), MONDAY, (one) => one === off)).toEqual([[alsoOff, alsoLeft], kept, [left]]);
  expect(pairsFor(people(6), MONDAY, () => true)).toEqual([]);
});

const config = testConfig({
  people: [
    { name: 'Asha', slack: 'U0ASHA', site: 'bengaluru' },
    { name: 'Ben', slack: 'U0BEN', site: 'us' },
    { name: 'Cleo', slack: 'U0CLEO' },
  ],
  sites: {
    bengaluru: { timezone: 'Asia/Kolkata', hours: '09:30-18:30', days: 'mon-fri', holidays: ['2026-11-23'] },
    us: { timezone: 'America/Los_Angeles', hours: '09:00-17:30', days: 'mon-fri' },
  },
  pairs: { people: ['U0ASHA', 'U0BEN', 'U0CLEO'] },
});

it('skips those whose site has a holiday on that day', () => {
  expect(pairsOfWeek(config, MONDAY).flat().toSorted()).toEqual(['U0BEN', 'U0CLEO']);
  expect(pairsOfWeek(config, week(1)).flat()).toHaveLength(3);
});

it.each([
  { today: '2026-11-23', day: 'mon', shows: '2026-11-23' },
  { today: '2026-11-27', day: 'mon', shows: '2026-11-23' },
  { today: '2026-11-28', day: 'mon', shows: '2026-11-30' },
  { today: '2026-11-29', day: 'mon', shows: '2026-11-30' },
  { today: '2026-11-23', day: 'wed', shows: '2026-11-25' },
] as const)('shows on $today the pairs of $shows when they change on $day', ({ today, day, shows }) => {
  const changed = { ...config, pairs: { people: ['U0ASHA', 'U0BEN'], day } };

  expect(pairingDay(changed, Temporal.PlainDate.from(today)).toString()).toBe(shows);
});
