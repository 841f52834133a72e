import { Temporal } from 'temporal-polyfill';

/** When the clocks of a zone show a time of a day. */
export interface Showing {
  /** The first moment that they do; where the time is skipped, the first moment after the gap. */
  readonly first: Temporal.ZonedDateTime;
  /** Another one than `first` only where clocks go back over the time. */
  readonly last: Temporal.ZonedDateTime;
  /** Clocks go forward from and to these times of day, over the asked one: no moment of that day shows it. */
  readonly gap: { readonly from: Temporal.PlainTime; readonly to: Temporal.PlainTime } | undefined;
}

/** Finds the moments at which people in the zone read this date and time from their clocks. */
export function whenClocksShow(local: Temporal.PlainDateTime, timezone: string): Showing {
  const first = local.toZonedDateTime(timezone, { disambiguation: 'earlier' });
  const last = local.toZonedDateTime(timezone, { disambiguation: 'later' });
  if (first.toPlainDateTime().equals(local)) return { first, last, gap: undefined };

  // Temporal would move the time by the length of the gap, to half an hour or more behind its end.
  const after = first.getTimeZoneTransition('next') ?? last;
  const skipped = last.offsetNanoseconds - first.offsetNanoseconds;
  const from = after.toPlainDateTime().subtract({ nanoseconds: skipped }).toPlainTime();
  return { first: after, last: after, gap: { from, to: after.toPlainTime() } };
}

/** What the clocks of the zone show at a moment. */
export function clocksAt(at: Date, timezone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timezone);
}

export function toDate(moment: Temporal.ZonedDateTime): Date {
  return new Date(moment.epochMilliseconds);
}

/** `18:12` */
export function clockText(time: Temporal.PlainTime | Temporal.ZonedDateTime): string {
  return `${String(time.hour).padStart(2, '0')}:${String(time.minute).padStart(2, '0')}`;
}

/** The zone itself, or UTC for one that this machine does not know. */
export function knownZone(timezone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone && timezone;
  } catch {
    return 'UTC';
  }
}
