import { defineCommand } from '../src/command.ts';
import { openNotes } from '../src/handoffs/notes-store.ts';
import { namedHandoffs } from '../src/handoffs/schedule.ts';
import { workplaceOf } from '../src/sites/workplace.ts';
import { noteList } from '../src/views/note.ts';

/** Lists what the person's site passes on, and what is passed on to it. */
export const handoffNotes = defineCommand({
  name: 'handoff notes',
  usage: '/handoff notes',
  summary: 'List the notes that your site passes on, and those for it',
  example: '/handoff notes',
  grammar: { words: [], flags: [], clauses: [] },

  async run(ctx, { actor }) {
    const { name } = workplaceOf(ctx.config, actor);
    const givers = namedHandoffs(ctx.config).flatMap(({ rules: { from, to } }) => (to === name ? from : []));
    const sites = [...new Set([...(name === undefined ? [] : [name]), ...givers])];
    return { to: 'caller', view: noteList(await openNotes(ctx, sites, ctx.now()), sites) };
  },
});
