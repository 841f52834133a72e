import { expect, it } from '@jest/globals';
import { freezeAt } from '../../src/freezes/freeze.ts';
import { changesIn, dated, wallClock, weekly } from './clock-changes.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const FIRST = Date.UTC(2026, 0, 1);
const LAST = Date.UTC(2031, 0, 1);
const SOME_DAY = Date.UTC(2028, 5, 15, 12);

/** What clocks show in each minute around a change, from `start` on. */
interface Around {
  readonly zone: string;
  readonly start: number;
  readonly shown: readonly number[];
  /** The times that clocks skip, or show twice. */
  readonly low: number;
  readonly high: number;
}

function around(zone: string, wall: (at: number) => number, change: number): Around {
  const start = change - 4 * HOUR;
  const shown = Array.from({ length: 8 * 60 }, (_, minute) => wall(start + minute * MINUTE));
  const [before, after] = [wall(change - MINUTE) + MINUTE, wall(change)];
  return { zone, start, shown, low: Math.min(before, after), high: Math.max(before, after) };
}

/** The minutes in which clocks come to show the time, or to have passed it. */
function comesTo({ shown }: Around, time: number): number[] {
  return shown.flatMap((now, minute) => (now >= time && (shown[minute - 1] ?? now) < time ? [minute] : []));
}

interface Pair {
  readonly from: number;
  readonly to: number;
}

/** Frozen from the first minute of `from` to before the last one of `to`; what lies outside was before, or comes after. */
function frozenMinutes(seen: Around, { from, to }: Pair): readonly [number, number] {
  const first = from < (seen.shown[0] ?? 0) ? 0 : (comesTo(seen, from)[0] ?? Infinity);
  const last = to > (seen.shown.at(-1) ?? 0) ? Infinity : (comesTo(seen, to).at(-1) ?? Infinity);
  return [first, last];
}

/** The pairs of times that a change can spoil: both ends in it, one of them, and just beside it. */
function pairsAround({ low, high }: Around): Pair[] {
  const middle = low + (high - low) / 2;
  return [
    { from: middle, to: high + 90 * MINUTE },
    { from: low - 90 * MINUTE, to: middle },
    { from: low, to: high },
    { from: middle, to: middle + 3 * DAY },
    { from: middle - 3 * DAY, to: middle },
    { from: low - MINUTE, to: low + MINUTE },
  ];
}

function wrongMinutes(seen: Around, pair: Pair, named: (shown: number) => string): string[] {
  const freeze = { from: named(pair.from), to: named(pair.to), timezone: seen.zone, reason: 'r' };
  const [first, last] = frozenMinutes(seen, pair);
  // Also where clocks show a time again: there a freeze must not have a hole, nor come twice.
  const near = [...comesTo(seen, pair.from), ...comesTo(seen, pair.to)];
  const minutes = new Set(near.flatMap((minute) => [minute - 1, minute]));
  return [...minutes].flatMap((minute) => {
    const at = new Date(seen.start + minute * MINUTE);
    const expected = minute >= first && minute < last;
    const frozen = freezeAt([freeze], at);
    const open = last < seen.shown.length ? seen.start + last * MINUTE : undefined;
    const isRight = (frozen !== undefined) === expected;
    const opensRight = frozen === undefined || open === undefined || frozen.until?.getTime() === open;
    return isRight && opensRight ? [] : [`${JSON.stringify(freeze)} ${at.toISOString()}: ${expected}`];
  });
}

const zones = Intl.supportedValuesOf('timeZone').map((zone) => {
  const wall = wallClock(zone);
  return { zone, wall, changes: changesIn(wall, FIRST, LAST) };
});

/** Each way of changing the clocks, in one zone; all others do it like one of them. */
const different = Array.from(
  new Map(zones.map((one) => [`${one.changes.join()} ${one.wall(FIRST)}`, one])).values(),
).flatMap(({ zone, wall, changes }) => changes.map((change) => around(zone, wall, change)));

it('knows the changes of well-known zones', () => {
  const changes = Object.fromEntries(zones.map((one) => [one.zone, one.changes]));

  expect(zones.length).toBeGreaterThan(400);
  expect(changes['America/New_York']).toHaveLength(10);
  expect(changes['America/New_York']?.[0]).toBe(Date.parse('2026-03-08T07:00:00Z'));
  expect(changes['Asia/Kolkata'] ?? changes['Asia/Calcutta']).toEqual([]);
});

it.each([
  { kind: 'weekly', named: weekly },
  { kind: 'dated', named: dated },
])(
  'opens and closes $kind freezes to the minute in each way of changing the clocks',
  ({ named }) => {
    const wrong = different.flatMap((seen) =>
      pairsAround(seen).flatMap((pair) => wrongMinutes(seen, pair, named)),
    );

    expect(wrong).toEqual([]);
  },
  120_000,
);

it('opens and closes freezes to the minute in every zone, whether its clocks change or not', () => {
  const wrong = zones.flatMap(({ zone, wall, changes }) =>
    (changes.length > 0 ? changes : [SOME_DAY]).flatMap((change, index) => {
      const seen = around(zone, wall, change);
      const pairs = pairsAround(seen).slice(0, 2);
      return pairs.flatMap((pair, which) =>
        (index + which) % 2 === 0 ? wrongMinutes(seen, pair, index % 4 < 2 ? weekly : dated) : [],
      );
    }),
  );

  expect(wrong).toEqual([]);
}, 120_000);
