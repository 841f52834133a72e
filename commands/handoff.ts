import { defineCommand } from '../src/command.ts';
import { nextHandoffs } from '../src/handoffs/build.ts';
import { currentFor } from '../src/handoffs/now.ts';
import { listDigests } from '../src/handoffs/store.ts';
import { workplaceOf } from '../src/sites/workplace.ts';
import { currentView } from '../src/views/handoff.ts';

/** The last digest of a site is among so many, unless others take several a day. */
const LOOKED_THROUGH = 14;

export const handoff = defineCommand({
  name: 'handoff',
  usage: '/handoff',
  summary: 'What is open now for your site, and who hands over to whom next',
  example: '/handoff',
  grammar: { words: [], flags: [], clauses: [] },

  async run(ctx, { actor }) {
    const { name: site } = workplaceOf(ctx.config, actor);
    const [current, digests] = await Promise.all([
      currentFor(ctx, site),
      listDigests(ctx.redis, { limit: LOOKED_THROUGH }),
    ]);
    const next = site === undefined ? {} : nextHandoffs(ctx, site, ctx.now());
    const last = digests.find(({ to }) => site !== undefined && to === site);
    return { to: 'caller', view: currentView({ site, current, next, last }) };
  },
});
