import type { Button, KnownBlock } from '@slack/types';

/** A Slack message. `text` is what notifications and screen readers use, so it is never optional. */
export interface View {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/** Slack markup that is safe to send: only this file makes it, and what it is made from has been made inert. */
export interface Mrkdwn {
  readonly mrkdwn: string;
}

/** Markup written by us, with values in it. Strings are other people's: they are made inert. */
export function mrkdwn(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Mrkdwn)[]
): Mrkdwn {
  const shown = values.map((value) => (typeof value === 'object' ? value.mrkdwn : inert(String(value))));
  return { mrkdwn: strings.map((part, index) => part + (shown[index] ?? '')).join('') };
}

export function joined(parts: readonly Mrkdwn[], separator = '\n'): Mrkdwn {
  return { mrkdwn: parts.map((part) => part.mrkdwn).join(separator) };
}

/** Refs, shas, ids: in a code span nothing but the entities and the backtick has a meaning. */
export function code(text: string): Mrkdwn {
  const shown = entities(oneLine(text)).replaceAll('`', 'ˋ');
  return { mrkdwn: `\`${shown === '' ? ' ' : shown}\`` };
}

/** Output of a program, as a block; only its end if it is long. Colours and other controls are left out. */
export function output(text: string, limit = 2_500): Mrkdwn {
  const most = Math.min(limit, 2_900);
  const plain = text
    .slice(-most)
    .replaceAll(TERMINAL_CODES, '')
    .replaceAll(/[^\P{Cc}\n\t]|[\p{Cs}\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '');
  const shown = entities(plain).replaceAll('```', "'''");
  const end = shown.length <= most ? shown : shown.slice(-most).replace(/^[a-z]{0,3};/, '');
  return { mrkdwn: `\`\`\`\n${end}\n\`\`\`` };
}

/** A mention that does not ping when it stands in an edited or ephemeral message. `id` is a Slack user id. */
export function person(id: string): Mrkdwn {
  return /^[UW][A-Z0-9]+$/.test(id) ? { mrkdwn: `<@${id}>` } : mrkdwn`${id}`;
}

/** Whoever holds a role: a person, or a Slack usergroup, which pings all of its members. */
export function group(id: string): Mrkdwn {
  return /^S[A-Z0-9]+$/.test(id) ? { mrkdwn: `<!subteam^${id}>` } : person(id);
}

const MOST_NAMED = 5;

/** Those who hold a role, the first few of many; `nobody` where there are none. */
export function named(ids: readonly string[]): Mrkdwn {
  if (ids.length === 0) return mrkdwn`nobody`;
  const shown = joined(ids.slice(0, MOST_NAMED).map(group), ', ');
  return ids.length > MOST_NAMED ? mrkdwn`${shown} and ${ids.length - MOST_NAMED} more` : shown;
}

export function channelLink(id: string): Mrkdwn {
  return /^[CGD][A-Z0-9]+$/.test(id) ? { mrkdwn: `<#${id}>` } : mrkdwn`${id}`;
}

/** An instant in each reader's own time zone (docs.slack.dev: formatting message text, date formatting). */
export function time(at: Date, format = '{date_short_pretty} at {time}'): Mrkdwn {
  const fallback = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return { mrkdwn: `<!date^${Math.floor(at.getTime() / 1_000)}^${format}|${fallback}>` };
}

const LONGEST_LINK = 1_000;

/** A link, or the bare label when the address is not plain http(s). */
export function link(url: string | null, label: string): Mrkdwn {
  const shown = mrkdwn`${label === '' ? (url ?? '') : label}`;
  if (url === null || url.length > LONGEST_LINK || !/^https?:\/\/[^\s|<>`]+$/i.test(url)) return shown;
  return { mrkdwn: `<${url.replaceAll('&', '&amp;')}|${shown.mrkdwn.replaceAll('|', '¦')}>` };
}

export function section(text: Mrkdwn): KnownBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: sized(text), verbatim: true } };
}

/** So many letters of whatever alphabet go into one job of the queue. */
export const MOST_LETTERS = 18_000;

/** A list in as many sections as it needs; only whole lines, and last how many are left out for being too many. */
export function sections(lines: readonly Mrkdwn[], most = MOST_LETTERS): KnownBlock[] {
  const texts: string[] = [];
  let left = most;
  for (const [index, { mrkdwn: line }] of lines.entries()) {
    left -= line.length + 1;
    const shown = left < 0 ? `… and ${lines.length - index} more` : line;
    const before = texts.at(-1);
    if (before === undefined || before.length + 1 + shown.length > LONGEST_TEXT) texts.push(shown);
    else texts.splice(-1, 1, `${before}\n${shown}`);
    if (left < 0) break;
  }
  return texts.map((text) => section({ mrkdwn: text }));
}

/** Small print; Slack takes ten pieces of it. */
export function context(...texts: readonly [Mrkdwn, ...Mrkdwn[]]): KnownBlock {
  const elements = texts
    .slice(0, 10)
    .map((text) => ({ type: 'mrkdwn' as const, text: sized(text), verbatim: true }));
  return { type: 'context', elements };
}

/** The small print of every refusal: its reason code and the reference that is in the logs. */
export function smallPrint(reason: string, reference: string): KnownBlock {
  return context(mrkdwn`${code(reason)} · reference ${reference}`);
}

export interface ButtonLook {
  readonly label: string;
  /** The text of the command that a click runs, as if the person who clicks had typed it. */
  readonly command: string;
  readonly style?: 'primary' | 'danger';
}

/** Buttons that run commands: the value is the command's text, the action id its first word. */
export function buttons(...looks: readonly [ButtonLook, ...ButtonLook[]]): KnownBlock {
  const elements = looks.map(({ label, command, style }, index): Button => {
    const text = { type: 'plain_text' as const, text: label };
    const action_id = `command:${command.split(' ')[0]}:${index}`;
    return { type: 'button', text, action_id, value: command, ...(style && { style }) };
  });
  return { type: 'actions', elements };
}

/** A line with one button beside it. `number` tells it from other such lines of the same message. */
export function lineWithButton(
  text: Mrkdwn,
  { label, command, style }: ButtonLook,
  number: number,
): KnownBlock {
  const action_id = `command:${command.split(' ')[0]}:line-${number}`;
  const shown = { type: 'plain_text' as const, text: label };
  const accessory: Button = {
    type: 'button',
    text: shown,
    action_id,
    value: command,
    ...(style && { style }),
  };
  return { type: 'section', text: { type: 'mrkdwn', text: sized(text), verbatim: true }, accessory };
}

/** The same words as plain text for `View.text`: entities stay, so that nothing comes to life there either. */
export function summaryText(text: string): string {
  return cut(entities(oneLine(text)), 1_000);
}

/** People's text for a line of a list: its beginning, if it is long. */
export function shortened(text: string, letters = 100): string {
  const shown = Array.from(oneLine(text));
  return shown.length <= letters ? shown.join('') : `${shown.slice(0, letters - 1).join('')}…`;
}

/** A sentence whose “quoted” parts are what people typed, or should type: shown letter by letter. */
export function worded(sentence: string, letters = 1_000): Mrkdwn {
  const parts = shortened(sentence, letters).split(/“([^”]+)”/);
  return joined(
    parts.map((part, index) => (index % 2 === 1 ? code(part) : mrkdwn`${part}`)),
    '',
  );
}

/** Signs that format, unless they stand between letters, and what looks like them but does not. */
const LOOKS_LIKE: Readonly<Record<string, string>> = { '*': '∗', _: 'ˍ', '~': '∼', '`': 'ˋ' };

function inert(text: string): string {
  // Slack has no escape for its signs, and one of ours may be waiting for its partner: so none of theirs may count.
  // The spaces at its ends stay: it may be a part of a sentence.
  return entities(unbroken(text))
    .replaceAll(/(?<![A-Za-z0-9])[*_~`]|[*_~`](?![A-Za-z0-9])/g, (sign) => LOOKS_LIKE[sign] ?? sign)
    .replaceAll(/:(?=[\w+'-]+:)/g, ':\u200B');
}

function entities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A terminal's escape sequences (ECMA-48: CSI and OSC), with any control character for the escape. */
const TERMINAL_CODES = /(?!\s)\p{Cc}(?:\[[0-?]*[ -/]*[@-~]|\][^\p{Cc}]*\p{Cc}\\?)/gu;

function oneLine(text: string): string {
  return unbroken(text).trim();
}

function unbroken(text: string): string {
  // Control characters and direction overrides would let text pose as something else; half a letter is none.
  return text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu, ' ');
}

/** Slack refuses a text that is empty or longer than this. */
const LONGEST_TEXT = 3_000;

function sized(text: Mrkdwn): string {
  return text.mrkdwn === '' ? '\u200B' : cut(text.mrkdwn, LONGEST_TEXT);
}

function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const whole = text.slice(0, limit - 5);
  // Not in the middle of a letter, an entity or a token; and a block of code that was opened is closed.
  const safe = whole.replace(/[\uD800-\uDBFF]$/, '').replace(/(?:<[^<>]*|&[a-z]*)$/, '');
  const isOpen = safe.split('```').length % 2 === 0;
  return `${safe}…${isOpen ? '\n```' : ''}`;
}
