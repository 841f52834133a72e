import { createHmac } from 'node:crypto';
import {
  addItem,
  changeItem,
  findChannel,
  findItem,
  findPerson,
  isMember,
  newId,
  type Workspace,
} from './workspace.ts';
import { messageOf } from './methods.ts';

/** How Slack reaches the app, and how long it waits for an answer. */
export interface Sender {
  readonly eventsUrl: () => string;
  readonly signingSecret: string;
  readonly responseUrl: (id: string) => string;
  readonly patienceMs: number;
}

/** What the app answered. Status 0: it could not be reached, or said nothing in time. */
export interface Answered {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

/** The headers by which Slack's requests are known: docs.slack.dev/authentication/verifying-requests-from-slack */
export function signedHeaders(body: string, secret: string, atSeconds: number): Record<string, string> {
  const signature = createHmac('sha256', secret).update(`v0:${atSeconds}:${body}`).digest('hex');
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    'x-slack-request-timestamp': String(atSeconds),
    'x-slack-signature': `v0=${signature}`,
  };
}

export interface Typed {
  readonly user: string;
  readonly channel: string;
  readonly text: string;
}

/**
 * Sends a slash command as Slack does: `&`, `<` and `>` as entities, known @names and #channels as ids. What the app
 * answers is shown to the person, and so is it when the app does not answer.
 */
export async function sendCommand(workspace: Workspace, sender: Sender, typed: Typed): Promise<Answered> {
  const person = personIn(workspace, typed);
  const channel = findChannel(workspace, typed.channel);
  const [command = '', ...rest] = typed.text.trim().split(' ');
  const text = escapedAsSlackDoes(workspace, rest.join(' ').trim());
  const shown = { channel: typed.channel, author: person.id, text: typed.text.trim(), blocks: [] };
  addItem(workspace, { kind: 'typed', ...shown, for: person.id });
  const form = {
    team_id: workspace.team.id,
    team_domain: workspace.team.domain,
    channel_id: typed.channel,
    channel_name: channel?.name ?? '',
    user_id: person.id,
    user_name: person.name,
    command,
    text,
    api_app_id: workspace.app.id,
    is_enterprise_install: 'false',
    response_url: newResponseUrl(workspace, sender, typed),
    trigger_id: newTrigger(workspace, person.id),
  };
  const answered = await send(workspace, sender, new URLSearchParams(form).toString());
  showAnswer(workspace, typed, answered, command);
  return answered;
}

export interface Clicked {
  readonly user: string;
  readonly channel: string;
  readonly ts: string;
  readonly actionId: string;
}

interface Button {
  readonly type: 'button';
  readonly action_id: string;
  readonly block_id: string;
  readonly text: { readonly text: string };
  readonly value?: string;
}

/** Sends the click of a button of a message that the person can see, as Slack's `block_actions`. */
export async function sendClick(workspace: Workspace, sender: Sender, clicked: Clicked): Promise<Answered> {
  const person = personIn(workspace, clicked);
  const item = findItem(workspace, clicked.channel, clicked.ts);
  if (item === undefined || (item.for !== undefined && item.for !== person.id)) {
    throw new Error(`${person.id} sees no message ${clicked.ts} in ${clicked.channel}`);
  }
  const button = buttonsOf(item.blocks).find((each) => each.action_id === clicked.actionId);
  if (button === undefined) throw new Error(`The message has no button ${clicked.actionId}`);
  changeItem(workspace, item, { clicks: [...item.clicks, { user: person.id, label: button.text.text }] });
  const payload = {
    type: 'block_actions',
    user: { id: person.id, username: person.name, name: person.name, team_id: workspace.team.id },
    api_app_id: workspace.app.id,
    container: {
      type: 'message',
      message_ts: item.ts,
      channel_id: item.channel,
      is_ephemeral: item.kind === 'ephemeral',
    },
    trigger_id: newTrigger(workspace, person.id),
    team: { id: workspace.team.id, domain: workspace.team.domain },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: item.channel, name: findChannel(workspace, item.channel)?.name },
    ...(item.kind === 'message' && { message: messageOf(workspace, item) }),
    state: { values: {} },
    response_url: newResponseUrl(workspace, sender, clicked, item.ts),
    actions: [{ ...button, action_ts: (workspace.now() / 1_000).toFixed(6) }],
  };
  const answered = await send(
    workspace,
    sender,
    new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
  );
  if (answered.status !== 200) showFailure(workspace, clicked, answered, 'the button');
  return answered;
}

function buttonsOf(value: unknown, blockId = ''): readonly Button[] {
  if (Array.isArray(value)) return value.flatMap((each) => buttonsOf(each, blockId));
  if (typeof value !== 'object' || value === null) return [];
  if ('type' in value && value.type === 'button') return [{ ...(value as Button), block_id: blockId }];
  const id = 'block_id' in value ? String(value.block_id) : blockId;
  return Object.values(value).flatMap((each) => buttonsOf(each, id));
}

function personIn(workspace: Workspace, { user, channel: id }: { user: string; channel: string }) {
  const person = findPerson(workspace, user);
  const channel = findChannel(workspace, id);
  if (person === undefined) throw new Error(`There is no person ${user}`);
  if (channel === undefined || !isMember(channel, user)) throw new Error(`${user} is not in a channel ${id}`);
  return person;
}

function escapedAsSlackDoes({ people, channels }: Workspace, text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/(?<!\S)@([\w.-]+)/g, (whole, name: string) => {
      // The page shows them as @Ben.
      const person = people.find((each) => each.name === name.toLowerCase());
      return person === undefined ? whole : `<@${person.id}|${person.name}>`;
    })
    .replaceAll(/(?<!\S)#([\w-]+)/g, (whole, name: string) => {
      const channel = channels.find((each) => each.name === name);
      return channel === undefined ? whole : `<#${channel.id}|${name}>`;
    });
}

export async function send(workspace: Workspace, sender: Sender, body: string): Promise<Answered> {
  const began = performance.now();
  try {
    const response = await fetch(sender.eventsUrl(), {
      method: 'POST',
      headers: signedHeaders(body, sender.signingSecret, Math.floor(workspace.now() / 1_000)),
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(sender.patienceMs),
    });
    return { status: response.status, body: await response.text(), ms: performance.now() - began };
  } catch {
    return { status: 0, body: '', ms: performance.now() - began };
  }
}

function showAnswer(workspace: Workspace, typed: Typed, answered: Answered, command: string): void {
  if (answered.status !== 200) return showFailure(workspace, typed, answered, command);
  if (answered.body === '') return;
  const { text, blocks, inChannel } = readAnswer(answered.body);
  const author = workspace.app.user;
  const common = { channel: typed.channel, author, text, blocks };
  if (inChannel) addItem(workspace, { kind: 'message', ...common });
  else addItem(workspace, { kind: 'ephemeral', ...common, for: typed.user });
}

function readAnswer(body: string) {
  try {
    const { text = '', blocks = [], response_type: type } = JSON.parse(body);
    return { text, blocks, inChannel: type === 'in_channel' };
  } catch {
    return { text: body, blocks: [], inChannel: false };
  }
}

function showFailure(
  workspace: Workspace,
  place: Omit<Typed, 'text'>,
  answered: Answered,
  what: string,
): void {
  const error = answered.status === 0 ? 'operation_timeout' : 'dispatch_failed';
  const text = `${what} failed with the error \`${error}\`. Baton did not answer in time, so nothing is promised.`;
  const { channel, user } = place;
  addItem(workspace, { kind: 'ephemeral', channel, author: 'USLACKBOT', text, blocks: [], for: user });
}

function newResponseUrl(
  workspace: Workspace,
  sender: Sender,
  place: Omit<Typed, 'text'>,
  ts?: string,
): string {
  const id = newId(18);
  const { user, channel } = place;
  forgetOld(workspace, workspace.addresses);
  workspace.addresses.set(id, { user, channel, ts, mintedAt: workspace.now(), uses: 0 });
  return sender.responseUrl(id);
}

export function newTrigger(workspace: Workspace, user: string): string {
  const id = `${workspace.now()}.${Math.floor(performance.now())}.${newId(16)}`;
  forgetOld(workspace, workspace.triggers);
  workspace.triggers.set(id, { mintedAt: workspace.now(), user, used: false });
  return id;
}

/** Somewhat longer than response addresses live, so that their end can be told from one that never was. */
function forgetOld({ now }: Workspace, minted: Map<string, { readonly mintedAt: number }>): void {
  for (const [id, { mintedAt }] of minted) if (now() - mintedAt > 3_600_000) minted.delete(id);
}
