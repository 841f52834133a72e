import { appendAudit } from '../src/audit/store.ts';
import { defineCommand } from '../src/command.ts';
import { NotFoundError, UserError } from '../src/errors.ts';
import { endNote } from '../src/handoffs/notes-store.ts';
import { noteDone, noteWasDone } from '../src/views/note.ts';

const EXAMPLE = '/handoff done n3fa9c1e';

/** Takes a note out of the digests; anybody of the workspace may, as whoever can finish it need not have written it. */
export const handoffDone = defineCommand({
  name: 'handoff done',
  usage: '/handoff done ID',
  summary: 'Mark a note of the handoff done',
  example: EXAMPLE,
  grammar: { words: ['ID'], flags: [], clauses: [] },

  async run(ctx, { words, actor, id: command }) {
    const id = words.words[0]?.text.toLowerCase();
    if (id === undefined) {
      throw new UserError('Which note is done?', {
        hint: '“/handoff notes” lists them.',
        example: EXAMPLE,
      });
    }
    const { note, before } = await endNote(ctx, command, { id, by: actor.id, at: ctx.now() });
    if (note === undefined) {
      if (before !== undefined) return { to: 'caller', view: noteWasDone(id, before) };
      throw new NotFoundError(`There is no note “${id}”.`, {
        hint: '“/handoff notes” lists those there are.',
      });
    }
    await appendAudit(ctx.redis, {
      id: `note-${note.id}-done`,
      at: ctx.now(),
      actor: actor.id,
      action: 'note done',
      subject: note.site ?? 'all sites',
      outcome: 'accepted',
      reason: null,
      detail: { note: note.id },
    });
    return { to: 'caller', view: noteDone(note) };
  },
});
