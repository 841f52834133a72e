import { type Call, defineCommand, toldEverybody } from '../src/command.ts';
import type { Context } from '../src/context.ts';
import { UserError } from '../src/errors.ts';
import { nextOpening } from '../src/freezes/freeze.ts';
import { environmentNamedIn } from '../src/freezes/place.ts';
import { freezeIdFor, type SetFreeze } from '../src/freezes/set-freeze.ts';
import { setFreeze } from '../src/freezes/store.ts';
import { tellAudit, tellExpired, tellRefusal } from '../src/freezes/told.ts';
import { nextHandoffFrom } from '../src/handoffs/schedule.ts';
import { readUntil } from '../src/locks/until.ts';
import { requireRole } from '../src/people/permission.ts';
import type { Person } from '../src/people/person.ts';
import { workplaceOf } from '../src/sites/workplace.ts';
import { environmentNamed } from '../src/slack/target.ts';
import { freezeSet } from '../src/views/freeze.ts';

export const freeze = defineCommand({
  name: 'freeze',
  usage: '/freeze ENV until WHEN because REASON',
  summary: 'Stop all deployments to an environment for a time',
  example: '/freeze staging until 17:00 because stock-taking',
  grammar: { words: ['ENV'], flags: [], clauses: ['until', 'because'] },

  async run(ctx, call) {
    const environment = environmentNamedIn(ctx.config, call.words);
    const action = 'freeze';
    return tellRefusal(ctx, call, { action, environment }, async () => {
      await requireRole(ctx, call.actor, { role: 'admin', environment, may: `freeze ${environment}` });
      const { freeze: set, ...before } = await setFreeze(ctx.redis, { environment, command: call.id }, () =>
        newFreeze(ctx, call, environment),
      );
      const { replaced, expired } = before;

      await tellExpired(ctx, environment, expired);
      const reason = set.reason;
      await tellAudit(ctx, call, { action, environment, outcome: 'accepted', reason, freeze: set, replaced });
      const { channel, freezes } = environmentNamed(ctx.config, environment);
      const opens = nextOpening([...freezes, set], set.since);
      return toldEverybody(channel, freezeSet({ environment, freeze: set, replaced, opens }), call.channel);
    });
  },
});

function newFreeze(ctx: Context, { words, actor, id }: Call, environment: string): SetFreeze {
  const command = `/freeze ${environment}`;
  if (words.until === undefined) {
    throw new UserError('Until when? A freeze has an end.', {
      example: `${command} until 17:00 because stock-taking`,
    });
  }
  if (words.because === undefined) {
    throw new UserError('A freeze needs a reason, which everybody who meets it will see.', {
      example: `${command} until ${words.until} because stock-taking`,
    });
  }
  const since = ctx.now();
  const until = readEnd(ctx, actor, { until: words.until, since, command });
  const freezeId = freezeIdFor(environment, id);
  return { version: 1, id: freezeId, by: actor.id, reason: words.because, since, until };
}

/** Always after `since`: what has passed is refused. */
function readEnd(
  { config }: Context,
  actor: Person,
  { until, since, command }: { until: string; since: Date; command: string },
): Date {
  const { name: site } = workplaceOf(config, actor);
  const nextHandoff = site === undefined ? undefined : nextHandoffFrom(config, site, since);
  try {
    return readUntil(until, { now: since, timezone: actor.timezone, site, nextHandoff, example: command });
  } catch (error) {
    if (!(error instanceof UserError) || error.example === undefined) throw error;
    const { message, hint, reason, cause } = error;
    throw new UserError(message, { hint, reason, cause, example: `${error.example} because stock-taking` });
  }
}
