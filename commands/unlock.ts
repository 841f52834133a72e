import { type Call, defineCommand, type Reply, toldEverybody } from '../src/command.ts';
import type { Context } from '../src/context.ts';
import { UserError } from '../src/errors.ts';
import { scopeOf } from '../src/locks/lock.ts';
import { releaseLock } from '../src/locks/store.ts';
import { tellAudit, tellExpired, tellRefusal } from '../src/locks/told.ts';
import { requireRole } from '../src/people/permission.ts';
import { environmentNamed, readScope } from '../src/slack/target.ts';
import { lockChanged, lockFree, lockFreed } from '../src/views/lock.ts';

export const unlock = defineCommand({
  name: 'unlock',
  usage: '/unlock ENV[/SERVICE] [--force because REASON]',
  summary: 'Give up your lock; an admin removes another’s with --force and a reason',
  example: '/unlock staging',
  grammar: {
    words: ['ENV[/SERVICE]'],
    flags: ['force'],
    clauses: ['because'],
    // Buttons name the very lock that they were made for.
    values: { lock: 'word' },
  },

  async run(ctx, call) {
    const { environment, service } = readScope(ctx.config, call.words);
    const scope = scopeOf({ environment, service });
    return tellRefusal(ctx, call, { action: 'unlock', subject: scope }, async () => {
      if (call.words.flags.has('force')) await requireForce(ctx, call, { environment, scope });
      return release(ctx, call, { environment, scope });
    });
  },
});

interface Where {
  readonly environment: string;
  readonly scope: string;
}

async function requireForce(
  ctx: Context,
  { actor, words }: Call,
  { environment, scope }: Where,
): Promise<void> {
  await requireRole(ctx, actor, { role: 'admin', environment, may: `unlock ${scope} by force` });
  if (words.because !== undefined) return;
  throw new UserError('“--force” needs a reason, which everybody will see.', {
    example: `/unlock ${scope} --force because its holder is on holiday`,
  });
}

async function release(ctx: Context, call: Call, { environment, scope }: Where): Promise<Reply> {
  const { actor, words, id: command } = call;
  const holder = words.flags.has('force') ? undefined : actor.id;
  const released = await releaseLock(ctx.redis, {
    command,
    scope,
    now: ctx.now(),
    holder,
    only: words.values.get('lock'),
  });
  const { outcome, lock, expired } = released;
  await tellExpired(ctx, expired);

  if (outcome === 'free') return { to: 'caller', view: lockFree(scope) };
  if (outcome === 'not_that_one') return { to: 'caller', view: lockChanged(lock) };
  const reason = words.because ?? null;
  const forced = lock?.holder !== actor.id;
  await tellAudit(ctx, call, {
    action: 'unlock',
    subject: scope,
    outcome: forced ? 'forced' : 'accepted',
    reason,
    lock,
  });
  const { channel } = environmentNamed(ctx.config, environment);
  return toldEverybody(
    channel,
    lockFreed({ scope, lock, by: actor.id, reason: words.because }),
    call.channel,
  );
}
