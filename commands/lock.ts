import { type Call, defineCommand, type Reply, toldEverybody } from '../src/command.ts';
import type { Environment } from '../src/config/schema.ts';
import type { Context } from '../src/context.ts';
import { UserError } from '../src/errors.ts';
import { type Lock, lockIdFor, scopeOf, UnreadableLockError } from '../src/locks/lock.ts';
import { locksOn, takeLock } from '../src/locks/store.ts';
import { tellAudit, tellExpired, tellRefusal } from '../src/locks/told.ts';
import { requireRole } from '../src/people/permission.ts';
import { environmentNamed, readScope } from '../src/slack/target.ts';
import { type ListedLocks, lockHeld, lockList, lockTaken } from '../src/views/lock.ts';

export const lock = defineCommand({
  name: 'lock',
  usage: '/lock [ENV[/SERVICE]] [because REASON]',
  summary: 'Keep everybody else from deploying to an environment; alone, list all locks',
  example: '/lock staging because load test',
  grammar: {
    words: ['[ENV[/SERVICE]]'],
    flags: [],
    clauses: ['because'],
    later: ['--wait', '--leave', '--offer', '--steal', '--warn', 'for', 'until'],
  },

  async run(ctx, call) {
    const { words, because } = call.words;
    return words.length === 0 && because === undefined ? list(ctx) : take(ctx, call);
  },
});

async function take(ctx: Context, call: Call): Promise<Reply> {
  const { environment, service } = readScope(ctx.config, call.words);
  const rules = environmentNamed(ctx.config, environment);
  const scope = scopeOf({ environment, service });
  return tellRefusal(ctx, call, { action: 'lock', subject: scope }, async () => {
    await requireRole(ctx, call.actor, { role: 'deployer', environment, may: `lock ${scope}` });
    const wanted = newLock(ctx, call, { scope, rules });
    const taken = await takeLock(ctx.redis, { command: call.id, lock: wanted, services: rules.services });
    if (taken.outcome === 'held') return { to: 'caller', view: lockHeld(taken.lock) };

    await tellExpired(ctx, taken.expired);
    const reason = call.words.because ?? null;
    await tellAudit(ctx, call, {
      action: 'lock',
      subject: scope,
      outcome: 'accepted',
      reason,
      lock: taken.lock,
    });
    return toldEverybody(rules.channel, lockTaken(taken.lock), call.channel);
  });
}

function newLock(
  ctx: Context,
  { words: { because = '' }, actor, id }: Call,
  { scope, rules }: { scope: string; rules: Environment },
): Lock {
  if (rules.lock.require_reason && because === '') {
    throw new UserError(`A lock on ${scope} needs a reason.`, {
      example: `/lock ${scope} because load test`,
    });
  }
  const since = ctx.now();
  const seconds = rules.lock.default_for;
  const until = seconds === undefined ? null : new Date(since.getTime() + seconds * 1_000);
  return { version: 1, id: lockIdFor(scope, id), scope, holder: actor.id, reason: because, since, until };
}

async function list(ctx: Context): Promise<Reply> {
  const environments = Object.entries(ctx.config.environments);
  const locks = await Promise.all(environments.map(([name, { services }]) => listed(ctx, name, services)));
  return { to: 'caller', view: lockList(locks) };
}

async function listed(ctx: Context, name: string, services: readonly string[]): Promise<ListedLocks> {
  try {
    return await locksOn(ctx.redis, name, services, ctx.now());
  } catch (error) {
    if (error instanceof UnreadableLockError) return { unreadable: error.scope };
    throw error;
  }
}
