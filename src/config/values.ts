import * as z from 'zod';
import { parseDuration } from '../locks/duration.ts';

const LONGEST_SECONDS = 365 * 86_400;

/** Text of one form. `expected` completes the sentence "expected …", for every way in which it can be wrong. */
export function text(pattern: RegExp, expected: string): z.ZodString {
  return z.string({ error: expected }).regex(pattern, { error: expected, abort: true });
}

/** A length of time as people write it; seconds once parsed. */
export const duration = text(/^(\d{1,6}[smhd])+$/, 'a length of time such as 30s, 10m, 4h or 2d').transform(
  (typed, issues) => {
    const seconds = parseDuration(typed) ?? 0;
    if (seconds > 0 && seconds <= LONGEST_SECONDS) return seconds;
    issues.addIssue({ code: 'custom', message: 'a length of time of more than 0s and at most 365d' });
    return z.NEVER;
  },
);

export const workspace = text(/^[TE][A-Z0-9]+$/, 'the id of a Slack workspace such as T0ACME');
export const channel = text(/^[CGD][A-Z0-9]+$/, 'the id of a Slack channel such as C0REL, not its name');
export const person = text(/^[UW][A-Z0-9]+$/, 'the id of a Slack user such as U0ASHA, not a name');
export const personOrGroup = text(
  /^[UWS][A-Z0-9]+$/,
  'the id of a Slack user or usergroup such as U0ASHA or S0RELMGRS, not a name',
);

export const name = text(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/,
  'a name of at most 60 letters, digits, dots, dashes and underscores, beginning with a letter or digit',
);
export const githubLogin = text(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'a GitHub login such as asha-k');
export const repository = text(
  /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
  'a GitHub repository as owner/name, such as acme/api',
);
export const sentence = text(/\S/, 'some words');
export const clockTime = text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "18:30"');
/** An address that people follow: never `javascript:` or `data:`. */
export const webAddress = z.url({
  protocol: /^https?$/,
  error: 'an address that begins with https:// or http://',
});

export const yesOrNo = z.boolean({ error: 'true or false' });

export function wholeNumber(least: number, most: number): z.ZodInt {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

export function listOf<Item extends z.ZodType>(item: Item, what: string): z.ZodArray<Item> {
  return z.array(item, { error: `a list of ${what}` });
}

/** Sections by name. Without a prototype, so that no name of JavaScript's own is ever found in it. */
export function byName<Section extends z.ZodType>(section: Section) {
  return z
    .record(name, section)
    .transform((sections): typeof sections => Object.assign(Object.create(null), sections));
}

/** A time zone by its IANA name. Abbreviations such as EST are refused: they know no summer time. */
export const timezone = text(
  /^(UTC|[A-Za-z_]+(\/[A-Za-z0-9_+-]+)+)$/,
  'an IANA time zone such as Asia/Kolkata or Europe/London',
).refine(isTimezone, { error: 'an IANA time zone such as Asia/Kolkata or Europe/London' });

function isTimezone(typed: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: typed }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
