import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { main } from '../../src/main.ts';
import { GOOD } from '../support/config-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-schedule-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let out = '';
let err = '';
beforeEach(() => {
  [out, err] = ['', ''];
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => (out += String(text)) !== '');
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => (err += String(text)) !== '');
});
afterEach(() => {
  jest.restoreAllMocks();
});

const SITES = `sites:
  bengaluru: { timezone: Asia/Kolkata, hours: "09:30-18:30", days: mon-fri, holidays: [2026-11-09, IN] }
  us: { timezone: America/Los_Angeles, hours: "09:00-17:30", days: mon-fri, holidays: [US] }
`;
const HANDOFFS = `handoffs:
  - { from: bengaluru, to: us, at: "18:30", channel: C0HAND }
  - { from: us, to: bengaluru, at: "17:30", channel: C0HAND }
`;

function schedule(words: string, yaml = SITES + HANDOFFS): Promise<number | undefined> {
  const file = join(folder, 'baton.yml');
  writeFileSync(file, `${GOOD}${yaml}`);
  return main(['schedule', ...words.split(' ').filter(Boolean)], { BATON_CONFIG: file });
}

it('prints each handoff of the days as a JSON line, in the order of time', async () => {
  expect(await schedule('--from 2026-10-30 --days 4')).toBe(0);

  expect(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    {
      handoff: 'bengaluru-us',
      at: '2026-10-30T13:00:00.000Z',
      local: { bengaluru: '2026-10-30T18:30:00+05:30', us: '2026-10-30T06:00:00-07:00' },
      to: 'us',
    },
    {
      handoff: 'us-bengaluru',
      at: '2026-10-31T00:30:00.000Z',
      local: { bengaluru: '2026-10-31T06:00:00+05:30', us: '2026-10-30T17:30:00-07:00' },
      to: null,
    },
    // Clocks went back in the United States on 1 November.
    {
      handoff: 'bengaluru-us',
      at: '2026-11-02T13:00:00.000Z',
      local: { bengaluru: '2026-11-02T18:30:00+05:30', us: '2026-11-02T05:00:00-08:00' },
      to: 'us',
    },
    {
      handoff: 'us-bengaluru',
      at: '2026-11-03T01:30:00.000Z',
      local: { bengaluru: '2026-11-03T07:00:00+05:30', us: '2026-11-02T17:30:00-08:00' },
      to: 'bengaluru',
    },
  ]);
});

it('prints nothing where there are no handoffs, and says why', async () => {
  expect(await schedule('--days 4 --from 2026-10-30', SITES)).toBe(0);

  expect([out, err]).toEqual(['', 'baton: the configuration has no handoffs\n']);
});

it.each<{ words: string; says: string }>([
  { words: '', says: 'needs --from and a date' },
  { words: '--from 2026-11-23', says: 'needs --days and how many' },
  { words: '--days 7', says: 'needs --from and a date' },
  { words: '--from', says: 'misses what stands after --from' },
  { words: '--since 2026-11-23 --days 7', says: 'does not know “--since”' },
  { words: '--from 2026-11-23 --days 7 --days 7', says: 'takes --days once' },
  {
    words: '--from 2026-02-30 --days 7',
    says: 'cannot begin at “2026-02-30”: --from takes a date from 2000 to 2099',
  },
  {
    words: '--from tomorrow --days 7',
    says: 'cannot begin at “tomorrow”: --from takes a date from 2000 to 2099',
  },
  {
    words: '--from 2026-11-23 --days 0',
    says: 'cannot tell “0” days: --days takes a whole number from 1 to 3660',
  },
  {
    words: '--from 2026-11-23 --days -7',
    says: 'cannot tell “-7” days: --days takes a whole number from 1 to 3660',
  },
  {
    words: '--from 2026-11-23 --days 3661',
    says: 'cannot tell “3661” days: --days takes a whole number from 1 to 3660',
  },
])('refuses “schedule $words” and shows how it goes', async ({ words, says }) => {
  expect(await schedule(words)).toBe(1);

  expect([out, err]).toEqual(['', `schedule ${says}, as in: schedule --from 2026-11-23 --days 7\n`]);
});

it('says what is wrong with the configuration', async () => {
  expect(await schedule('--from 2026-11-23 --days 7', HANDOFFS)).toBe(1);

  expect(err).toContain('handoffs[0].from: "bengaluru" is not in sites');
});
