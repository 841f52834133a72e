const MINUTE = 60_000;
const WEEK = 7 * 86_400_000;

/** What clocks in a zone show, in milliseconds as if they stood in UTC; by Intl alone. */
export function wallClock(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (at) => Date.parse(`${format.format(at).replace(' ', 'T')}Z`);
}

/** The moments between two others at which clocks in the zone change. */
export function changesIn(wall: (at: number) => number, from: number, to: number): number[] {
  const offset = (at: number) => wall(at) - at;
  const changes: number[] = [];
  for (let start = from; start < to; start += WEEK) {
    let [before, after] = [start, start + WEEK];
    if (offset(before) === offset(after)) continue;
    while (after - before > MINUTE) {
      const middle = before + Math.floor((after - before) / 2 / MINUTE) * MINUTE;
      if (offset(middle) === offset(before)) before = middle;
      else after = middle;
    }
    changes.push(after);
  }
  return changes;
}

/** `fri 17:00`, as the configuration has it. */
export function weekly(shown: number): string {
  const weekday = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][new Date(shown).getUTCDay()] ?? '';
  return `${weekday} ${new Date(shown).toISOString().slice(11, 16)}`;
}

/** `2026-12-20T00:00`, as the configuration has it. */
export function dated(shown: number): string {
  return new Date(shown).toISOString().slice(0, 16);
}
