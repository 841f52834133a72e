/** Markdown that is safe to send to GitHub: only this file makes it, and what it is made from has been made inert. */
export interface Markdown {
  readonly markdown: string;
}

/** Markup written by us, with values in it. Strings are other people's: they are made inert. */
export function markdown(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Markdown)[]
): Markdown {
  const shown = values.map((value) => (typeof value === 'object' ? value.markdown : inert(String(value))));
  return { markdown: strings.map((part, index) => part + (shown[index] ?? '')).join('') };
}

export function lines(parts: readonly Markdown[], separator = '\n'): Markdown {
  return { markdown: parts.map((part) => part.markdown).join(separator) };
}

/** Refs, shas, ids, names: in a code span nothing but the backtick has a meaning. */
export function codeSpan(text: string): Markdown {
  const shown = oneLine(text).replaceAll('`', 'ˋ');
  return { markdown: `\`${shown === '' ? ' ' : shown}\`` };
}

/** A sentence in which what people type stands in quotes or backticks: shown letter by letter, so that it can be copied. */
export function worded(sentence: string): Markdown {
  const parts = oneLine(sentence).split(/(“[^”]+”|`[^`]+`)/);
  const shown = parts.map((part, index) =>
    index % 2 === 1 ? codeSpan(part.slice(1, -1)).markdown : harmless(part),
  );
  return { markdown: shown.join('') };
}

/** An address as it stands, for people to click and to copy. */
export function address(url: string): Markdown {
  return isWeb(url) ? { markdown: `<${url}>` } : markdown`${url}`;
}

/** A link, or the bare label when the address is not plain http(s). */
export function webLink(url: string | null, label: string): Markdown {
  const shown = markdown`${label}`;
  if (url === null || !isWeb(url)) return shown;
  return { markdown: `[${shown.markdown}](<${url}>)` };
}

function isWeb(url: string): boolean {
  return url.length <= 1_000 && /^https?:\/\/[^\s<>]+$/i.test(url);
}

/** GitHub has no dates that show each reader their own zone. */
export function utc(at: Date): Markdown {
  return { markdown: `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC` };
}

const INVISIBLE = '\u200B';

function inert(text: string): string {
  return harmless(oneLine(text));
}

/**
 * A backslash takes the meaning from any sign of Markdown. Mentions, references and addresses come to life only after
 * that (GitHub Flavored Markdown: autolinks), so an invisible sign goes into them.
 */
function harmless(text: string): string {
  return text
    .replaceAll(/[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]/g, (sign) => {
      if (sign === '<') return '&lt;';
      if (sign === '&') return '&amp;';
      return '.,\'"'.includes(sign) ? sign : `\\${sign}`;
    })
    .replaceAll(/[@#:]/g, (sign) => `${sign}${INVISIBLE}`)
    .replaceAll(/\b(www|gh)(?=[.\\])/gi, (word) => `${word}${INVISIBLE}`);
}

function oneLine(text: string): string {
  const plain = text
    .replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu, ' ')
    .trim();
  return plain.length > 1_000 ? `${plain.slice(0, 999).replace(/[\uD800-\uDBFF]$/, '')}…` : plain;
}
