import { Temporal } from 'temporal-polyfill';
import type { Config } from '../config/schema.ts';
import type { Handoff } from '../config/sites.ts';
import { isOnDuty, isWorkingDay, nextShift } from '../sites/calendar.ts';
import { clocksAt, toDate, whenClocksShow } from '../sites/wall-time.ts';

const DAY = 86_400_000;

/** Where no handoff comes within a year, none comes. */
const DAYS_OF_A_YEAR = 366;

export interface NamedHandoff {
  readonly name: string;
  readonly rules: Handoff;
}

/** One handoff on one day. Its name and its date together identify its digest. */
export interface DueHandoff {
  readonly handoff: string;
  /** The site that gives. */
  readonly from: string;
  /** The site that takes; undefined when nobody works within a day, so that the channel alone has the digest. */
  readonly to: string | undefined;
  /** The day at the giving site, such as `2026-11-23`. */
  readonly date: string;
  readonly at: Date;
}

/**
 * The handoffs with their names: `bengaluru-us`, and `bengaluru-us-2` for a later one in the file whose name would be
 * the same. The time is no part of it: who changes it in the afternoon gets no second digest in the evening.
 */
export function namedHandoffs({ handoffs }: Config): readonly NamedHandoff[] {
  const taken = new Set<string>();
  return handoffs.map((rules) => {
    const base = `${rules.from}-${rules.to}`;
    let name = base;
    for (let number = 2; taken.has(name); number += 1) name = `${base}-${number}`;
    taken.add(name);
    return { name, rules };
  });
}

/** Each handoff that falls due from `from` on and before `until`, in the order of time. */
export function handoffsBetween(config: Config, { from, until }: { from: Date; until: Date }): DueHandoff[] {
  // A local day begins up to 14 hours before the day in UTC, and ends up to 12 hours after it.
  const first = clocksAt(from, 'UTC').toPlainDate().subtract({ days: 1 });
  const days = Math.ceil((until.getTime() - from.getTime()) / DAY) + 3;
  return handoffsOn(config, first, days).filter(({ at }) => from <= at && at < until);
}

/** Each handoff of so many days of the giving sites' own calendars, in the order of time. */
export function handoffsOn(config: Config, first: Temporal.PlainDate, days: number): DueHandoff[] {
  const due: DueHandoff[] = [];
  for (const handoff of namedHandoffs(config)) {
    for (let index = 0; index < days; index += 1) {
      const one = dueOn(config, handoff, first.add({ days: index }));
      if (one !== undefined) due.push(one);
    }
  }
  return due.sort((one, other) => one.at.getTime() - other.at.getTime());
}

/** When the site next gives away its open work, after now; undefined when no handoff does that within a year. */
export function nextHandoffFrom(config: Config, site: string, now: Date): Date | undefined {
  const giving = namedHandoffs(config).filter(({ rules }) => rules.from === site);
  const timezone = config.sites[site]?.timezone;
  if (giving.length === 0 || timezone === undefined) return undefined;
  // The moment of yesterday's handoff may be today, where clocks go forward over midnight.
  const yesterday = clocksAt(now, timezone).toPlainDate().subtract({ days: 1 });
  for (let index = 0; index <= DAYS_OF_A_YEAR; index += 1) {
    const day = yesterday.add({ days: index });
    const moments = giving.flatMap(({ rules }) => momentOn(config, rules, day) ?? []);
    const ahead = moments.map((at) => at.getTime()).filter((at) => at > now.getTime());
    if (ahead.length > 0) return new Date(Math.min(...ahead));
  }
  return undefined;
}

function dueOn(
  config: Config,
  { name, rules }: NamedHandoff,
  day: Temporal.PlainDate,
): DueHandoff | undefined {
  const at = momentOn(config, rules, day);
  if (at === undefined) return undefined;
  return { handoff: name, from: rules.from, to: receiverAt(config, rules, at), date: day.toString(), at };
}

/**
 * Once on each working day of the giving site: when its clocks first show the time, or at the first moment after it
 * where they go forward over it.
 */
function momentOn({ sites }: Config, { from, at }: Handoff, day: Temporal.PlainDate): Date | undefined {
  const site = sites[from];
  if (site === undefined || !isWorkingDay(site, day)) return undefined;
  return toDate(whenClocksShow(day.toPlainDateTime(Temporal.PlainTime.from(at)), site.timezone).first);
}

/**
 * Who takes it: the site in `to` where it is on duty, else the site whose working time comes first within a day, which
 * may be that site after its day off. Of two at work the one that works longer takes it; the giving site never does.
 */
function receiverAt({ sites }: Config, { from, to }: Handoff, at: Date): string | undefined {
  const wanted = sites[to];
  if (wanted !== undefined && isOnDuty(wanted, at)) return to;
  const others = Object.entries(sites).filter(([name]) => name !== from);
  const coming = others.flatMap(([name, site]) => {
    const shift = nextShift(site, at);
    if (shift === undefined || shift.from > at.getTime() + DAY) return [];
    return [{ name, start: Math.max(shift.from, at.getTime()), end: shift.to }];
  });
  coming.sort((one, other) => one.start - other.start || other.end - one.end);
  return coming[0]?.name;
}
