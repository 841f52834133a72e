import { Temporal } from 'temporal-polyfill';
import { nearestWord } from '../nearest.ts';
import { quoted } from '../quoted.ts';
import { type Reading, wrong } from './until-wrong.ts';

/** The day that somebody means after `until`. */
export interface Day {
  readonly kind: 'today' | 'tomorrow' | 'weekday' | 'date';
  /** As it was typed; empty when there was no word for it. */
  readonly word: string;
  /** For a weekday the next one, which may be today. */
  readonly date: Temporal.PlainDate;
}

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** Takes the word for the day from the beginning or the end of what was typed; today where there is none. */
export function takeDay(typed: readonly string[], reading: Reading): { day: Day; rest: readonly string[] } {
  const [first = ''] = typed;
  const begins = readDay(first, reading);
  if (begins !== undefined) return { day: begins, rest: typed.slice(1) };
  const ends = readDay(typed.at(-1) ?? '', reading);
  if (ends !== undefined) return { day: ends, rest: typed.slice(0, -1) };
  if (/^[a-z]{3,}$/.test(first)) throw unknownWord(first, reading);
  return { day: { kind: 'today', word: '', date: reading.here.toPlainDate() }, rest: typed };
}

function readDay(typed: string, reading: Reading): Day | undefined {
  const word = typed.replace(/,$/, '');
  const today = reading.here.toPlainDate();
  if (word === 'today') return { kind: 'today', word, date: today };
  if (word === 'tomorrow') return { kind: 'tomorrow', word, date: today.add({ days: 1 }) };
  if (/^\d{4}-\d{2}-\d{2}$/.test(word)) return { kind: 'date', word, date: readDate(word, reading) };
  const index = WEEKDAYS.findIndex((name) => word.length >= 3 && name.startsWith(word));
  if (index === -1) return undefined;
  return { kind: 'weekday', word, date: today.add({ days: (index + 1 - today.dayOfWeek + 7) % 7 }) };
}

function readDate(word: string, reading: Reading): Temporal.PlainDate {
  try {
    return Temporal.PlainDate.from(word, { overflow: 'reject' });
  } catch {
    const meant = `${reading.here.toPlainDate().add({ days: 1 }).toString()} 17:00`;
    throw wrong(reading, `There is no ${word} in the calendar.`, { meant });
  }
}

function unknownWord(word: string, reading: Reading) {
  const meant = nearestWord(word, ['handoff', 'today', 'tomorrow', ...WEEKDAYS]);
  const hint =
    meant === undefined
      ? 'It may be a time, a day with a time (tomorrow, a weekday or a date), or handoff.'
      : `Did you mean ${quoted(meant)}?`;
  const example = meant === undefined || meant === 'handoff' ? meant : `${meant} 17:00`;
  return wrong(reading, `${quoted(word)} is no time.`, { meant: example, hint });
}
