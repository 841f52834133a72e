import { expect, it } from '@jest/globals';
import { parseFreezeMoment } from '../../src/config/freezes.ts';
import { GOOD, problemsIn } from '../support/config-file.ts';

const freeze = (rules: string) => `${GOOD}    freezes:\n      - { ${rules}, reason: weekend }\n`;

it.each<{ rules: string; says?: string }>([
  { rules: 'from: fri 17:00, to: mon 09:00, timezone: America/New_York' },
  { rules: 'from: mon 09:00, to: fri 17:00, timezone: UTC' },
  { rules: 'from: 2026-12-20T00:00, to: 2027-01-02T00:00, timezone: Europe/London' },
  {
    rules: 'from: friday 5pm, to: mon 09:00, timezone: UTC',
    says:
      'from: expected a weekly time such as "fri 17:00", or a date and time such as 2026-12-20T00:00, ' +
      'found "friday 5pm"',
  },
  {
    rules: 'from: fri 24:00, to: mon 09:00, timezone: UTC',
    says:
      'from: expected a weekly time such as "fri 17:00", or a date and time such as 2026-12-20T00:00, ' +
      'found "fri 24:00"',
  },
  {
    rules: 'from: 2026-02-30T00:00, to: 2026-03-02T00:00, timezone: UTC',
    says: 'from: expected a date that exists, such as 2026-12-20T00:00, found "2026-02-30T00:00"',
  },
  {
    rules: 'from: fri 17:00, to: fri 17:00, timezone: UTC',
    says: 'to: expected another time than "from" ("fri 17:00"), found "fri 17:00"',
  },
  {
    rules: 'from: fri 17:00, to: 2026-03-02T00:00, timezone: UTC',
    says: 'to: expected a weekly time, as "from" is ("fri 17:00"), found "2026-03-02T00:00"',
  },
  {
    rules: 'from: 2026-03-02T00:00, to: fri 17:00, timezone: UTC',
    says: 'to: expected a date and time, as "from" is (2026-03-02T00:00), found "fri 17:00"',
  },
  {
    rules: 'from: 2027-01-02T00:00, to: 2026-12-20T00:00, timezone: UTC',
    says: 'to: expected a time after "from" (2027-01-02T00:00), found "2026-12-20T00:00"',
  },
  {
    rules: 'from: 2027-01-02T00:00, to: 2027-01-02T00:00, timezone: UTC',
    says: 'to: expected a time after "from" (2027-01-02T00:00), found "2027-01-02T00:00"',
  },
  // In New York the clocks go from 02:00 to 03:00 that night: what they skip is one moment.
  {
    rules: 'from: 2027-03-14T02:15, to: 2027-03-14T02:45, timezone: America/New_York',
    says: 'to: expected a time after "from" (2027-03-14T02:15), found "2027-03-14T02:45"',
  },
  { rules: 'from: 2027-03-14T02:30, to: 2027-03-14T03:30, timezone: America/New_York' },
])('judges a freeze with $rules', ({ rules, says }) => {
  const said = problemsIn(freeze(rules)).map((line) =>
    line.replace(/^\S+ environments\.staging\.freezes\[0\]\./, ''),
  );

  expect(said).toEqual(says === undefined ? [] : [says]);
});

it.each<{ zone: string; meant?: string }>([
  { zone: 'Europe/Lodon', meant: 'Europe/London' },
  { zone: 'Asia/Kolkatta', meant: 'Asia/Kolkata' },
  { zone: 'EST' },
  { zone: 'IST' },
  { zone: '"+05:30"' },
  { zone: 'Mars/Olympus_Mons' },
])('refuses the time zone $zone', ({ zone, meant }) => {
  const said = problemsIn(freeze(`from: fri 17:00, to: mon 09:00, timezone: ${zone}`));

  expect(said).toEqual([
    'baton.yml:11:53 environments.staging.freezes[0].timezone: ' +
      `expected an IANA time zone such as Asia/Kolkata or Europe/London, found "${zone.replaceAll('"', '')}"` +
      (meant === undefined ? '' : `; did you mean "${meant}"?`),
  ]);
});

it('tells what the two kinds of moments are', () => {
  expect(parseFreezeMoment('sun 00:00')).toMatchObject({ kind: 'weekly', weekday: 7 });
  expect(parseFreezeMoment('2026-12-20T00:00')).toMatchObject({ kind: 'dated' });
  expect(parseFreezeMoment('2026-12-20')).toBeUndefined();
});
