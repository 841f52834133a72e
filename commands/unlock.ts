import { type Call, defineCommand, type Reply } from '../src/command.ts';
import { findEnvironment } from '../src/config/find.ts';
import type { Context } from '../src/context.ts';
import { UserError } from '../src/errors.ts';
import { actOnLocks } from '../src/locks/act.ts';
import type { Answer, By } from '../src/locks/change.ts';
import { explainBlocked } from '../src/locks/blocked.ts';
import {
  ALL,
  environmentOf,
  type Lock,
  LockedError,
  overlap,
  scopeOf,
  UnreadableLockError,
  type Warning,
} from '../src/locks/lock.ts';
import { lockPlaces } from '../src/locks/places.ts';
import { isHeardHere } from '../src/locks/tell.ts';
import { release, releaseAll } from '../src/locks/release.ts';
import { clearUnreadable, locksOn } from '../src/locks/store.ts';
import { requireRole } from '../src/people/permission.ts';
import { holdsRole } from '../src/people/roles.ts';
import { readScope } from '../src/slack/target.ts';
import { allFreed, lockFree, lockNote, lockOver } from '../src/views/lock.ts';
import { place as named } from '../src/views/lock-words.ts';
import { mrkdwn, type View } from '../src/views/view.ts';

export const unlock = defineCommand({
  name: 'unlock',
  usage: '/unlock ENV[/SERVICE] [--force because REASON] | /unlock all',
  summary: 'Give up your lock, or all of yours; an admin removes another’s with --force and a reason',
  example: '/unlock staging',
  grammar: {
    words: ['ENV[/SERVICE]'],
    flags: ['force'],
    clauses: ['because'],
    // Buttons name the very lock that they were made for.
    values: { lock: 'word' },
  },

  async run(ctx, call) {
    const scope = scopeOf(readScope(ctx.config, call.words));
    const force = call.words.flags.has('force');
    if (force) await requireForce(ctx, call, scope);
    try {
      if (scope === ALL && !force && !call.words.values.has('lock')) return await everything(ctx, call);
      return await one(ctx, call, { scope, force });
    } catch (error) {
      if (error instanceof LockedError)
        throw await explainBlocked(ctx, error, { asker: call.actor.id, wanted: scope });
      if (!(force && error instanceof UnreadableLockError)) throw error;
      // Whoever is admin of one environment only does not clear what holds everywhere.
      if (error.scope !== environmentOf(scope)) throw error;
      return clear(ctx, call, error.scope);
    }
  },
});

async function requireForce(ctx: Context, { actor, words }: Call, scope: string): Promise<void> {
  const may = scope === ALL ? 'remove the lock on everything by force' : `unlock ${scope} by force`;
  await requireRole(ctx, actor, { role: 'admin', environment: environmentOf(scope), may });
  if (words.because !== undefined) return;
  throw new UserError('“--force” needs a reason, which everybody will see.', {
    example: `/unlock ${scope} --force because its holder is on holiday`,
  });
}

async function one(
  ctx: Context,
  call: Call,
  { scope, force }: { readonly scope: string; readonly force: boolean },
): Promise<Reply> {
  const rule = release({
    ...byOf(call),
    scope,
    force,
    reason: call.words.because ?? '',
    only: call.words.values.get('lock'),
    deploys: await deploysThere(ctx, call, scope),
  });
  const answer = await actOnLocks(ctx, { scope, command: call.id, rule, actor: call.actor });
  switch (answer.outcome) {
    case 'freed': {
      // The same job again: its first run has removed what could not be read.
      if (answer.lock === null && answer.warnings.length === 0) return cleared(environmentOf(scope));
      if (answer.lock !== null && isHeardHere(ctx, scope, call.channel)) return { to: 'none' };
      return { to: 'caller', view: gone(answer, named(scope)) };
    }
    case 'free': {
      const { id } = call.actor;
      const { locks } = await locksOn(ctx.redis, environmentOf(scope), ctx.now());
      const elsewhere = locks.filter(
        (lock) => !lock.turn && (lock.holder === id || overlap(lock.scope, scope)),
      );
      return { to: 'caller', view: lockFree(scope, elsewhere, id) };
    }
    default:
      return { to: 'caller', view: lockOver(scope, answer.lock, ctx.now()) };
  }
}

function gone({ lock, warnings }: Answer, where: string): View {
  if (lock !== null) return lockNote(':unlock:', mrkdwn`*${where}* is unlocked.`, `${where} is unlocked`);
  const single = warnings.length === 1;
  const [what, are] = single ? ['The warning', 'is'] : [`The ${warnings.length} warnings`, 'are'];
  return lockNote(
    ':unlock:',
    mrkdwn`${what} about *${where}* ${are} gone.`,
    `${what} about ${where} ${are} gone`,
  );
}

/** Where Slack does not tell, their own lock and warnings are theirs all the same. */
async function deploysThere(ctx: Context, { actor }: Call, scope: string): Promise<boolean> {
  const rules = findEnvironment(ctx.config, environmentOf(scope));
  return holdsRole(ctx, actor, 'deployer', rules).catch(() => false);
}

/** All that the person holds anywhere. What cannot be read is left alone; the rest is freed all the same. */
async function everything(ctx: Context, call: Call): Promise<Reply> {
  const locks: Lock[] = [];
  const warnings: Warning[] = [];
  const unreadable: string[] = [];
  for (const scope of await lockPlaces(ctx)) {
    try {
      const rule = releaseAll(byOf(call));
      const freed = await actOnLocks(ctx, { scope, command: call.id, rule, actor: call.actor });
      locks.push(...freed.locks);
      warnings.push(...freed.warnings);
    } catch (error) {
      if (!(error instanceof UnreadableLockError)) throw error;
      unreadable.push(error.scope);
    }
  }
  return { to: 'caller', view: allFreed(locks, warnings, [...new Set(unreadable)]) };
}

async function clear(ctx: Context, call: Call, environment: string): Promise<Reply> {
  const { actor, channel, words } = call;
  const clearing = {
    environment,
    command: call.id,
    actor: actor.id,
    reason: words.because ?? '',
    channel,
    now: ctx.now(),
  };
  const isGone = await clearUnreadable(ctx.redis, clearing);
  await actOnLocks(ctx, {
    scope: environment,
    command: `${call.id}-after`,
    rule: (board) => ({
      board,
      events: [],
      answer: { outcome: 'settled', lock: null, place: null, ahead: 0, locks: [], warnings: [] },
    }),
  });
  return isGone ? cleared(environment) : { to: 'caller', view: lockFree(environment) };
}

function cleared(environment: string): Reply {
  const line = mrkdwn`The locks of *${named(environment)}* that could not be read are gone.`;
  return { to: 'caller', view: lockNote(':unlock:', line, `${named(environment)} is unlocked`) };
}

function byOf({ id: command, actor, channel }: Call): By {
  return { command, person: actor.id, channel };
}
