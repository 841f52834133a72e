import { Temporal } from 'temporal-polyfill';
import { clocksAt, clockText, knownZone, toDate, whenClocksShow } from '../sites/wall-time.ts';
import { quoted } from '../quoted.ts';
import { type Clock, readClock } from './clock-words.ts';
import { type Day, takeDay } from './until-day.ts';
import { passed, type Reading, skipped, wrong } from './until-wrong.ts';

const LONGEST_DAYS = 365;

export interface UntilOptions {
  readonly now: Date;
  /** The person's own zone, in which times are read. */
  readonly timezone: string;
  /** The name of the person's site, if they have one. */
  readonly site: string | undefined;
  /** When that site hands off next, if it does. */
  readonly nextHandoff: Date | undefined;
  /** The command before the `until`, such as `/lock staging`. */
  readonly example: string;
}

interface Asked extends UntilOptions, Reading {}

/**
 * The moment that stands after `until`: `17:00`, `5pm`, `tomorrow 9:00`, `fri 17:00`, `2026-11-23 17:00`, `handoff`, in
 * the person's zone. A day without a time is its beginning; a time that clocks show twice is the first one ahead.
 * Throws UserError for anything else, and for what has passed, is skipped by clocks, or is more than a year ahead.
 */
export function readUntil(phrase: string, options: UntilOptions): Date {
  const timezone = knownZone(options.timezone);
  const asked = { ...options, timezone, here: clocksAt(options.now, timezone) };
  const text = phrase.trim().toLowerCase();
  if (isHandoffWord(text)) return handoffComes(asked);

  const { day, rest } = takeDay(text.replace(/^(\d{4}-\d{2}-\d{2})t(?=\d)/, '$1 ').split(/\s+/), asked);
  const words = rest.filter((word) => word !== 'at').join(' ');
  if (rest.length === 0) return dayBegins(day, asked);
  const clock = readClock(words);
  if (!('wrong' in clock)) return timeComes(day, clock, asked);
  const hint = 'A time is 17:00 or 5pm; with it may stand tomorrow, a weekday or a date such as 2026-11-23.';
  const meant = clock.meant === undefined ? undefined : `${day.word} ${clock.meant}`.trim();
  throw wrong(asked, `${quoted(words)} ${clock.wrong}`, { meant, hint });
}

/** `handoff`, `the handoff`, `our handoff`, `next handoff` */
export function isHandoffWord(phrase: string): boolean {
  return /^(?:(?:the|our|next) )?handoff$/i.test(phrase.trim());
}

function handoffComes(asked: Asked): Date {
  const { site, nextHandoff } = asked;
  if (nextHandoff !== undefined) return nextHandoff;
  if (site === undefined) {
    const hint = 'It is the “site” of a person under “people” in baton.yml.';
    throw wrong(asked, 'Baton does not know at which site you work.', { hint });
  }
  const hint = `It needs one with “from: ${site}” under “handoffs” in baton.yml.`;
  throw wrong(asked, `No handoff from ${site} comes within a year.`, { hint });
}

/** The first moment of the day, also where clocks skip midnight. */
function dayBegins(day: Day, asked: Asked): Date {
  const today = asked.here.toPlainDate();
  if (day.kind !== 'weekday' && day.date.equals(today)) {
    throw wrong(asked, 'Until what time today?', { meant: 'today 17:00' });
  }
  const date = day.date.equals(today) ? day.date.add({ days: 7 }) : day.date;
  const { first } = whenClocksShow(date.toPlainDateTime(), asked.timezone);
  if (toDate(first) <= asked.now) throw passed(day.word, asked, []);
  return notTooFar(first, day.word, asked);
}

function timeComes(day: Day, clock: Clock, asked: Asked): Date {
  const { timezone, now } = asked;
  const shown = `${day.word} ${clock.text}`.trim();
  const show = (date: Temporal.PlainDate) => whenClocksShow(date.toPlainDateTime(clock.time), timezone);
  let showing = show(day.date);
  // Typed on a Monday after nine, “monday 9:00” is the one of next week.
  if (day.kind === 'weekday' && toDate(showing.last) <= now) showing = show(day.date.add({ days: 7 }));

  const next = [showing.first, showing.last].find((moment) => toDate(moment) > now);
  if (next === undefined) throw passed(shown, asked, stillAhead(day, clock, asked));
  if (showing.gap !== undefined) throw skipped(shown, asked, { ...showing, day: day.word });
  return notTooFar(next, shown, asked);
}

/** What may be meant by a time that has passed today: `5:00` typed in the afternoon may well be `17:00`. */
function stillAhead(day: Day, { time, text, half }: Clock, { here }: Asked): string[] {
  if (day.kind !== 'today') return [];
  const evening = time.add({ hours: 12 });
  const isLikely =
    !half && time.hour > 0 && time.hour < 12 && Temporal.PlainTime.compare(evening, here.toPlainTime()) > 0;
  return [...(isLikely ? [clockText(evening)] : []), `tomorrow ${text}`];
}

function notTooFar(moment: Temporal.ZonedDateTime, shown: string, asked: Asked): Date {
  const at = toDate(moment);
  if (at.getTime() - asked.now.getTime() <= LONGEST_DAYS * 86_400_000) return at;
  throw wrong(asked, `${shown} is more than ${LONGEST_DAYS} days ahead.`);
}
