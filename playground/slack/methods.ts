import * as z from 'zod';
import { problemsWithBlocks } from './block-kit.ts';
import {
  addItem,
  changeItem,
  directChannel,
  findChannel,
  findItem,
  findPerson,
  isMember,
  type Item,
  openModal,
  type PlayedPerson,
  type Workspace,
} from './workspace.ts';

export type Answer = { readonly ok: boolean; readonly error?: string; readonly [key: string]: unknown };
export type Method = (workspace: Workspace, args: Readonly<Record<string, unknown>>) => Answer;

/** Forms carry structures as JSON text. */
const json = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value, issues) => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value) as unknown;
    } catch {
      issues.addIssue({ code: 'custom', message: 'not JSON' });
      return value;
    }
  }, schema);

const Content = z.object({
  text: z.string().default(''),
  blocks: json(z.array(z.looseObject({ type: z.string() }))).default([]),
});
const Post = Content.extend({ channel: z.string(), thread_ts: z.string().optional() });
const Update = Content.extend({ channel: z.string(), ts: z.string() });
const PostEphemeral = Post.extend({ user: z.string() });
const MessageAt = z.object({ channel: z.string(), ts: z.string() });
const PermalinkAt = z.object({ channel: z.string(), message_ts: z.string() });
const View = z.strictObject({
  type: z.literal('modal'),
  title: z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(24),
    emoji: z.boolean().optional(),
  }),
  blocks: z.array(z.looseObject({ type: z.string() })).max(100),
  submit: z.looseObject({ text: z.string().max(24) }).optional(),
  close: z.looseObject({ text: z.string().max(24) }).optional(),
  callback_id: z.string().max(255).optional(),
  private_metadata: z.string().max(3_000).optional(),
  notify_on_close: z.boolean().optional(),
  clear_on_close: z.boolean().optional(),
});

const refuse = (error: string, more: object = {}): Answer => ({ ok: false, error, ...more });

/** The methods that Baton uses. What is not here answers `unknown_method`. */
export const methods: Readonly<Record<string, Method>> = {
  'auth.test': ({ team, app }) => ({
    ok: true,
    url: `https://${team.domain}.slack.example/`,
    team: team.name,
    user: app.name.toLowerCase(),
    team_id: team.id,
    user_id: app.user,
    bot_id: app.bot,
    is_enterprise_install: false,
  }),

  'chat.postMessage': (workspace, args) => {
    const given = Post.safeParse(args);
    if (!given.success) return refuse('invalid_arguments');
    // A person's id in place of a channel's means the direct messages with them.
    const person = findPerson(workspace, given.data.channel);
    const channel = person === undefined ? given.data.channel : directChannel(person.id);
    const problem =
      closedDoor(workspace, channel) ??
      badContent(workspace, 'chat.postMessage', given.data, given.data.thread_ts, channel);
    if (problem !== undefined) return problem;
    const { text, blocks, thread_ts: thread } = given.data;
    const author = workspace.app.user;
    const item = addItem(workspace, { kind: 'message', channel, author, text, blocks, thread });
    return { ok: true, channel, ts: item.ts, message: messageOf(workspace, item), ...textWarning(text) };
  },

  'chat.update': (workspace, args) => {
    const given = Update.safeParse(args);
    if (!given.success) return refuse('invalid_arguments');
    const { channel, ts, text, blocks } = given.data;
    const item = ownMessage(workspace, channel, ts, 'cant_update_message');
    if ('ok' in item) return item;
    const problem = badContent(workspace, 'chat.update', given.data);
    if (problem !== undefined) return problem;
    const changed = changeItem(workspace, item, { text, blocks });
    return { ok: true, channel, ts, text, message: messageOf(workspace, changed), ...textWarning(text) };
  },

  'chat.delete': (workspace, args) => {
    const given = MessageAt.safeParse(args);
    if (!given.success) return refuse('invalid_arguments');
    const { channel, ts } = given.data;
    const item = ownMessage(workspace, channel, ts, 'cant_delete_message');
    if ('ok' in item) return item;
    changeItem(workspace, item, { deleted: true });
    return { ok: true, channel, ts };
  },

  'chat.postEphemeral': (workspace, args) => {
    const given = PostEphemeral.safeParse(args);
    if (!given.success) return refuse('invalid_arguments');
    const { channel, user, text, blocks, thread_ts: thread } = given.data;
    const problem = closedDoor(workspace, channel) ?? badContent(workspace, 'chat.postEphemeral', given.data);
    if (problem !== undefined) return problem;
    const place = findChannel(workspace, channel);
    if (findPerson(workspace, user) === undefined || place === undefined || !isMember(place, user)) {
      return refuse('user_not_in_channel');
    }
    const author = workspace.app.user;
    const item = addItem(workspace, { kind: 'ephemeral', channel, author, text, blocks, thread, for: user });
    return { ok: true, message_ts: item.ts };
  },

  'chat.getPermalink': (workspace, args) => {
    const given = PermalinkAt.safeParse(args);
    if (!given.success) return refuse('invalid_arguments');
    const { channel, message_ts: ts } = given.data;
    if (findChannel(workspace, channel) === undefined) return refuse('channel_not_found');
    if (findItem(workspace, channel, ts) === undefined) return refuse('message_not_found');
    const path = `archives/${channel}/p${ts.replace('.', '')}`;
    return { ok: true, channel, permalink: `https://${workspace.team.domain}.slack.example/${path}` };
  },

  'conversations.open': (workspace, args) => {
    const user = z.string().safeParse(args['users']);
    if (!user.success) return refuse('users_list_not_supplied');
    const person = findPerson(workspace, user.data);
    if (person === undefined) return refuse('user_not_found');
    if (person.kind === 'deleted') return refuse('user_disabled');
    return { ok: true, channel: { id: directChannel(person.id) } };
  },

  'users.info': (workspace, args) => {
    const person = findPerson(workspace, String(args['user']));
    return person === undefined ? refuse('user_not_found') : { ok: true, user: userOf(workspace, person) };
  },

  'usergroups.users.list': (workspace, args) => {
    const users = workspace.groups[String(args['usergroup'])];
    return users === undefined ? refuse('no_such_subteam') : { ok: true, users };
  },

  'views.open': (workspace, args) => {
    const trigger = workspace.triggers.get(String(args['trigger_id']));
    if (trigger === undefined) return refuse('invalid_trigger_id');
    if (trigger.used) return refuse('exchanged_trigger_id');
    if (workspace.now() - trigger.mintedAt > 3_000) return refuse('expired_trigger_id');
    const view = json(View).safeParse(args['view']);
    if (!view.success)
      return refuse('invalid_arguments', { response_metadata: { messages: [view.error.message] } });
    trigger.used = true;
    const { id } = openModal(workspace, trigger.user, view.data);
    return { ok: true, view: { id, team_id: workspace.team.id, ...view.data } };
  },
};

/** A refusal when the content would not be taken, and a violation on record; undefined when it is fine. */
export function badContent(
  workspace: Workspace,
  where: string,
  { text, blocks }: { text: string; blocks: readonly unknown[] },
  thread?: string,
  channel?: string,
): Answer | undefined {
  const problems = [...problemsWithBlocks(blocks)];
  if (problems.length > 0) {
    workspace.violations.push({ where, problems });
    return refuse('invalid_blocks', { errors: problems, response_metadata: { messages: problems } });
  }
  if (text === '' && blocks.length === 0) return refuse('no_text');
  if (text.length > 40_000) return refuse('msg_too_long');
  if (thread === undefined || channel === undefined) return undefined;
  return findItem(workspace, channel, thread)?.kind === 'message'
    ? undefined
    : refuse('cannot_reply_to_message');
}

function closedDoor(workspace: Workspace, id: string): Answer | undefined {
  const channel = findChannel(workspace, id);
  if (channel === undefined) return refuse('channel_not_found');
  if (channel.archived === true) return refuse('is_archived');
  return channel.hasApp === false ? refuse('not_in_channel') : undefined;
}

function ownMessage(workspace: Workspace, channel: string, ts: string, notOwn: string): Item | Answer {
  const closed = closedDoor(workspace, channel);
  if (closed !== undefined) return closed;
  const item = findItem(workspace, channel, ts);
  if (item?.kind !== 'message') return refuse('message_not_found');
  return item.author === workspace.app.user ? item : refuse(notOwn);
}

/** Slack takes blocks without text, and warns: notifications and screen readers then have nothing to say. */
function textWarning(text: string): object {
  if (text !== '') return {};
  return { response_metadata: { warnings: ['missing_text_in_message'] }, warning: 'missing_text_in_message' };
}

/** The message as Slack puts it into answers and payloads. */
export function messageOf(workspace: Workspace, item: Item): Record<string, unknown> {
  const edited = item.edits.length > 0 && { edited: { user: item.author, ts: item.ts } };
  return {
    type: 'message',
    user: item.author,
    bot_id: workspace.app.bot,
    app_id: workspace.app.id,
    team: workspace.team.id,
    ts: item.ts,
    text: item.text,
    ...(item.blocks.length > 0 && { blocks: item.blocks }),
    ...(item.thread !== undefined && { thread_ts: item.thread }),
    ...edited,
  };
}

function userOf({ team }: Workspace, person: PlayedPerson): Record<string, unknown> {
  const kind = person.kind ?? 'member';
  return {
    id: person.id,
    team_id: kind === 'outsider' ? 'T0ELSEWHERE' : team.id,
    name: person.name,
    real_name: person.realName,
    deleted: kind === 'deleted',
    tz: person.timezone,
    profile: { real_name: person.realName, display_name: person.name, team: team.id },
    is_admin: false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: kind === 'guest',
    is_ultra_restricted: false,
    is_bot: kind === 'bot',
    is_app_user: false,
    is_stranger: kind === 'outsider',
    updated: 0,
  };
}
