import { expect, it } from '@jest/globals';
import type { Freeze } from '../../src/config/freezes.ts';
import { type AnyFreeze, freezeAt, freezesBetween, nextOpening } from '../../src/freezes/freeze.ts';
import type { SetFreeze } from '../../src/freezes/set-freeze.ts';

const weekend = freeze('fri 17:00', 'mon 09:00', { timezone: 'America/New_York', reason: 'weekend' });
const yearEnd = freeze('2026-12-20T00:00', '2027-01-02T00:00', { reason: 'year end' });

it.each<{ says: string; freezes: readonly AnyFreeze[]; at: string; until?: string | null; reason?: string }>([
  { says: 'open before it begins', freezes: [weekend], at: '2026-11-20T21:59:59.999Z' },
  {
    says: 'frozen from its first moment on',
    freezes: [weekend],
    at: '2026-11-20T22:00Z',
    until: '2026-11-23T14:00Z',
  },
  {
    says: 'frozen until its last moment',
    freezes: [weekend],
    at: '2026-11-23T13:59:59.999Z',
    until: '2026-11-23T14:00Z',
  },
  { says: 'open from `to` on', freezes: [weekend], at: '2026-11-23T14:00Z' },
  {
    says: 'an hour longer when clocks go back',
    freezes: [weekend],
    at: '2026-10-31T12:00Z',
    until: '2026-11-02T14:00Z',
  },
  {
    says: 'frozen over the end of a year',
    freezes: [yearEnd],
    at: '2026-12-31T23:59Z',
    until: '2027-01-02T00:00Z',
  },
  { says: 'open in the years after', freezes: [yearEnd], at: '2027-12-25T00:00Z' },
  {
    says: 'one day of each week from evening to evening',
    freezes: [freeze('wed 18:00', 'wed 17:00')],
    at: '2026-11-18T16:59Z',
    until: '2026-11-18T17:00Z',
  },
  {
    says: 'within one day of the week',
    freezes: [freeze('wed 08:00', 'wed 17:00')],
    at: '2026-11-18T16:59Z',
    until: '2026-11-18T17:00Z',
  },
  {
    says: 'across the end of the week',
    freezes: [freeze('sun 22:00', 'mon 02:00')],
    at: '2026-11-23T01:00Z',
    until: '2026-11-23T02:00Z',
  },
  {
    says: 'until the last one ends that overlaps',
    freezes: [weekend, yearEnd],
    at: '2026-12-18T22:00Z',
    until: '2027-01-04T14:00Z',
    reason: 'weekend; year end',
  },
  {
    says: 'until the last one ends that adjoins',
    freezes: [freeze('mon 00:00', 'tue 00:00'), freeze('tue 00:00', 'wed 12:00', { reason: 's' })],
    at: '2026-11-23T10:00Z',
    until: '2026-11-25T12:00Z',
    reason: 'r; s',
  },
  {
    says: 'never open where they cover the week',
    freezes: [freeze('mon 00:00', 'thu 00:00'), freeze('thu 00:00', 'mon 00:00')],
    at: '2026-11-23T10:00Z',
    until: null,
  },
  {
    says: 'open in the one hour in which two zones do not meet, months later',
    freezes: [
      freeze('mon 00:00', 'sun 02:00', { timezone: 'Europe/London' }),
      freeze('sat 21:00', 'sun 19:00', { timezone: 'America/New_York' }),
    ],
    at: '2026-11-23T10:00Z',
    until: '2027-03-14T23:00Z',
  },
  {
    says: 'open after a dated one that is longer than any search',
    freezes: [freeze('2026-01-01T00:00', '2031-01-01T00:00'), freeze('wed 00:00', 'thu 00:00')],
    at: '2026-11-23T10:00Z',
    until: '2031-01-02T00:00Z',
  },
  {
    says: 'open after a long one that follows a weekly one',
    freezes: [freeze('2026-11-26T00:00', '2031-01-01T00:00'), freeze('wed 00:00', 'thu 00:00')],
    at: '2026-11-25T10:00Z',
    until: '2031-01-02T00:00Z',
  },
  {
    says: 'open at times that clocks skip',
    freezes: [freeze('2027-03-14T02:15', '2027-03-14T02:45', { timezone: 'America/New_York' })],
    at: '2027-03-14T07:00Z',
  },
])('is $says', ({ freezes, at, until, reason }) => {
  const found = freezeAt(freezes, new Date(at));

  expect(found?.until).toEqual(typeof until === 'string' ? new Date(until) : until);
  if (reason !== undefined) expect(found?.reason).toBe(reason);
  const opening = typeof until === 'string' ? new Date(until) : until === null ? null : new Date(at);
  expect(nextOpening(freezes, new Date(at))).toEqual(opening);
});

it.each([
  { freezes: [weekend], source: 'configuration', by: null },
  { freezes: [set('2026-11-21T00:00Z', '2026-11-21T10:00Z')], source: 'person', by: 'U0BEN' },
  { freezes: [weekend, set('2026-11-21T00:00Z', '2026-11-21T10:00Z')], source: 'both', by: 'U0BEN' },
  { freezes: [weekend, set('2026-11-23T10:00Z', '2026-11-24T10:00Z')], source: 'configuration', by: null },
])('says whose it is: $source', ({ freezes, source, by }) => {
  expect(freezeAt(freezes, new Date('2026-11-21T08:00Z'))).toMatchObject({ source, by });
});

it('never takes a freeze that it cannot read for none', () => {
  expect(() => freezeAt([freeze('fri 17:00', '2027-01-02T00:00')], new Date())).toThrow('is none');
});

it('tells what begins or ends in a span, with both ends of each', () => {
  const sale = set('2026-11-25T08:00Z', '2026-11-25T18:00Z');

  expect(between([weekend, sale], '2026-11-21T00:00Z', '2026-11-28T00:00Z')).toEqual([
    'weekend: … to 2026-11-23T14:00',
    'sale: 2026-11-25T08:00 to 2026-11-25T18:00',
    'weekend: 2026-11-27T22:00 to 2026-11-30T14:00',
  ]);
});

it.each([
  { says: 'covers all of it', from: '2026-11-21T00:00Z', to: '2026-11-22T00:00Z', expected: [] },
  { says: 'begins where it ends', from: '2026-11-20T10:00Z', to: '2026-11-20T22:00Z', expected: [] },
  {
    says: 'begins where it begins',
    from: '2026-11-20T22:00Z',
    to: '2026-11-21T00:00Z',
    expected: ['weekend: 2026-11-20T22:00 to 2026-11-23T14:00'],
  },
  { says: 'ends where it begins', from: '2026-11-23T14:00Z', to: '2026-11-24T00:00Z', expected: [] },
])('tells of a freeze that $says: $expected', ({ from, to, expected }) => {
  expect(between([weekend], from, to)).toEqual(expected);
});

it('tells nothing of a freeze that clocks skip', () => {
  const skipped = freeze('sun 02:15', 'sun 02:45', { timezone: 'America/New_York' });

  expect(between([skipped], '2027-03-08T00:00Z', '2027-03-22T00:00Z')).toEqual([
    'r: 2027-03-21T06:15 to 2027-03-21T06:45',
  ]);
});

it('tells once of a schedule that never opens again', () => {
  const always = [freeze('mon 00:00', 'thu 00:00'), freeze('thu 00:00', 'mon 00:00')];
  const from = freeze('2026-01-01T00:00', '2026-11-23T00:00');

  expect(between(always, '2026-11-20T00:00Z', '2026-12-20T00:00Z')).toEqual([]);
  expect(between([from], '2026-11-20T00:00Z', '2026-12-20T00:00Z')).toEqual(['r: … to 2026-11-23T00:00']);
});

function between(freezes: readonly AnyFreeze[], from: string, to: string): string[] {
  const minute = (at: Date | null) => at?.toISOString().slice(0, 16) ?? '…';
  return freezesBetween(freezes, new Date(from), new Date(to)).map(
    ({ reason, begins, ends }) => `${reason}: ${minute(begins)} to ${minute(ends)}`,
  );
}

function freeze(from: string, to: string, others: Partial<Freeze> = {}): Freeze {
  return { from, to, timezone: 'UTC', reason: 'r', ...others };
}

function set(since: string, until: string): SetFreeze {
  return {
    version: 1,
    id: 'f',
    by: 'U0BEN',
    reason: 'sale',
    since: new Date(since),
    until: new Date(until),
  };
}
