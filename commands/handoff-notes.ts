import { defineCommand } from '../src/command.ts';
import { openNotes } from '../src/handoffs/notes-store.ts';
import { workplaceOf } from '../src/sites/workplace.ts';
import { noteList } from '../src/views/note.ts';

/** Lists what the person's site passes on. */
export const handoffNotes = defineCommand({
  name: 'handoff notes',
  usage: '/handoff notes',
  summary: "List the notes of your site's handoff",
  example: '/handoff notes',
  grammar: { words: [], flags: [], clauses: [] },

  async run(ctx, { actor }) {
    const { name } = workplaceOf(ctx.config, actor);
    return { to: 'caller', view: noteList(await openNotes(ctx, name ?? null, ctx.now()), name) };
  },
});
