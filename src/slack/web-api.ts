import * as z from 'zod';
import { type Clock, systemClock } from '../clock.ts';
import type { Person } from '../people/person.ts';
import type { View } from '../views/view.ts';
import { type Slack, SlackRefusedError, SlackUncertainError } from './client.ts';
import { callSlack } from './call.ts';
import { remember } from './remember.ts';
import { isResponseUrl } from './response-url.ts';

export const SLACK_API_URL = 'https://slack.com/api/';

export interface SlackClientOptions {
  readonly token: string;
  /** Ends in `/`. */
  readonly apiUrl?: string;
  readonly fetch?: typeof fetch;
  readonly now?: Clock;
}

type Fields = Readonly<Record<string, string | boolean | undefined>>;

const Posted = z.object({ channel: z.string(), ts: z.string() });
const Opened = z.object({ channel: z.object({ id: z.string() }) });
const Members = z.object({ users: z.array(z.string()) });
const User = z.object({
  user: z.object({
    id: z.string(),
    team_id: z.string().default(''),
    name: z.string().default(''),
    tz: z.string().nullish(),
    deleted: z.boolean().default(false),
    is_bot: z.boolean().default(false),
    is_workflow_bot: z.boolean().default(false),
    is_restricted: z.boolean().default(false),
    is_ultra_restricted: z.boolean().default(false),
    is_stranger: z.boolean().default(false),
  }),
});

/** Slack's Web API for one workspace. Messages are sent as they are: no links unfurled, no names looked up. */
export function createSlackClient({
  token,
  apiUrl = SLACK_API_URL,
  fetch: fetchFn = fetch,
  now = systemClock,
}: SlackClientOptions): Slack {
  const call = async <T>(method: string, fields: Fields, answer: z.ZodType<T>): Promise<T> => {
    // Forms, because some methods take no JSON. Lone surrogates become U+FFFD here rather than an error.
    const form = new URLSearchParams();
    for (const [key, value] of Object.entries(fields)) if (value !== undefined) form.set(key, String(value));
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/x-www-form-urlencoded',
    };
    const parsed = answer.safeParse(
      await callSlack(fetchFn, { method, url: apiUrl + method, headers, body: form.toString() }),
    );
    if (!parsed.success) throw new SlackUncertainError(method, parsed.error);
    return parsed.data;
  };

  return {
    post: async (channel, view, { thread } = {}) =>
      call('chat.postMessage', { channel, thread_ts: thread, ...INERT, ...posted(view) }, Posted),
    update: async ({ channel, ts }, view) => {
      // Without blocks Slack would keep the old ones.
      const blocks = JSON.stringify(view.blocks);
      const fields = { channel, ts, text: view.text, blocks, link_names: false, parse: 'none' };
      await call('chat.update', fields, z.object({}));
    },
    postEphemeral: async (channel, user, view) => {
      const fields = { channel, user, link_names: false, parse: 'none', ...posted(view) };
      await call('chat.postEphemeral', fields, z.object({}));
    },
    respond: async (responseUrl, view) => {
      if (!isResponseUrl(responseUrl, apiUrl)) throw new SlackRefusedError('response_url', 'foreign_host');
      await callSlack(fetchFn, { method: 'response_url', url: responseUrl, ...privateAnswer(view) });
    },
    openModal: async (trigger_id, modal) => {
      await call('views.open', { trigger_id, view: JSON.stringify(modal) }, z.object({}));
    },
    openDirectMessage: async (user) => (await call('conversations.open', { users: user }, Opened)).channel.id,
    findPerson: remember(now, async (user) => {
      try {
        return personFrom((await call('users.info', { user }, User)).user);
      } catch (error) {
        if (error instanceof SlackRefusedError && NOBODY.has(error.code)) return undefined;
        throw error;
      }
    }),
    listGroupMembers: remember(
      now,
      async (usergroup) => (await call('usergroups.users.list', { usergroup }, Members)).users,
    ),
  };
}

const INERT = { unfurl_links: false, unfurl_media: false, link_names: false, parse: 'none' } as const;
const NOBODY: ReadonlySet<string> = new Set(['user_not_found', 'users_not_found', 'user_not_visible']);

function posted({ text, blocks }: View) {
  return { text, blocks: blocks.length === 0 ? undefined : JSON.stringify(blocks) };
}

function privateAnswer({ text, blocks }: View) {
  const message = { response_type: 'ephemeral', replace_original: false, text, ...INERT };
  return {
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(blocks.length === 0 ? message : { ...message, blocks }),
  };
}

function personFrom(user: z.infer<typeof User>['user']): Person {
  return {
    id: user.id,
    team: user.team_id,
    name: user.name,
    timezone: user.tz || 'UTC',
    barred: barredBecause(user),
  };
}

function barredBecause(user: z.infer<typeof User>['user']): Person['barred'] {
  if (user.deleted) return 'deleted';
  if (user.is_bot || user.is_workflow_bot || user.id === 'USLACKBOT') return 'bot';
  if (user.is_stranger) return 'outsider';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : null;
}
