import { expect, it } from '@jest/globals';
import { UserError } from '../../src/errors.ts';
import { readUntil, type UntilOptions } from '../../src/locks/until.ts';

/** Saturday, 18:12 in Bengaluru. */
const NOW = '2026-11-21T12:42:00Z';

interface Asked {
  readonly phrase: string;
  readonly now?: string;
  readonly zone?: string;
  readonly options?: Partial<UntilOptions>;
}

function read({ phrase, now = NOW, zone = 'Asia/Kolkata', options = {} }: Asked): Date {
  const given = { now: new Date(now), timezone: zone, site: undefined, nextHandoff: undefined };
  return readUntil(phrase, { ...given, example: '/lock staging', ...options });
}

const NEW_YORK = { zone: 'America/New_York' };
const nextHandoff = new Date('2026-11-23T13:00Z');

it.each<Asked & { is: string }>([
  { phrase: '20:00', is: '2026-11-21T14:30' },
  { phrase: 'at 20:00', is: '2026-11-21T14:30' },
  { phrase: '18:13', is: '2026-11-21T12:43' },
  { phrase: '8pm', is: '2026-11-21T14:30' },
  { phrase: '8 PM', is: '2026-11-21T14:30' },
  { phrase: '8:30 p.m.', is: '2026-11-21T15:00' },
  { phrase: 'today 20:00', is: '2026-11-21T14:30' },
  { phrase: 'tomorrow', is: '2026-11-21T18:30' },
  { phrase: 'tomorrow 9:00', is: '2026-11-22T03:30' },
  { phrase: 'Tomorrow at 9:30 am', is: '2026-11-22T04:00' },
  { phrase: '9am tomorrow', is: '2026-11-22T03:30' },
  { phrase: 'tomorrow 12am', is: '2026-11-21T18:30' },
  { phrase: 'tomorrow 12:30 pm', is: '2026-11-22T07:00' },
  { phrase: 'monday', is: '2026-11-22T18:30' },
  { phrase: 'monday 9:00', is: '2026-11-23T03:30' },
  { phrase: 'mon, 9:00', is: '2026-11-23T03:30' },
  { phrase: 'fri 17:00', is: '2026-11-27T11:30' },
  { phrase: 'thurs 17:00', is: '2026-11-26T11:30' },
  { phrase: 'saturday 20:00', is: '2026-11-21T14:30' },
  { phrase: 'saturday 9:00', is: '2026-11-28T03:30' },
  { phrase: 'saturday', is: '2026-11-27T18:30' },
  { phrase: '2026-11-23', is: '2026-11-22T18:30' },
  { phrase: '2026-11-23 17:00', is: '2026-11-23T11:30' },
  { phrase: '2026-11-23T17:00', is: '2026-11-23T11:30' },
  { phrase: '2026-11-23 at 5pm', is: '2026-11-23T11:30' },
  { phrase: '2026-11-21 20:00', is: '2026-11-21T14:30' },
  { phrase: '2027-11-21', is: '2027-11-20T18:30' },
  { phrase: 'handoff', options: { site: 'bengaluru', nextHandoff }, is: '2026-11-23T13:00' },
  { phrase: 'the handoff', options: { site: 'bengaluru', nextHandoff }, is: '2026-11-23T13:00' },
  { phrase: '9:00', zone: 'America/Los_Angeles', is: '2026-11-21T17:00' },
  { phrase: '17:00', zone: 'Mars/Olympus_Mons', is: '2026-11-21T17:00' },
  // Over a clock change: by the clocks, not by 24 hours.
  { phrase: 'tomorrow 9:00', ...NEW_YORK, now: '2026-03-07T20:00Z', is: '2026-03-08T13:00' },
  { phrase: 'monday 9:00', ...NEW_YORK, now: '2026-10-31T20:00Z', is: '2026-11-02T14:00' },
  // Clocks show 1:30 twice that night: the first one, and the second while they go through it again.
  { phrase: '1:30', ...NEW_YORK, now: '2026-11-01T04:30Z', is: '2026-11-01T05:30' },
  { phrase: '1:30', ...NEW_YORK, now: '2026-11-01T05:45Z', is: '2026-11-01T06:30' },
  // A day that begins at 1:00.
  { phrase: 'tomorrow', zone: 'America/Santiago', now: '2026-09-05T20:00Z', is: '2026-09-06T04:00' },
])('reads “until $phrase” in $zone at $now', ({ is, ...asked }) => {
  expect(read(asked).toISOString()).toBe(`${is}:00.000Z`);
});

const HERE = 'has passed where you are (Asia/Kolkata, now';
const NO_TIME = 'A time is 17:00 or 5pm; with it may stand tomorrow, a weekday or a date such as 2026-11-23.';
const NO_WORD = 'It may be a time, a day with a time (tomorrow, a weekday or a date), or handoff.';
const HALF = 'is no time of day without its minutes, or am or pm.';

interface Wrong extends Asked {
  readonly says: string;
  /** What the example has behind `until`. */
  readonly meant?: string;
  readonly hint?: string;
}

it.each<Wrong>([
  {
    phrase: '17:00',
    says: `17:00 ${HERE} 18:12); did you mean “until tomorrow 17:00”?`,
    meant: 'tomorrow 17:00',
  },
  {
    phrase: '18:12',
    says: `18:12 ${HERE} 18:12); did you mean “until tomorrow 18:12”?`,
    meant: 'tomorrow 18:12',
  },
  {
    phrase: 'today 5pm',
    says: `today 5pm ${HERE} 18:12); did you mean “until tomorrow 5pm”?`,
    meant: 'tomorrow 5pm',
  },
  {
    phrase: '8:30',
    says: `8:30 ${HERE} 18:12); did you mean “until 20:30” or “until tomorrow 8:30”?`,
    meant: '20:30',
  },
  {
    phrase: '5:00',
    says: `5:00 ${HERE} 18:12); did you mean “until tomorrow 5:00”?`,
    meant: 'tomorrow 5:00',
  },
  {
    phrase: '8:30 am',
    says: `8:30 am ${HERE} 18:12); did you mean “until tomorrow 8:30 am”?`,
    meant: 'tomorrow 8:30 am',
  },
  { phrase: '2026-11-20', says: `2026-11-20 ${HERE} 2026-11-21 18:12).` },
  { phrase: '2026-11-21 17:00', says: `2026-11-21 17:00 ${HERE} 2026-11-21 18:12).` },
  { phrase: '2026-11-21', says: 'Until what time today?', meant: 'today 17:00' },
  { phrase: 'today', says: 'Until what time today?', meant: 'today 17:00' },
  { phrase: '2027-11-22', says: '2027-11-22 is more than 365 days ahead.' },
  { phrase: '9999-12-31 9:00', says: '9999-12-31 9:00 is more than 365 days ahead.' },
  { phrase: '2026-02-30', says: 'There is no 2026-02-30 in the calendar.', meant: '2026-11-22 17:00' },
  { phrase: '25:00', says: '“25:00” is no time of day.', hint: NO_TIME },
  { phrase: '9:60', says: '“9:60” is no time of day.', hint: NO_TIME },
  { phrase: '9:5', says: '“9:5” is no time of day.', hint: NO_TIME },
  { phrase: 'mon 24:00', says: '“24:00” is no time of day: a day begins at 0:00.', hint: NO_TIME },
  { phrase: '17', says: `“17” ${HALF}`, meant: '17:00', hint: NO_TIME },
  { phrase: 'fri 9', says: `“9” ${HALF}`, meant: 'fri 9:00', hint: NO_TIME },
  {
    phrase: '17:00 pm',
    says: '“17:00 pm” mixes two ways to write a time of day.',
    meant: '17:00',
    hint: NO_TIME,
  },
  {
    phrase: '0:30am',
    says: '“0:30am” mixes two ways to write a time of day.',
    meant: '0:30',
    hint: NO_TIME,
  },
  { phrase: '2h', says: '“2h” is no time of day.', hint: NO_TIME },
  { phrase: '9:00 10:00', says: '“9:00 10:00” is no time of day.', hint: NO_TIME },
  { phrase: 'tomorrow noonish', says: '“noonish” is no time of day.', hint: NO_TIME },
  { phrase: 'monday tuesday', says: '“tuesday” is no time of day.', hint: NO_TIME },
  { phrase: '', says: '“” is no time of day.', hint: NO_TIME },
  {
    phrase: 'tomorow',
    says: '“tomorow” is no time.',
    meant: 'tomorrow 17:00',
    hint: 'Did you mean “tomorrow”?',
  },
  {
    phrase: 'wendesday 9:00',
    says: '“wendesday” is no time.',
    meant: 'wednesday 17:00',
    hint: 'Did you mean “wednesday”?',
  },
  { phrase: 'hand-off', says: '“hand-off” is no time of day.', hint: NO_TIME },
  { phrase: 'handof', says: '“handof” is no time.', meant: 'handoff', hint: 'Did you mean “handoff”?' },
  { phrase: 'we are done', says: '“we are done” is no time of day.', hint: NO_TIME },
  { phrase: 'christmas', says: '“christmas” is no time.', hint: NO_WORD },
  {
    phrase: 'handoff',
    says: 'Baton does not know at which site you work.',
    hint: 'It is the “site” of a person under “people” in baton.yml.',
  },
  {
    phrase: 'handoff',
    options: { site: 'london' },
    says: 'No handoff from london comes within a year.',
    hint: 'It needs one with “from: london” under “handoffs” in baton.yml.',
  },
  {
    phrase: '2:30',
    ...NEW_YORK,
    now: '2026-03-08T05:30Z',
    says:
      '2:30 does not come on 2026-03-08 where you are (America/New_York): clocks go forward from 02:00 to 03:00; ' +
      'did you mean “until 03:00”?',
    meant: '03:00',
  },
  {
    phrase: 'sunday 2:15 am',
    zone: 'Australia/Lord_Howe',
    now: '2026-10-01T00:00Z',
    says:
      'sunday 2:15 am does not come on 2026-10-04 where you are (Australia/Lord_Howe): clocks go forward from ' +
      '02:00 to 02:30; did you mean “until sunday 02:30”?',
    meant: 'sunday 02:30',
  },
  {
    phrase: '2:30',
    ...NEW_YORK,
    now: '2026-03-08T07:30Z',
    says:
      '2:30 has passed where you are (America/New_York, now 03:30); ' +
      'did you mean “until 14:30” or “until tomorrow 2:30”?',
    meant: '14:30',
  },
])('explains what is wrong with “until $phrase”', ({ says, meant = '17:00', hint, ...asked }) => {
  const error = errorOf(() => read(asked));

  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({
    message: says,
    hint,
    example: `/lock staging until ${meant}`,
    reason: 'invalid_command',
  });
});

function errorOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
