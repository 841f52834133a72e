import { UserError } from '../errors.ts';
import { quoted } from '../quoted.ts';
import { durationWords, UNIT_SECONDS } from './duration.ts';

const LONGEST_DAYS = 365;
const LONGEST_SECONDS = LONGEST_DAYS * 86_400;

/** The words that people write for each unit. */
const UNITS: readonly { readonly letter: string; readonly words: readonly string[] }[] = [
  { letter: 'd', words: ['d', 'day', 'days'] },
  { letter: 'h', words: ['h', 'hr', 'hrs', 'hour', 'hours'] },
  { letter: 'm', words: ['m', 'min', 'mins', 'minute', 'minutes'] },
  { letter: 's', words: ['s', 'sec', 'secs', 'second', 'seconds'] },
];

const PART = String.raw`\d+(?:[.,]\d+)? ?[a-z]+`;
const PARTS = new RegExp(`^${PART}(?:(?:,? (?:and )?)?${PART})*$`);

/**
 * Seconds of what stands after `for`: `2h`, `1h30m`, `90 minutes`, `1 hour and 30 minutes`. Throws UserError for
 * anything else, for none, and for more than a year. `example` is the command before the `for`: `/lock staging`.
 */
export function readFor(phrase: string, { example }: { readonly example: string }): number {
  const typed = phrase.trim().replaceAll(/\s+/g, ' ').toLowerCase();
  const wrong = (says: string, meant = '2h', hint?: string) =>
    new UserError(`${quoted(phrase)} ${says}`, { hint, example: `${example} for ${meant}` });

  if (/^[-−–] ?\d/.test(typed)) throw wrong('lies in the past: a lock lasts from now on.');
  if (/^[1-9]\d*$/.test(typed)) {
    throw wrong('has no unit.', typed.length <= 3 ? `${typed}m` : undefined, 'Units are m, h and d.');
  }
  const parts = /^0+$/.test(typed) ? ['0m'] : partsOf(typed);
  if (parts === undefined) {
    throw wrong('is no length of time.', '2h', 'It is written 30m, 2h, 1h30m, 2d or 90 minutes.');
  }
  const seconds = parts.reduce((sum, part) => sum + secondsIn(part), 0);
  if (seconds === 0) throw wrong('is no time at all.', '30m', `${quoted('/unlock')} gives a lock up.`);
  if (seconds > LONGEST_SECONDS) throw wrong(`is too long: at most ${LONGEST_DAYS}d are understood.`);

  if (parts.every((part) => !part.includes('.'))) return seconds;
  const meant = Number.isInteger(seconds) ? durationWords(seconds) : '1h30m';
  throw wrong(`is not in whole numbers; ${quoted(meant)} is understood.`, meant);
}

/** `1 hour and 30 minutes` as `1h` and `30m`; undefined for what is not made of amounts and units. */
function partsOf(typed: string): string[] | undefined {
  if (!PARTS.test(typed)) return undefined;
  const parts: string[] = [];
  for (const [, amount = '', word = ''] of typed.matchAll(/(\d+(?:[.,]\d+)?) ?([a-z]+)/g)) {
    const unit = UNITS.find(({ words }) => words.includes(word));
    if (unit === undefined) return undefined;
    parts.push(`${amount.replace(',', '.').replace(/^0+(?=\d)/, '')}${unit.letter}`);
  }
  return parts;
}

function secondsIn(part: string): number {
  return Number.parseFloat(part) * (UNIT_SECONDS[part.slice(-1)] ?? 0);
}
