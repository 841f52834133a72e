import type { Temporal } from 'temporal-polyfill';
import { UserError } from '../errors.ts';
import { clockText, type Showing } from '../sites/wall-time.ts';
import { quoted } from '../quoted.ts';

/** What the errors about a moment after `until` tell of. */
export interface Reading {
  readonly timezone: string;
  /** What the person's clocks show now. */
  readonly here: Temporal.ZonedDateTime;
  /** The command before the `until`, such as `/lock staging`. */
  readonly example: string;
}

interface Advice {
  /** What is right after `until`. */
  readonly meant?: string | undefined;
  readonly hint?: string;
}

/** The error for what cannot be read after `until`, with a right example. */
export function wrong(
  { example }: Reading,
  message: string,
  { meant = '17:00', hint }: Advice = {},
): UserError {
  return new UserError(message, { hint, example: `${example} until ${meant}` });
}

/** The error for a time that has passed; `meant` are phrases that have not. */
export function passed(shown: string, reading: Reading, meant: readonly string[]): UserError {
  const { here, timezone } = reading;
  const date = meant.length === 0 ? `${here.toPlainDate().toString()} ` : '';
  const what = `${shown} has passed where you are (${timezone}, now ${date}${clockText(here)})`;
  if (meant.length === 0) return wrong(reading, `${what}.`);
  const words = meant.map((one) => quoted(`until ${one}`)).join(' or ');
  return wrong(reading, `${what}; did you mean ${words}?`, { meant: meant[0] });
}

/** The error for a time over which clocks go forward; `day` is the word for its day, if there was one. */
export function skipped(
  shown: string,
  reading: Reading,
  { first, gap, day }: Showing & { day: string },
): UserError {
  const meant = `${day} ${clockText(first)}`.trim();
  const from = gap === undefined ? '' : clockText(gap.from);
  const message =
    `${shown} does not come on ${first.toPlainDate().toString()} where you are (${reading.timezone}): ` +
    `clocks go forward from ${from} to ${clockText(first)}; did you mean ${quoted(`until ${meant}`)}?`;
  return wrong(reading, message, { meant });
}
