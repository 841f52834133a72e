import { hash } from 'node:crypto';
import * as z from 'zod';
import { ADD_TO_HANDOFF, MessageShortcut, noteOfMessage } from './message-shortcut.ts';
import { readSubmission } from './modal.ts';

interface Named {
  /** The same for an exact repetition of the request, and for nothing else. */
  readonly id: string;
  readonly reference: string;
}

/** One typed command, one click or one message shortcut, in our words. */
export interface CommandRequest extends Named {
  readonly kind: 'typed' | 'clicked';
  readonly text: string;
  readonly user: string;
  readonly team: string;
  readonly channel: string;
  readonly responseUrl: string;
  /** Opens a modal, for three seconds; empty where Slack gives none. */
  readonly trigger: string;
  /** What is wrong with a modal's fields, by block: then it is told at once, and nothing is run. */
  readonly wrong?: Readonly<Record<string, string>>;
  /** Of a modal, which is one request however often it is submitted: tells one time from another. */
  readonly submission?: string;
}

const id = z.string().min(1).max(255);
const responseUrl = z.string().max(2_000).default('');

const SlashCommand = z.object({
  command: z.string().startsWith('/').max(100),
  text: z.string().default(''),
  user_id: id,
  team_id: id,
  channel_id: id,
  trigger_id: id,
  response_url: responseUrl,
});

const Click = z.object({
  user: z.object({ id, team_id: id.optional() }),
  team: z.object({ id }).nullish(),
  channel: z.object({ id }).optional(),
  trigger_id: id,
  response_url: responseUrl,
  actions: z.tuple([z.object({ action_id: id, action_ts: id, value: z.string() })], z.unknown()),
});

const Submission = z.object({
  user: z.object({ id, team_id: id.optional() }),
  team: z.object({ id }).nullish(),
  view: z.object({ id, callback_id: z.string() }),
  trigger_id: id.optional(),
});

const Clicked = z.object({ actions: z.tuple([z.object({ action_id: z.string() })], z.unknown()) });

/**
 * The command in what Slack sent, or undefined when it holds none (events, modals, links). Throws ZodError for a
 * command or click that lacks something.
 */
export function findCommandRequest(body: object): CommandRequest | undefined {
  if ('command' in body) return typed(SlashCommand.parse(body));
  if (isAddToHandoff(body)) return fromMessage(MessageShortcut.parse(body));
  if (!('type' in body)) return undefined;
  if (body.type === 'view_submission') return submitted(body);
  if (body.type !== 'block_actions') return undefined;
  const { actions } = Clicked.parse(body);
  return actions[0].action_id.startsWith('command:') ? clicked(Click.parse(body)) : undefined;
}

function typed(slash: z.infer<typeof SlashCommand>): CommandRequest {
  return {
    kind: 'typed',
    text: `${slash.command.slice(1)} ${slash.text}`.trim(),
    user: slash.user_id,
    team: slash.team_id,
    channel: slash.channel_id,
    responseUrl: slash.response_url,
    trigger: slash.trigger_id,
    ...named('c', [slash.trigger_id, slash.user_id, slash.channel_id, slash.command, slash.text]),
  };
}

function clicked({
  user,
  team,
  channel,
  response_url,
  trigger_id,
  actions: [action],
}: z.infer<typeof Click>) {
  return {
    kind: 'clicked',
    text: action.value.trim(),
    user: user.id,
    // The person's own team: in a shared channel it is not the one in which the button stands.
    team: user.team_id ?? id.parse(team?.id),
    channel: channel?.id ?? '',
    responseUrl: response_url,
    trigger: trigger_id,
    ...named('b', [action.action_ts, user.id, action.action_id, action.value]),
  } as const;
}

/** What was entered in a modal of ours; undefined for any other. */
function submitted(body: object): CommandRequest | undefined {
  const { data } = Submission.safeParse(body);
  if (data?.view.callback_id.startsWith('command:') !== true) return undefined;
  const { user, team, view, trigger_id } = data;
  const entered = readSubmission(body);
  if (entered === undefined) return undefined;
  return {
    kind: 'clicked',
    text: 'text' in entered ? entered.text : '',
    user: user.id,
    team: user.team_id ?? id.parse(team?.id),
    channel: entered.channel,
    responseUrl: '',
    trigger: '',
    ...('wrong' in entered && { wrong: entered.wrong }),
    ...(trigger_id !== undefined && { submission: trigger_id }),
    ...named('v', [view.id, user.id]),
  };
}

function isAddToHandoff(body: object): boolean {
  const isShortcut = 'type' in body && body.type === 'message_action';
  return isShortcut && 'callback_id' in body && body.callback_id === ADD_TO_HANDOFF;
}

function fromMessage(shortcut: MessageShortcut): CommandRequest {
  const { user, team, channel, trigger_id, response_url } = shortcut;
  return {
    kind: 'clicked',
    text: noteOfMessage(shortcut),
    user: user.id,
    team: user.team_id ?? id.parse(team?.id),
    channel: channel.id,
    responseUrl: response_url,
    trigger: '',
    ...named('m', [trigger_id, user.id]),
  };
}

/** What a modal is that was refused when it was submitted before, and stayed open: another request, once. */
export function afterRefusal({ id: before }: CommandRequest, refused: string): Named {
  return named('v', [before, refused]);
}

/** Stands last where it is spread: members behind a spread cost V8 ten times as much. */
function named(letter: 'b' | 'c' | 'm' | 'v', what: readonly string[]): Named {
  const digest = hash('sha256', what.join('\n'), 'hex');
  return { id: `${letter}-${digest.slice(0, 32)}`, reference: digest.slice(0, 8) };
}

/** `block: what is wrong there`, for a modal with a wrong field. */
export function wrongWords({ wrong }: CommandRequest): string | undefined {
  const [first] = Object.entries(wrong ?? {});
  return first?.join(': ');
}
