import { defineCommand } from '../src/command.ts';
import { UserError } from '../src/errors.ts';
import { pairingDay, pairsOfWeek } from '../src/handoffs/pairs.ts';
import { clocksAt } from '../src/sites/wall-time.ts';
import { workplaceOf } from '../src/sites/workplace.ts';
import { pairsOfTheWeek } from '../src/views/pairs.ts';

/** Suggests who works with whom this week. */
export const handoffPairs = defineCommand({
  name: 'handoff pairs',
  usage: '/handoff pairs',
  summary: 'Show who works with whom this week',
  example: '/handoff pairs',
  grammar: { words: [], flags: [], clauses: [] },

  async run(ctx, { actor }) {
    if (ctx.config.pairs === undefined) {
      throw new UserError('The configuration has no `pairs`, so nobody is paired.', {
        hint: 'It looks like this in baton.yml: pairs: { people: [U0ASHA, U0BEN] }',
      });
    }
    const { site } = workplaceOf(ctx.config, actor);
    const day = pairingDay(ctx.config, clocksAt(ctx.now(), site.timezone).toPlainDate());
    return { to: 'caller', view: pairsOfTheWeek(pairsOfWeek(ctx.config, day), day.toString()) };
  },
});
