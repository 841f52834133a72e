import { type Call, defineCommand, type Reply, toldEverybody } from '../src/command.ts';
import type { Context } from '../src/context.ts';
import { UserError } from '../src/errors.ts';
import { freezeAt } from '../src/freezes/freeze.ts';
import { environmentNamedIn } from '../src/freezes/place.ts';
import { liftFreeze } from '../src/freezes/store.ts';
import { tellAudit, tellExpired, tellRefusal } from '../src/freezes/told.ts';
import { requireRole } from '../src/people/permission.ts';
import { environmentNamed } from '../src/slack/target.ts';
import { freezeLifted, frozenByConfiguration, notFrozen } from '../src/views/freeze.ts';

export const thaw = defineCommand({
  name: 'thaw',
  usage: '/thaw ENV [--force because REASON]',
  summary: 'Lift the freeze that somebody has set on an environment; by force, also one that cannot be read',
  example: '/thaw staging',
  grammar: { words: ['ENV'], flags: ['force'], clauses: ['because'] },

  async run(ctx, call) {
    const environment = environmentNamedIn(ctx.config, call.words);
    return tellRefusal(ctx, call, { action: 'thaw', environment }, async () => {
      await requireRole(ctx, call.actor, { role: 'admin', environment, may: `thaw ${environment}` });
      if (call.words.flags.has('force') && call.words.because === undefined) {
        throw new UserError('“--force” needs a reason, which everybody will see.', {
          example: `/thaw ${environment} --force because I have looked at it`,
        });
      }
      return lift(ctx, call, environment);
    });
  },
});

async function lift(ctx: Context, call: Call, environment: string): Promise<Reply> {
  const { words, actor, id: command } = call;
  const now = ctx.now();
  const force = words.flags.has('force');
  const {
    outcome,
    freeze: lifted,
    expired,
  } = await liftFreeze(ctx.redis, { environment, command, now, force });
  await tellExpired(ctx, environment, expired);

  const { channel, freezes } = environmentNamed(ctx.config, environment);
  const still = freezeAt(freezes, now);
  const action = 'thaw';
  if (outcome === 'none') {
    if (still === undefined) return { to: 'caller', view: notFrozen(environment) };
    await tellAudit(ctx, call, { action, environment, outcome: 'refused', reason: 'frozen' });
    return { to: 'caller', view: frozenByConfiguration(environment, still, call.reference) };
  }
  await tellAudit(ctx, call, {
    action,
    environment,
    outcome: lifted === undefined ? 'forced' : 'accepted',
    reason: words.because ?? null,
    freeze: lifted,
  });
  const news = { environment, by: actor.id, lifted, because: words.because, still };
  return toldEverybody(channel, freezeLifted(news), call.channel);
}
