import { expect, it } from '@jest/globals';
import { nearestWord } from '../src/nearest.ts';

const WORDS = ['deploy', 'lock', 'unlock', 'staging', 'production', 'status', 'history', 'api', 'web'];

it.each<{ typed: string; meant: string | undefined }>([
  { typed: 'stagin', meant: 'staging' },
  { typed: 'stagging', meant: 'staging' },
  { typed: 'satging', meant: 'staging' },
  { typed: 'STAGING', meant: 'staging' },
  { typed: 'prodction', meant: 'production' },
  { typed: 'prod', meant: 'production' },
  { typed: 'dpeloy', meant: 'deploy' },
  { typed: 'unlok', meant: 'unlock' },
  { typed: 'ap', meant: 'api' },
  { typed: 'apl', meant: 'api' },
  { typed: 'st', meant: undefined }, // staging or status: guessing would be as often wrong as right
  { typed: 'x', meant: undefined },
  { typed: '', meant: undefined },
  { typed: 'qa', meant: undefined },
  { typed: 'main', meant: undefined },
])('offers $meant for “$typed”', ({ typed, meant }) => {
  expect(nearestWord(typed, WORDS)).toBe(meant);
});

it('prefers the word with fewer slips, whatever the order', () => {
  expect(nearestWord('stagng', ['staring', 'staging'])).toBe('staging');
  expect(nearestWord('stagng', ['staging', 'staring'])).toBe('staging');
});

it('does not compare words that are too long to be a slip', () => {
  expect(nearestWord('x'.repeat(4_000), ['x'.repeat(4_000)])).toBeUndefined();
});

it('knows nothing when there is nothing to know', () => {
  expect(nearestWord('staging', [])).toBeUndefined();
});

it.each(['__proto__', 'constructor', 'toString'])('offers only words of the list for %s', (typed) => {
  expect(nearestWord(typed, WORDS)).toBeUndefined();
});
