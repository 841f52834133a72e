import * as z from 'zod';
import { FROM_MESSAGE } from '../handoffs/note.ts';

/** What stands in the menu of a message; the manifest and the requests name it alike. */
export const ADD_TO_HANDOFF = 'handoff_note';

const id = z.string().min(1).max(255);

/** A message shortcut as Slack sends it (docs.slack.dev: shortcuts interaction payload). */
export const MessageShortcut = z.object({
  callback_id: z.literal(ADD_TO_HANDOFF),
  trigger_id: id,
  user: z.object({ id, team_id: id.optional() }),
  team: z.object({ id, domain: z.string().optional() }).nullish(),
  channel: z.object({ id }),
  message: z.object({
    ts: z.string().max(50).optional(),
    text: z.string().default(''),
    permalink: z.string().max(500).optional(),
  }),
  response_url: z.string().max(2_000).default(''),
});
export type MessageShortcut = z.infer<typeof MessageShortcut>;

/** So much of a message goes into the command; the note keeps less of it, once its markup is read. */
const LONGEST_MESSAGE = 2_000;

/** The command that somebody would type to make a note of the message, its address behind it. */
export function noteOfMessage({ message, channel, team }: MessageShortcut): string {
  const link = message.permalink ?? permalink(team?.domain, channel.id, message.ts);
  return `handoff note ${FROM_MESSAGE} ${cut(message.text)} ${link}`.trim();
}

/** Made as Slack makes them, because the request does not bring it; empty when something for it is missing. */
function permalink(domain: string | undefined, channel: string, ts: string | undefined): string {
  if (domain === undefined || !/^[a-z0-9-]+$/.test(domain) || !/^[CGD][A-Z0-9]+$/.test(channel)) return '';
  return ts !== undefined && /^\d+\.\d+$/.test(ts)
    ? `https://${domain}.slack.com/archives/${channel}/p${ts.replace('.', '')}`
    : '';
}

/** Not in the middle of a letter, an entity or a token. */
function cut(text: string): string {
  if (text.length <= LONGEST_MESSAGE) return text;
  const safe = text
    .slice(0, LONGEST_MESSAGE)
    .replace(/[\uD800-\uDBFF]$/, '')
    .replace(/(?:<[^<>]*|&[a-z]*)$/, '');
  return `${safe}…`;
}
