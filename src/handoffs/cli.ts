import { Temporal } from 'temporal-polyfill';
import type { Config } from '../config/schema.ts';
import { StartError } from '../errors.ts';
import { clocksAt } from '../sites/wall-time.ts';
import { handoffsOn } from './schedule.ts';

/** Ten years. */
const MOST_DAYS = 3_660;

const EXAMPLE = 'schedule --from 2026-11-23 --days 7';

export interface ScheduleOptions {
  readonly from: Temporal.PlainDate;
  readonly days: number;
}

/** Reads `--from DATE --days N`. Throws StartError, which names what is wrong and gives a right example. */
export function readScheduleOptions(words: readonly string[]): ScheduleOptions {
  const given = new Map<string, string>();
  for (let index = 0; index < words.length; index += 2) {
    const [flag = '', value] = words.slice(index);
    if (flag !== '--from' && flag !== '--days') throw wrong(`does not know “${flag}”`);
    if (value === undefined) throw wrong(`misses what stands after ${flag}`);
    if (given.has(flag)) throw wrong(`takes ${flag} once`);
    given.set(flag, value);
  }
  const [from, days] = [given.get('--from'), given.get('--days')];
  if (from === undefined) throw wrong('needs --from and a date');
  if (days === undefined) throw wrong('needs --days and how many');
  return { from: readDate(from), days: readDays(days) };
}

/**
 * `schedule`: one JSON object a line for each handoff of these days of the giving sites' calendars, in the order of
 * time: its name, the moment in UTC, what the clocks show at every site, and the site that takes it (null for none).
 */
export function printSchedule(
  config: Config,
  { from, days }: ScheduleOptions,
  write: (line: string) => void,
): void {
  for (const { handoff, at, to } of handoffsOn(config, from, days)) {
    const local = Object.entries(config.sites).map(([name, { timezone }]) => [name, localText(at, timezone)]);
    write(JSON.stringify({ handoff, at, local: Object.fromEntries(local), to: to ?? null }));
  }
}

/** `2026-11-23T18:30:00+05:30` */
function localText(at: Date, timezone: string): string {
  return clocksAt(at, timezone).toString({ timeZoneName: 'never', smallestUnit: 'second' });
}

function readDate(typed: string): Temporal.PlainDate {
  try {
    if (/^20\d{2}-\d{2}-\d{2}$/.test(typed)) return Temporal.PlainDate.from(typed, { overflow: 'reject' });
  } catch {
    // No such day: told below.
  }
  throw wrong(`cannot begin at “${typed}”: --from takes a date from 2000 to 2099`);
}

function readDays(typed: string): number {
  const days = /^\d{1,5}$/.test(typed) ? Number(typed) : 0;
  if (days >= 1 && days <= MOST_DAYS) return days;
  throw wrong(`cannot tell “${typed}” days: --days takes a whole number from 1 to ${MOST_DAYS}`);
}

function wrong(what: string): StartError {
  return new StartError(`schedule ${what}, as in: ${EXAMPLE}`);
}
