import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Answered, type Clicked, sendClick, sendCommand, type Sender, type Typed } from './requests.ts';
import { type AnsweredModal, sendSubmission, type Submitted } from './modals.ts';
import { type ApiCall, createApiServer, type Fault } from './server.ts';
import {
  addItem,
  directChannel,
  type Item,
  type Modal,
  type Ping,
  type PlayedChannel,
  type PlayedPerson,
  type Violation,
  type Workspace,
} from './workspace.ts';

export interface PlayedSlackOptions {
  /** A free one when left out. */
  readonly port?: number;
  readonly botToken: string;
  readonly signingSecret: string;
  /** Where commands and clicks are sent; a function when it is known only later. */
  readonly eventsUrl: string | (() => string);
  readonly people: readonly PlayedPerson[];
  readonly channels: readonly PlayedChannel[];
  /** User ids by usergroup id. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly team?: Partial<Workspace['team']>;
  readonly now?: () => number;
  /** How long a command or click waits for its answer; Slack's three seconds when left out. */
  readonly patienceMs?: number;
}

/** A Slack workspace with one app in it, on loopback. Strict where Slack is, and nothing leaves the machine. */
export interface PlayedSlack {
  readonly url: string;
  /** What `SLACK_API_URL` is to be. */
  readonly apiUrl: string;
  readonly workspace: Workspace;
  readonly calls: readonly ApiCall[];
  readonly violations: readonly Violation[];
  readonly pings: readonly Ping[];
  /** The messages of a channel that everybody sees, oldest first, deleted ones left out. */
  messages(channel: string): readonly Item[];
  /** What only this person sees, in all channels. */
  ephemerals(user: string): readonly Item[];
  directMessages(user: string): readonly Item[];
  /** Sends a slash command, signed. Resolves with what the app answered. Rejects when the person is not in the channel. */
  type(typed: Typed): Promise<Answered>;
  /** Clicks a button, signed. Rejects when the person sees no such button. */
  click(clicked: Clicked): Promise<Answered>;
  /** Submits a modal, signed. Rejects when it is not open before the person. */
  submit(submitted: Submitted): Promise<AnsweredModal>;
  /** A person's plain message, which does not reach the app. */
  say(typed: Typed): void;
  /** Answers messages to the channel with 429 for so long. */
  limitChannel(channel: string, retryAfterSeconds: number): void;
  /** Lets the next requests of a method meet a fault. */
  fail(method: string, fault: Fault, times?: number): void;
  /** Calls back with each new and each changed item. Returns what ends it. */
  watch(listener: (item: Item) => void): () => void;
  /** Calls back with each modal that the app opens. Returns what ends it. */
  watchModals(listener: (modal: Modal) => void): () => void;
  close(): Promise<void>;
}

/** Starts a played Slack. */
export async function startPlayedSlack(options: PlayedSlackOptions): Promise<PlayedSlack> {
  const workspace = createWorkspace(options);
  const trouble = { limits: new Map<string, number>(), faults: new Map<string, Fault[]>() };
  const calls: ApiCall[] = [];
  const server = createApiServer({ workspace, botToken: options.botToken, trouble, calls });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { eventsUrl } = options;
  const sender: Sender = {
    eventsUrl: typeof eventsUrl === 'function' ? eventsUrl : () => eventsUrl,
    signingSecret: options.signingSecret,
    responseUrl: (id) => `${url}/response/${id}`,
    patienceMs: options.patienceMs ?? 3_000,
  };
  return {
    ...seen(workspace),
    url,
    apiUrl: `${url}/api/`,
    workspace,
    calls,
    violations: workspace.violations,
    pings: workspace.pings,
    type: (typed) => sendCommand(workspace, sender, typed),
    click: (clicked) => sendClick(workspace, sender, clicked),
    submit: (submitted) => sendSubmission(workspace, sender, submitted),
    say: ({ user, channel, text }) =>
      void addItem(workspace, { kind: 'message', channel, author: user, text: inert(text), blocks: [] }),
    limitChannel: (channel, seconds) => void trouble.limits.set(channel, workspace.now() + seconds * 1_000),
    fail: (method, fault, times = 1) =>
      void trouble.faults.set(method, [
        ...(trouble.faults.get(method) ?? []),
        ...Array.from({ length: times }, () => fault),
      ]),
    watch: (listener) => {
      workspace.listeners.add(listener);
      return () => void workspace.listeners.delete(listener);
    },
    watchModals: (listener) => {
      workspace.modalListeners.add(listener);
      return () => void workspace.modalListeners.delete(listener);
    },
    close: async () => {
      const ended = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await ended;
    },
  };
}

function createWorkspace(options: PlayedSlackOptions): Workspace {
  return {
    team: { id: 'T0ACME', domain: 'acme', name: 'Acme', ...options.team },
    app: { id: 'A0BATON', bot: 'B0BATON', user: 'U0BATON', name: 'Baton' },
    people: options.people,
    channels: options.channels,
    groups: options.groups ?? {},
    items: [],
    pings: [],
    violations: [],
    modals: new Map(),
    triggers: new Map(),
    addresses: new Map(),
    listeners: new Set(),
    modalListeners: new Set(),
    now: options.now ?? Date.now,
  };
}

function seen(workspace: Workspace): Pick<PlayedSlack, 'messages' | 'ephemerals' | 'directMessages'> {
  const list = (fits: (item: Item) => boolean) =>
    workspace.items.filter((item) => !item.deleted && fits(item));
  const messages = (channel: string) => list((item) => item.kind === 'message' && item.channel === channel);
  return {
    messages,
    ephemerals: (user) => list((item) => item.kind === 'ephemeral' && item.for === user),
    directMessages: (user) => messages(directChannel(user)),
  };
}

function inert(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
