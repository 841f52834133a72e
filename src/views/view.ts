import type { KnownBlock } from '@slack/types';

/** A Slack message. `text` is what notifications and screen readers use, so it is never optional. */
export interface View {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/** Markdown that is safe to show: made only by `mrkdwn` and the functions of this file. */
export type Mrkdwn = string & { readonly mrkdwn: unique symbol };

/** Text from people, GitHub and drivers: shown as typed, no mention and no markup comes to life. */
export function plain(text: string): Mrkdwn {
  return inert(text) as Mrkdwn;
}

/** Template for markdown: what is interpolated is made inert unless it is Mrkdwn already or a number. */
export function mrkdwn(strings: TemplateStringsArray, ...values: readonly (string | number)[]): Mrkdwn {
  return strings.map((part, index) => part + (values[index] ?? '')).join('') as Mrkdwn;
}

function inert(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
