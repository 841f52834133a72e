import { appendAudit } from '../src/audit/store.ts';
import { defineCommand } from '../src/command.ts';
import { readNote } from '../src/handoffs/note.ts';
import { addNote } from '../src/handoffs/notes-store.ts';
import { workplaceOf } from '../src/sites/workplace.ts';
import { noteAdded } from '../src/views/note.ts';

/** Puts a note into the digests of the person's site. */
export const handoffNote = defineCommand({
  name: 'handoff note',
  usage: '/handoff note [blocked:|ongoing:|clean:] TEXT',
  summary: 'Tell the next site something, until somebody marks it done',
  example: '/handoff note blocked: the migration of api waits for a key from IT',
  grammar: { words: [], flags: [], clauses: [], rest: 'TEXT' },

  async run(ctx, { words, actor, id: command }) {
    const read = readNote(words.rest ?? '');
    const { name: site = null } = workplaceOf(ctx.config, actor);
    const wanted = { ...read, text: ctx.redact(read.text), site, by: actor.id, at: ctx.now() };
    const note = await addNote(ctx, command, wanted);
    await appendAudit(ctx.redis, {
      id: `note-${note.id}`,
      at: note.at,
      actor: actor.id,
      action: 'note',
      subject: note.site ?? 'all sites',
      outcome: 'accepted',
      reason: note.text,
      detail: { note: note.id, mark: note.mark },
    });
    return { to: 'caller', view: noteAdded(note) };
  },
});
