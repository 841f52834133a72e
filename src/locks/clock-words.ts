import { Temporal } from 'temporal-polyfill';

/** A time of day as somebody typed it. */
export interface Clock {
  readonly time: Temporal.PlainTime;
  /** As it was typed. */
  readonly text: string;
  /** Whether it says which half of the day is meant, with am or pm. */
  readonly half: boolean;
}

const FORM = /^(?<hour>\d{1,2})(?::(?<minute>\d{2}))?(?: ?(?<half>[ap])\.?m\.?)?$/;

/** Reads `17:00`, `9:30`, `5pm` and `9:30 am`; else says what is wrong and, where it can be told, what was meant. */
export function readClock(
  text: string,
): Clock | { readonly wrong: string; readonly meant: string | undefined } {
  const { hour = '', minute, half } = FORM.exec(text)?.groups ?? {};
  if (hour === '') return { wrong: 'is no time of day.', meant: undefined };
  if (minute === undefined && half === undefined) {
    const meant = Number(hour) < 24 ? `${hour}:00` : undefined;
    return { wrong: 'is no time of day without its minutes, or am or pm.', meant };
  }
  const hours = half === undefined ? Number(hour) : inDay(Number(hour), half);
  const minutes = Number(minute ?? 0);
  if (hours === undefined)
    return { wrong: 'mixes two ways to write a time of day.', meant: asTyped(hour, minute) };
  if (hours === 24 && minutes === 0) {
    return { wrong: 'is no time of day: a day begins at 0:00.', meant: undefined };
  }
  if (hours > 23 || minutes > 59) return { wrong: 'is no time of day.', meant: undefined };
  const time = new Temporal.PlainTime(hours, minutes);
  return { time, text, half: half !== undefined };
}

/** Midnight is 12am, noon is 12pm. */
function inDay(hour: number, half: string): number | undefined {
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (half === 'p' ? 12 : 0);
}

/** `17:00 pm` without its pm. */
function asTyped(hour: string, minute = '00'): string | undefined {
  return Number(hour) < 24 && Number(minute) < 60 ? `${hour}:${minute}` : undefined;
}
