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

/** Output of a program, as a block; only its end if it is long. */
export function output(text: string, limit = 2_500): Mrkdwn {
  const shown = entities(text.slice(-limit)).replaceAll('```', "'''");
  return { mrkdwn: `\`\`\`${shown.slice(-limit)}\`\`\`` };
}

/** A mention that does not ping when it stands in an edited or ephemeral message. `id` is a Slack user id. */
export function person(id: string): Mrkdwn {
  return /^[UW][A-Z0-9]+$/.test(id) ? { mrkdwn: `<@${id}>` } : mrkdwn`${id}`;
}

export function channelLink(id: string): Mrkdwn {
  return /^[CGD][A-Z0-9]+$/.test(id) ? { mrkdwn: `<#${id}>` } : mrkdwn`${id}`;
}

/** An instant in each reader's own time zone (docs.slack.dev: formatting message text, date formatting). */
export function time(at: Date, format = '{date_short_pretty} at {time}'): Mrkdwn {
  const fallback = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return { mrkdwn: `<!date^${Math.floor(at.getTime() / 1_000)}^${format}|${fallback}>` };
}

/** A link, or the bare label when the address is not plain http(s). */
export function link(url: string | null, label: string): Mrkdwn {
  if (url === null || !/^https?:\/\/[^\s|<>]+$/i.test(url)) return mrkdwn`${label}`;
  return { mrkdwn: `<${url.replaceAll('&', '&amp;')}|${entities(oneLine(label)).replaceAll('|', '¦')}>` };
}

export function section(text: Mrkdwn): KnownBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: cut(text.mrkdwn, 3_000), verbatim: true } };
}

/** Small print. */
export function context(...texts: readonly Mrkdwn[]): KnownBlock {
  const elements = texts
    .slice(0, 10)
    .map((text) => ({ type: 'mrkdwn' as const, text: cut(text.mrkdwn, 3_000), verbatim: true }));
  return { type: 'context', elements };
}

export interface ButtonLook {
  readonly label: string;
  /** The text of the command that a click runs, as if the person who clicks had typed it. */
  readonly command: string;
  readonly style?: 'primary' | 'danger';
}

/** Buttons that run commands: the value is the command's text, the action id its first word (contract 6). */
export function buttons(...looks: readonly ButtonLook[]): KnownBlock {
  const elements = looks.map(({ label, command, style }, index): Button => {
    const text = { type: 'plain_text' as const, text: label };
    const action_id = `command:${command.split(' ')[0]}:${index}`;
    return { type: 'button', text, action_id, value: command, ...(style && { style }) };
  });
  return { type: 'actions', elements };
}

/** The same words as plain text for `View.text`: entities stay, so that nothing comes to life there either. */
export function summaryText(text: string): string {
  return cut(entities(oneLine(text)), 1_000);
}

function inert(text: string): string {
  // A zero-width space beside a sign that would format keeps it a sign. One alone formats nothing.
  return entities(oneLine(text))
    .replaceAll(/:(?=[\w+'-]+:)/g, ':\u200B')
    .replaceAll(/(?<!\w)([*_~`])(?=.*\1)|(?<=([*_~`]).*)\2(?!\w)/g, '\u200B$&\u200B');
}

function entities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function oneLine(text: string): string {
  // Control characters and direction overrides would let text pose as something else.
  return text.replaceAll(/[\p{Cc}\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu, ' ').trim();
}

function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const whole = text.slice(0, limit - 1);
  // Not in the middle of an entity or a token.
  const safe = whole.replace(/(<[^>]*|&[a-z]*)$/, '');
  return `${safe}…`;
}
