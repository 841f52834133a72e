/** One word of what was typed. */
export interface Token {
  /** As people see it: entities decoded, a mention or link by its label, smart signs plain unless in quotes. */
  readonly text: string;
  readonly quoted: boolean;
  /** What Slack made of it, when the word is not plain text. */
  readonly entity: { readonly kind: 'person' | 'channel' | 'link'; readonly id: string } | undefined;
  /** Where the text after it begins. */
  readonly end: number;
}

/** A word that cannot be read at all; `word` is the part to name. */
export interface BadToken {
  readonly bad: string;
  readonly word: string;
}

/** Slack's own markup for people, channels and links (docs.slack.dev: formatting message text). */
const ENTITY = /<(?:([@#])([UWCGD][A-Z0-9]+)|((?:https?|mailto):[^<>|\s]*))(?:\|([^<>]*))?>/;
const ENTITIES = new RegExp(ENTITY.source, 'g');
const WHOLE_ENTITY = new RegExp(`^${ENTITY.source}$`);
const WORD = new RegExp(`(?:${ENTITY.source}|\\S)+`, 'y');

const DOUBLE_QUOTES = '"“”„‟«»';
const SINGLE_QUOTES = "'‘’‚‛";
const SMART_DASHES = '\\u2010-\\u2015\\u2212\\uFE58\\uFE63\\uFF0D';

/** Zero-width spaces come along when text is pasted; nobody sees them, so they count for nothing. */
export function withoutZeroWidth(text: string): string {
  return text.replaceAll(/[\u200B\u2060\uFEFF]/g, '');
}

/** The words one by one, so that a free text further on need not be made of words. */
export function* tokensOf(text: string): Generator<Token | BadToken, void> {
  let at = nextWord(text, 0);
  while (at < text.length) {
    const token = isQuote(text.charAt(at)) ? quotedToken(text, at) : plainToken(text, at);
    yield token;
    if ('bad' in token) return;
    at = nextWord(text, token.end);
  }
}

/** Free text as people see it: entities decoded, spaces made single, quotes around the whole removed. */
export function freeText(raw: string): string {
  const text = shown(raw)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  const quotes = [DOUBLE_QUOTES, SINGLE_QUOTES].find((kind) => kind.includes(text.charAt(0)));
  if (text.length < 2 || quotes === undefined || !quotes.includes(text.charAt(text.length - 1))) return text;
  const inner = text.slice(1, -1);
  return Array.from(inner).some((letter) => quotes.includes(letter)) ? text : inner.trim();
}

function nextWord(text: string, from: number): number {
  const gap = /\s*/y;
  gap.lastIndex = from;
  gap.test(text);
  return gap.lastIndex;
}

function isQuote(letter: string): boolean {
  return DOUBLE_QUOTES.includes(letter) || SINGLE_QUOTES.includes(letter);
}

function quotedToken(text: string, at: number): Token | BadToken {
  const quotes = DOUBLE_QUOTES.includes(text.charAt(at)) ? DOUBLE_QUOTES : SINGLE_QUOTES;
  for (let end = at + 1; end < text.length; end++) {
    if (!quotes.includes(text.charAt(end)) || /\S/.test(text.charAt(end + 1))) continue;
    const inside = shown(text.slice(at + 1, end));
    return checked({ text: inside, quoted: true, entity: undefined, end: end + 1 });
  }
  return { bad: 'The quotation mark is never closed in', word: shown(text.slice(at)) };
}

function plainToken(text: string, at: number): Token | BadToken {
  WORD.lastIndex = at;
  const raw = WORD.exec(text)?.[0] ?? text.slice(at);
  return checked({
    text: plainSigns(shown(raw)),
    quoted: false,
    entity: entityIn(raw),
    end: at + raw.length,
  });
}

function checked(token: Token): Token | BadToken {
  const [hidden] = /[\p{Cc}\p{Cf}\p{Cs}]/u.exec(token.text) ?? [];
  if (hidden === undefined) return token;
  const codePoint = (hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return { bad: `There is an invisible character (U+${codePoint}) in`, word: token.text };
}

function entityIn(raw: string): Token['entity'] {
  const [, sign, id = '', url] = WHOLE_ENTITY.exec(raw) ?? [];
  if (sign !== undefined) return { kind: sign === '@' ? 'person' : 'channel', id };
  const [link] = Array.from(raw.matchAll(ENTITIES)).filter((found) => !isTyped(found[3] ?? '', found[4]));
  if (link === undefined) return undefined;
  if (link[1] !== undefined) return { kind: link[1] === '@' ? 'person' : 'channel', id: link[2] ?? '' };
  return { kind: 'link', id: decoded(url ?? link[3] ?? '') };
}

function shown(raw: string): string {
  const text = raw.replaceAll(ENTITIES, (_all, sign?: string, id?: string, url?: string, label?: string) => {
    if (sign !== undefined) return `${sign}${label?.replace(/^[@#]/, '') || id}`;
    return isTyped(url ?? '', label) ? (label ?? '') : (url ?? '');
  });
  return decoded(text);
}

/** Slack makes links of words such as `v1.2.io` and `api@v1.2.io`: then the label is what was typed. */
function isTyped(url: string, label: string | undefined): boolean {
  return label !== undefined && label !== url && [`http://${label}`, `mailto:${label}`].includes(url);
}

function decoded(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

function plainSigns(text: string): string {
  return text
    .replace(new RegExp(`^-*[${SMART_DASHES}][-${SMART_DASHES}]*`), '--')
    .replaceAll('—', '--')
    .replaceAll(new RegExp(`[${SMART_DASHES}]`, 'g'), '-')
    .replaceAll(/[“”„‟]/g, '"')
    .replaceAll(/[‘’‚‛]/g, "'");
}
