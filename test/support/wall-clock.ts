/** What clocks show, by Intl alone: an oracle that shares nothing with what it judges. */
export const MINUTE = 60_000;

export interface WallClock {
  /** `2026-11-23` */
  readonly date: string;
  /** `18:30` */
  readonly time: string;
}

const formats = new Map<string, Intl.DateTimeFormat>();

export function wallClock(at: number, zone: string): WallClock {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  formats.set(zone, format);
  const [date = '', time = ''] = format.format(at).split(' ');
  return { date, time };
}

/** 1 is Monday. */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00Z`).getUTCDay() || 7;
}

/** The dates from the first to the last. */
export function datesBetween(first: string, last: string): string[] {
  const dates: string[] = [];
  for (let at = Date.parse(first); at <= Date.parse(last); at += 1440 * MINUTE) {
    dates.push(new Date(at).toISOString().slice(0, 10));
  }
  return dates;
}

/**
 * The first minute at which the zone's clocks show this time of the day. Where they skip it: the first minute after
 * the gap, found by going through the hours around it minute by minute.
 */
export function firstMinute(date: string, time: string, zone: string): number {
  const asUtc = Date.parse(`${date}T${time}Z`);
  const offsets = [-1440, 1440].map((minutes) => {
    const near = asUtc + minutes * MINUTE;
    return Date.parse(`${wallText(near, zone)}Z`) - near;
  });
  // With the larger offset the same clocks come earlier.
  const earliest = asUtc - Math.max(...offsets);
  const shown = [earliest, asUtc - Math.min(...offsets)].find(
    (at) => wallText(at, zone) === `${date}T${time}`,
  );
  if (shown !== undefined) return shown;
  let at = earliest - 180 * MINUTE;
  while (wallText(at, zone) < `${date}T${time}`) at += MINUTE;
  return at;
}

function wallText(at: number, zone: string): string {
  const { date, time } = wallClock(at, zone);
  return `${date}T${time}`;
}
