import { expect, it } from '@jest/globals';
import { UserError } from '../../src/errors.ts';
import { readFor } from '../../src/locks/for.ts';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

it.each<{ phrase: string; seconds: number }>([
  { phrase: '2h', seconds: 2 * HOUR },
  { phrase: '2H', seconds: 2 * HOUR },
  { phrase: '2 hours', seconds: 2 * HOUR },
  { phrase: '1 hour', seconds: HOUR },
  { phrase: '2 hrs', seconds: 2 * HOUR },
  { phrase: '90 minutes', seconds: 90 * MINUTE },
  { phrase: '90 min', seconds: 90 * MINUTE },
  { phrase: '90m', seconds: 90 * MINUTE },
  { phrase: '1h30m', seconds: 90 * MINUTE },
  { phrase: '1h 30m', seconds: 90 * MINUTE },
  { phrase: '1 hour 30 minutes', seconds: 90 * MINUTE },
  { phrase: '1 hour and 30 minutes', seconds: 90 * MINUTE },
  { phrase: '1 hour, 30 minutes', seconds: 90 * MINUTE },
  { phrase: '  1 hour,  and 30 minutes ', seconds: 90 * MINUTE },
  { phrase: '2d', seconds: 2 * DAY },
  { phrase: '02h', seconds: 2 * HOUR },
  { phrase: '2 days', seconds: 2 * DAY },
  { phrase: '45s', seconds: 45 },
  { phrase: '9999999 seconds', seconds: 9_999_999 },
  { phrase: '365d', seconds: 365 * DAY },
])('reads “for $phrase”', ({ phrase, seconds }) => {
  expect(readFor(phrase, { example: '/lock staging' })).toBe(seconds);
});

const NO_LENGTH = 'It is written 30m, 2h, 1h30m, 2d or 90 minutes.';

it.each<{ phrase: string; says: string; example: string; hint?: string }>([
  { phrase: '1.5h', says: '“1.5h” is not in whole numbers; “1h30m” is understood.', example: '1h30m' },
  {
    phrase: '2,5 hours',
    says: '“2,5 hours” is not in whole numbers; “2h30m” is understood.',
    example: '2h30m',
  },
  { phrase: '0.5d', says: '“0.5d” is not in whole numbers; “12h” is understood.', example: '12h' },
  { phrase: '0.333h', says: '“0.333h” is not in whole numbers; “1h30m” is understood.', example: '1h30m' },
  {
    phrase: '1h 1.5m',
    says: '“1h 1.5m” is not in whole numbers; “1h1m30s” is understood.',
    example: '1h1m30s',
  },
  { phrase: '0.0h', says: '“0.0h” is no time at all.', example: '30m', hint: '“/unlock” gives a lock up.' },
  { phrase: '9999.5d', says: '“9999.5d” is too long: at most 365d are understood.', example: '2h' },
  { phrase: '0m', says: '“0m” is no time at all.', example: '30m', hint: '“/unlock” gives a lock up.' },
  { phrase: '0h0m', says: '“0h0m” is no time at all.', example: '30m', hint: '“/unlock” gives a lock up.' },
  { phrase: '0', says: '“0” is no time at all.', example: '30m', hint: '“/unlock” gives a lock up.' },
  { phrase: '-1h', says: '“-1h” lies in the past: a lock lasts from now on.', example: '2h' },
  { phrase: '- 1 h', says: '“- 1 h” lies in the past: a lock lasts from now on.', example: '2h' },
  { phrase: '366d', says: '“366d” is too long: at most 365d are understood.', example: '2h' },
  { phrase: '365d1s', says: '“365d1s” is too long: at most 365d are understood.', example: '2h' },
  { phrase: '99999999h', says: '“99999999h” is too long: at most 365d are understood.', example: '2h' },
  { phrase: '90', says: '“90” has no unit.', example: '90m', hint: 'Units are m, h and d.' },
  { phrase: '90000', says: '“90000” has no unit.', example: '2h', hint: 'Units are m, h and d.' },
  { phrase: '2x', says: '“2x” is no length of time.', example: '2h', hint: NO_LENGTH },
  { phrase: '2 weeks', says: '“2 weeks” is no length of time.', example: '2h', hint: NO_LENGTH },
  { phrase: 'ever', says: '“ever” is no length of time.', example: '2h', hint: NO_LENGTH },
  { phrase: 'h', says: '“h” is no length of time.', example: '2h', hint: NO_LENGTH },
  { phrase: '2h tomorrow', says: '“2h tomorrow” is no length of time.', example: '2h', hint: NO_LENGTH },
  { phrase: '2h and', says: '“2h and” is no length of time.', example: '2h', hint: NO_LENGTH },
  { phrase: '', says: '“” is no length of time.', example: '2h', hint: NO_LENGTH },
])('explains what is wrong with “for $phrase”', ({ phrase, says, example, hint }) => {
  const error = errorOf(() => readFor(phrase, { example: '/lock staging' }));

  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({
    message: says,
    hint,
    example: `/lock staging for ${example}`,
    reason: 'invalid_command',
  });
  expect(() => readFor(example, { example: '' })).not.toThrow();
});

it('does not look at a long text for long', () => {
  expect(() => readFor(`${'1h '.repeat(1_300)}x`, { example: '/lock staging' })).toThrow(UserError);
  expect(() => readFor(`${'1h, and 1m'.repeat(400)}.`, { example: '/lock staging' })).toThrow(UserError);
});

function errorOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
