import { createHash } from 'node:crypto';
import { rulesFor } from '../config/find.ts';
import type { Context } from '../context.ts';
import type { View } from '../views/view.ts';
import { listHolders } from './roles.ts';

export interface Unreadable {
  /** What cannot be read, for the ids of the messages: `lock-staging`. */
  readonly name: string;
  readonly environment: string;
  readonly cause: unknown;
  /** Where it is kept of which such value they have been told. */
  readonly toldKey: string;
  readonly view: (reference: string) => View;
}

/** Tells admins by direct message, and the audit channel, that a stored value cannot be read: once for each such value. */
export async function tellAdmins(ctx: Context, unreadable: Unreadable): Promise<void> {
  const { name, environment, cause, toldKey } = unreadable;
  const digest = createHash('sha256').update(String(cause)).digest('hex').slice(0, 16);
  if ((await ctx.redis.get(toldKey)) === digest) return;
  const reference = digest.slice(0, 8);
  const id = `${name}-${digest}`;
  const message = { version: 1, view: unreadable.view(reference), reference } as const;
  const { audit: channel } = ctx.config.slack.channels;
  if (channel !== undefined) {
    await ctx.jobs.add('messages', id, { ...message, kind: 'notice', channel, user: '' });
  }
  for (const user of await adminsOf(ctx, environment)) {
    const reply = { ...message, kind: 'reply', user, channel: '', responseUrl: '' } as const;
    await ctx.jobs.add('messages', `${id}-${user}`, reply);
  }
  await ctx.redis.set(toldKey, digest);
}

/** A usergroup that Slack does not tell is left out: the others hear of it all the same. */
async function adminsOf(ctx: Context, environment: string): Promise<Set<string>> {
  const holders = listHolders('admin', ctx.config, rulesFor(ctx.config, environment));
  const groups = holders.filter((id) => id.startsWith('S'));
  const membersOf = async (group: string) => {
    try {
      return await ctx.slack.listGroupMembers(group);
    } catch (err) {
      ctx.log.error(
        { err, group },
        'the members of a usergroup cannot be told that something cannot be read',
      );
      return [];
    }
  };
  const members = await Promise.all(groups.map(membersOf));
  return new Set([...holders.filter((id) => !id.startsWith('S')), ...members.flat()]);
}
