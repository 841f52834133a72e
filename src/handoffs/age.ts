const HOUR = 60;
const DAY = 24 * HOUR;

/** `just now`, `1 minute`, `45 minutes`, `3 hours`, `2 days`: how long it is, in words. */
export function ageWords(from: Date, to: Date): string {
  // To the nearest minute: a digest that comes a few seconds sooner than yesterday's still tells of 24 hours.
  const minutes = Math.round((to.getTime() - from.getTime()) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < HOUR) return counted(minutes, 'minute');
  if (minutes < 2 * DAY) return counted(Math.floor(minutes / HOUR), 'hour');
  return counted(Math.floor(minutes / DAY), 'day');
}

/** `1 lock`, `2 locks` */
export function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`;
}
