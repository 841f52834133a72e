import { element } from './dom.js';
import { emoji } from './emoji.js';

/*
 * Slack's markup as elements: docs.slack.dev/messaging/formatting-message-text. `view` is what the reader's eyes need:
 * { names: Map of ids to names, timezone }.
 */

/** Markup that may span lines: code blocks, quotes, and lines of inline markup. */
export function renderMrkdwn(text, view) {
  const parts = document.createDocumentFragment();
  for (const [index, part] of text.split('```').entries()) {
    if (index % 2 === 0) parts.append(...renderLines(part, view));
    else parts.append(element('pre', {}, element('code', {}, decoded(part.replace(/^\n|\n$/g, '')))));
  }
  return parts;
}

function renderLines(text, view) {
  const lines = text.replace(/^\n|\n$/g, '').split('\n');
  if (lines.length === 1 && lines[0] === '') return [];
  const drawn = [];
  for (const [index, line] of lines.entries()) {
    const quote = /^(?:&gt;|>)\s?(.*)$/.exec(line);
    if (quote) {
      drawn.push(element('blockquote', {}, ...renderInline(quote[1], view)));
    } else {
      const plainBefore = index > 0 && !/^(?:&gt;|>)/.test(lines[index - 1]);
      if (plainBefore) drawn.push(element('br'));
      drawn.push(...renderInline(line, view));
    }
  }
  return drawn;
}

// Formatting signs count only at the edge of a word, and not beside a zero-width space.
const INLINE = [
  [/`([^`\n]+)`/, ([, code]) => [element('code', {}, decoded(code))]],
  [/<([^<>\n]+)>/, ([, token], view) => renderToken(token, view)],
  [pair('\\*'), ([, inner], view) => [element('strong', {}, ...renderInline(inner, view))]],
  [pair('_'), ([, inner], view) => [element('em', {}, ...renderInline(inner, view))]],
  [pair('~'), ([, inner], view) => [element('s', {}, ...renderInline(inner, view))]],
  [/:([a-z0-9_+-]+):/, ([, name]) => [emoji(name)]],
];

function pair(sign) {
  return new RegExp(
    `(?<![\\w\\u200B${sign}])${sign}(?![\\s\\u200B${sign}])([^${sign}\\n]*[^\\s\\u200B${sign}])${sign}(?![\\w\\u200B${sign}])`,
  );
}

function renderInline(text, view) {
  let first;
  for (const [pattern, draw] of INLINE) {
    const found = pattern.exec(text);
    if (found && (first === undefined || found.index < first.found.index)) first = { found, draw };
  }
  if (first === undefined) return text === '' ? [] : [decoded(text)];
  const { found, draw } = first;
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  return [
    ...(before === '' ? [] : [decoded(before)]),
    ...draw(found, view),
    ...(after === '' ? [] : renderInline(after, view)),
  ];
}

function renderToken(token, view) {
  const bar = token.indexOf('|');
  const target = bar < 0 ? token : token.slice(0, bar);
  const label = bar < 0 ? undefined : decoded(token.slice(bar + 1));
  if (target.startsWith('@') || target.startsWith('#')) {
    const name = view.names.get(target.slice(1)) ?? label ?? target.slice(1);
    return [element('span', { class: 'mention' }, `${target[0]}${name}`)];
  }
  if (target.startsWith('!date^')) return [renderDate(target, label, view)];
  if (target.startsWith('!'))
    return [element('span', { class: 'mention loud' }, `@${label ?? target.slice(1).split('^')[0]}`)];
  return [linkTo(decoded(target), label ?? decoded(target))];
}

/** A link, or its bare label when the address is neither http(s) nor mail. */
export function linkTo(url, label) {
  if (!/^(https?:\/\/|mailto:)/i.test(url)) return label;
  return element('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, label);
}

function renderDate(target, label, { timezone }) {
  const [, seconds, format, url] = target.split('^');
  const date = new Date(Number(seconds) * 1_000);
  if (Number.isNaN(date.getTime())) return label ?? '';
  const text = format.replaceAll(/\{(\w+)\}/g, (whole, name) => DATES[name]?.(date, timezone) ?? whole);
  const drawn = element('time', { datetime: date.toISOString(), title: label }, decoded(text));
  return url ? element('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, drawn) : drawn;
}

const on = (options) => (date, timeZone) => date.toLocaleString('en', { ...options, timeZone });
const pretty = (otherwise, sentence) => (date, timeZone) =>
  nearDay(date, timeZone, sentence) ?? otherwise(date, timeZone);
const long = on({ weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' });
const middle = on({ year: 'numeric', month: 'long', day: 'numeric' });
const short = on({ year: 'numeric', month: 'short', day: 'numeric' });

const DATES = {
  date_num: (date, timeZone) => date.toLocaleDateString('sv', { timeZone }),
  date: middle,
  date_short: short,
  date_long: long,
  date_pretty: pretty(middle),
  date_short_pretty: pretty(short),
  date_long_pretty: pretty(long),
  time: on({ hour: 'numeric', minute: '2-digit' }),
  time_secs: on({ hour: 'numeric', minute: '2-digit', second: '2-digit' }),
  ago: (date) => ago((Date.now() - date.getTime()) / 1_000),
};

function nearDay(date, timeZone) {
  const day = (each) => each.toLocaleDateString('sv', { timeZone });
  const names = { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' };
  const days = Math.round((Date.parse(day(date)) - Date.parse(day(new Date()))) / 86_400_000);
  return names[days];
}

function ago(seconds) {
  const [amount, unit] = seconds < 3_600 ? [seconds / 60, 'minute'] : [seconds / 3_600, 'hour'];
  return new Intl.RelativeTimeFormat('en').format(-Math.round(amount), unit);
}

/** Only these three entities mean something to Slack. */
export function decoded(text) {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
