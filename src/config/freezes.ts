import { Temporal } from 'temporal-polyfill';
import * as z from 'zod';
import { whenClocksShow } from '../sites/wall-time.ts';
import { sentence, text, timezone } from './values.ts';
import { WEEKDAYS } from './sites.ts';

/** An end of a freeze: a moment of each week, or of one date; in the local time of the freeze's zone. */
export type FreezeMoment =
  | { readonly kind: 'weekly'; readonly weekday: number; readonly time: Temporal.PlainTime }
  | { readonly kind: 'dated'; readonly at: Temporal.PlainDateTime };

const WEEKLY = /^(mon|tue|wed|thu|fri|sat|sun) ((?:[01]\d|2[0-3]):[0-5]\d)$/;
const DATED = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d$/;

/** Reads `fri 17:00` (weekday 1 is Monday) or `2026-12-20T00:00`; undefined for anything else. */
export function parseFreezeMoment(typed: string): FreezeMoment | undefined {
  const [, weekday, time] = WEEKLY.exec(typed) ?? [];
  if (weekday !== undefined && time !== undefined) {
    return { kind: 'weekly', weekday: WEEKDAYS.indexOf(weekday) + 1, time: Temporal.PlainTime.from(time) };
  }
  if (!DATED.test(typed)) return undefined;
  try {
    return { kind: 'dated', at: Temporal.PlainDateTime.from(typed, { overflow: 'reject' }) };
  } catch {
    return undefined; // no such day, such as the 30th of February
  }
}

const EXPECTED = 'a weekly time such as "fri 17:00", or a date and time such as 2026-12-20T00:00';

const moment = text(new RegExp(`${WEEKLY.source}|${DATED.source}`), EXPECTED).refine(
  (typed) => parseFreezeMoment(typed) !== undefined,
  { error: 'a date that exists, such as 2026-12-20T00:00' },
);

export const Freeze = z
  .strictObject({
    from: moment.describe('When it begins: weekly as "fri 17:00", or once as 2026-12-20T00:00'),
    to: moment.describe('The first moment that is open again, in the same form as `from`'),
    timezone: timezone.describe('The zone whose local times `from` and `to` are'),
    reason: sentence.describe('Shown to whoever is refused'),
  })
  .superRefine((freeze, issues) => {
    const message = whatToShouldBe(freeze);
    if (message !== undefined) issues.addIssue({ code: 'custom', message, path: ['to'], input: freeze.to });
  });
export type Freeze = z.infer<typeof Freeze>;

function whatToShouldBe(freeze: { from: string; to: string; timezone: string }): string | undefined {
  const from = parseFreezeMoment(freeze.from);
  const to = parseFreezeMoment(freeze.to);
  if (from === undefined || to === undefined) return undefined;
  if (from.kind !== to.kind) {
    return from.kind === 'weekly'
      ? `a weekly time, as "from" is ("${freeze.from}")`
      : `a date and time, as "from" is (${freeze.from})`;
  }
  if (from.kind === 'weekly') {
    return freeze.from === freeze.to ? `another time than "from" ("${freeze.from}")` : undefined;
  }
  return to.kind === 'dated' && !isBefore(from.at, to.at, freeze.timezone)
    ? `a time after "from" (${freeze.from})`
    : undefined;
}

/** Compared as the moments that they are: when clocks go forward at 02:00, 02:15 and 02:45 are the same one. */
function isBefore(from: Temporal.PlainDateTime, to: Temporal.PlainDateTime, zone: string): boolean {
  return Temporal.ZonedDateTime.compare(instantOf(from, zone, 'from'), instantOf(to, zone, 'to')) < 0;
}

/**
 * The moment at which an end of a freeze lies, from what clocks in the zone show. A time that clocks skip is the first
 * moment after the gap. Of a time that they show twice, `from` is the first and `to` the second, so that no freeze
 * is ever shorter than it reads.
 */
export function instantOf(
  shown: Temporal.PlainDateTime,
  zone: string,
  end: 'from' | 'to',
): Temporal.ZonedDateTime {
  const found = shown.toZonedDateTime(zone, { disambiguation: end === 'from' ? 'earlier' : 'later' });
  return found.toPlainDateTime().equals(shown) ? found : whenClocksShow(shown, zone).first;
}
