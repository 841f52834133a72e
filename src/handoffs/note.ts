import * as z from 'zod';
import { UserError } from '../errors.ts';
import { nearestWord } from '../nearest.ts';

/** How a standup puts it: somebody is stuck, is in the middle of it, or stopped at a clean break (`done`). */
export const NoteMark = z.enum(['blocked', 'ongoing', 'done']);
export type NoteMark = z.infer<typeof NoteMark>;

/** What one site wants the next one to know. It is carried from digest to digest until somebody marks it done. */
export const Note = z.strictObject({
  id: z.string().min(1),
  /** Whose digest it stands in; null for every site's, because its author has no site. */
  site: z.string().nullable(),
  /** Slack id. */
  by: z.string().min(1),
  text: z.string().min(1),
  mark: NoteMark.nullable(),
  at: z.coerce.date(),
  /** The message in Slack that it was made from. */
  link: z.string().nullable(),
});
export type Note = z.infer<typeof Note>;

export const LONGEST_NOTE = 500;

/** What stands before the text of a note that was made from a message: people did not write it as a note. */
export const FROM_MESSAGE = 'message:';

const WORDS: Readonly<Record<string, NoteMark>> = {
  blocked: 'blocked',
  ongoing: 'ongoing',
  'clean break': 'done',
  'clean-break': 'done',
  clean: 'done',
};

const EXAMPLE = '/handoff note blocked: the migration of api waits for a key from IT';
const LINK = /\s*(https:\/\/[a-z0-9.-]+\/archives\/[A-Z0-9]+\/p\d+)$/;

/**
 * Reads what stands behind `/handoff note`: a mark before a colon, and the text. Throws UserError for no text, for one
 * that is too long, and for a word that nearly is a mark. A message is cut instead, and never refused.
 */
export function readNote(typed: string): Pick<Note, 'text' | 'mark' | 'link'> {
  if (typed.startsWith(FROM_MESSAGE)) return readMessage(typed.slice(FROM_MESSAGE.length));
  const { mark, text, word } = split(typed);
  const meant = mark === null && word !== undefined ? nearestWord(word, Object.keys(WORDS)) : undefined;
  if (meant !== undefined) {
    throw new UserError(`“${word}:” is not a mark of a note.`, {
      hint: `Did you mean “${meant}:”?`,
      example: EXAMPLE,
    });
  }
  if (text === '') throw new UserError('There is no text in that note.', { example: EXAMPLE });
  const length = Array.from(text).length;
  if (length > LONGEST_NOTE) {
    throw new UserError(`The note has ${length} characters; at most ${LONGEST_NOTE} are kept.`, {
      hint: 'Write the long version where it belongs, and its address into the note.',
    });
  }
  return { mark, text, link: null };
}

function readMessage(message: string): Pick<Note, 'text' | 'mark' | 'link'> {
  const link = LINK.exec(message)?.[1] ?? null;
  const { mark, text } = split(message.replace(LINK, '').trim());
  const letters = Array.from(text);
  const short = letters.length > LONGEST_NOTE ? `${letters.slice(0, LONGEST_NOTE - 1).join('')}…` : text;
  return { mark, text: short === '' ? 'a message without text' : short, link };
}

function split(typed: string): { mark: NoteMark | null; text: string; word: string | undefined } {
  const [, word, text = ''] = /^([a-z]+(?:[ -][a-z]+)?)\s*[:：]\s*(.*)$/isu.exec(typed.trim()) ?? [];
  const known = word?.toLowerCase() ?? '';
  const mark = Object.hasOwn(WORDS, known) ? (WORDS[known] ?? null) : null;
  return { mark, text: mark === null ? typed.trim() : text.trim(), word: word?.toLowerCase() };
}

const ORDER = ['blocked', 'ongoing', null, 'done'] as const;

/** Who is blocked first, what is at a clean break last; of one kind the oldest first. */
export function byUrgency(one: Note, other: Note): number {
  const rank = ORDER.indexOf(one.mark) - ORDER.indexOf(other.mark);
  return rank || one.at.getTime() - other.at.getTime() || one.id.localeCompare(other.id);
}
