import { randomBytes } from 'node:crypto';
import { mentionsIn } from './block-kit.ts';

export interface PlayedPerson {
  readonly id: string;
  /** The handle, such as `asha`. */
  readonly name: string;
  readonly realName: string;
  /** IANA zone, such as `Asia/Kolkata`. */
  readonly timezone: string;
  readonly site?: string;
  readonly kind?: 'member' | 'guest' | 'bot' | 'deleted' | 'outsider';
}

export interface PlayedChannel {
  readonly id: string;
  readonly name: string;
  readonly purpose?: string;
  /** Ids of the people in it; everybody when left out. */
  readonly members?: readonly string[];
  /** Whether the app has been invited; true when left out. */
  readonly hasApp?: boolean;
  readonly archived?: boolean;
}

export interface Content {
  readonly text: string;
  readonly blocks: readonly { readonly type: string; readonly [key: string]: unknown }[];
}

/** Something to be seen in a channel. `typed` is what a person sent as a slash command, which only they see. */
export interface Item extends Content {
  readonly kind: 'message' | 'ephemeral' | 'typed';
  readonly channel: string;
  readonly ts: string;
  /** The id of a person, of the app's bot user, or `USLACKBOT`. */
  readonly author: string;
  /** The one person who sees it; undefined when everybody in the channel does. */
  readonly for?: string | undefined;
  readonly thread?: string | undefined;
  /** What it said before, oldest first. */
  readonly edits: readonly (Content & { readonly at: number })[];
  readonly deleted: boolean;
  readonly clicks: readonly { readonly user: string; readonly label: string }[];
}

/** A mention that came to life. In an edit or an ephemeral message Slack does not notify, but it is shown alive. */
export interface Ping {
  readonly channel: string;
  readonly ts: string;
  readonly mention: string;
  readonly by: 'post' | 'edit' | 'ephemeral';
}

export interface Violation {
  readonly where: string;
  readonly problems: readonly string[];
}

/** A window that the app has opened before one person. */
export interface Modal {
  readonly id: string;
  readonly user: string;
  readonly view: { readonly blocks: readonly unknown[]; readonly [key: string]: unknown };
}

export interface Trigger {
  readonly mintedAt: number;
  readonly user: string;
  used: boolean;
}

/** Where an answer to one command or click may be sent. */
export interface ResponseAddress {
  readonly user: string;
  readonly channel: string;
  readonly mintedAt: number;
  /** The message whose button was clicked. */
  readonly ts?: string | undefined;
  uses: number;
}

export interface Workspace {
  readonly team: { readonly id: string; readonly domain: string; readonly name: string };
  readonly app: { readonly id: string; readonly bot: string; readonly user: string; readonly name: string };
  readonly people: readonly PlayedPerson[];
  readonly channels: readonly PlayedChannel[];
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly items: Item[];
  readonly pings: Ping[];
  readonly violations: Violation[];
  readonly modals: Map<string, Modal>;
  readonly triggers: Map<string, Trigger>;
  readonly addresses: Map<string, ResponseAddress>;
  readonly listeners: Set<(item: Item) => void>;
  readonly modalListeners: Set<(modal: Modal) => void>;
  readonly now: () => number;
}

const KEPT_ITEMS = 2_000;

/** Puts something in a channel and tells those who watch. */
export function addItem(
  workspace: Workspace,
  given: Pick<Item, 'kind' | 'channel' | 'author' | 'text' | 'blocks' | 'for' | 'thread'>,
): Item {
  const item: Item = {
    ...given,
    blocks: given.blocks.map((block) => ({ block_id: newId(5), ...block })),
    ts: newTs(workspace),
    edits: [],
    deleted: false,
    clicks: [],
  };
  workspace.items.push(item);
  if (workspace.items.length > KEPT_ITEMS) workspace.items.shift();
  if (item.kind !== 'typed') recordPings(workspace, item, item.kind === 'message' ? 'post' : 'ephemeral');
  tell(workspace, item);
  return item;
}

/** Changes an item in place of the old one. What it said before is kept when its content changes. */
export function changeItem(
  workspace: Workspace,
  item: Item,
  change: Partial<Pick<Item, 'text' | 'blocks' | 'deleted' | 'clicks'>>,
): Item {
  const edited = change.text !== undefined || change.blocks !== undefined;
  const before = { text: item.text, blocks: item.blocks, at: workspace.now() };
  const changed = { ...item, ...change, edits: edited ? [...item.edits, before] : item.edits };
  workspace.items[workspace.items.indexOf(item)] = changed;
  if (edited) recordPings(workspace, changed, changed.kind === 'message' ? 'edit' : 'ephemeral');
  tell(workspace, changed);
  return changed;
}

export function findItem(workspace: Workspace, channel: string, ts: string): Item | undefined {
  return workspace.items.find((item) => item.channel === channel && item.ts === ts && !item.deleted);
}

export function findPerson(workspace: Workspace, id: string): PlayedPerson | undefined {
  return workspace.people.find((person) => person.id === id);
}

/** The id of the direct-message channel between the app and a person. */
export function directChannel(user: string): string {
  return `D${user.slice(1)}`;
}

/** The channel as it stands in requests; direct messages have the name that Slack gives them there. */
export function findChannel(workspace: Workspace, id: string): PlayedChannel | undefined {
  const person = workspace.people.find((each) => directChannel(each.id) === id);
  if (person !== undefined) return { id, name: 'directmessage', members: [person.id] };
  return workspace.channels.find((channel) => channel.id === id);
}

export function isMember(channel: PlayedChannel, user: string): boolean {
  return channel.members?.includes(user) ?? true;
}

export function newId(bytes: number): string {
  return randomBytes(bytes).toString('hex');
}

function newTs(workspace: Workspace): string {
  const now = Math.floor(workspace.now() / 1_000);
  const last = workspace.items.at(-1)?.ts ?? '0.000000';
  const [seconds = 0, micros = 0] = last.split('.').map(Number);
  return now > seconds ? `${now}.000100` : `${seconds}.${String(micros + 100).padStart(6, '0')}`;
}

export function openModal(workspace: Workspace, user: string, view: Modal['view']): Modal {
  const modal = { id: `V${newId(5).toUpperCase()}`, user, view };
  workspace.modals.set(modal.id, modal);
  for (const listener of workspace.modalListeners) listener(modal);
  return modal;
}

function recordPings(workspace: Workspace, item: Item, by: Ping['by']): void {
  for (const mention of mentionsIn(item)) {
    workspace.pings.push({ channel: item.channel, ts: item.ts, mention, by });
  }
}

function tell(workspace: Workspace, item: Item): void {
  for (const listener of workspace.listeners) listener(item);
}
