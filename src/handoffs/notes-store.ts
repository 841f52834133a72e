import { createHash } from 'node:crypto';
import * as z from 'zod';
import { UserError } from '../errors.ts';
import { parseStored } from '../redis/parse-stored.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { byUrgency, Note } from './note.ts';

const NOTES = 'baton:{handoffs}:notes';
const didKey = (command: string) => `baton:{handoffs}:did:${command}`;
const endKey = (id: string) => `baton:{handoffs}:note:${id}:done`;

/** More than anybody reads; a digest shows the most urgent ones. */
export const MOST_NOTES = 200;

const DID_SECONDS = 86_400;
const DONE_SECONDS = 30 * 86_400;

/*
 * Keeps a note, once for each command: a repetition finds it as it was, even when it is done by now.
 *
 *   KEYS[1]  notes by id     KEYS[2]  what the command did
 *   ARGV[1]  id     ARGV[2]  note as JSON     ARGV[3]  most notes     ARGV[4]  seconds for which the command is known
 *
 *   Returns  the note as JSON, or 'full', or 'taken' when another note has this id
 */
const ADD = defineScript(/* lua */ `
  local did = redis.call('GET', KEYS[2])
  if did then return did end
  if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 1 then return 'taken' end
  if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) then return 'full' end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[4])
  return ARGV[2]
`);

/*
 * Takes a note away, once for each command.
 *
 *   KEYS[1]  notes by id     KEYS[2]  what the command did     KEYS[3]  who ended the note
 *   ARGV[1]  id     ARGV[2]  the end as JSON     ARGV[3], ARGV[4]  seconds for which command and end are known
 *
 *   Returns  {note or '', end or ''}: the note when this command has taken it away, else who did so before
 */
const END = defineScript(/* lua */ `
  local did = redis.call('GET', KEYS[2])
  if did then return {did, ''} end
  local note = redis.call('HGET', KEYS[1], ARGV[1])
  if not note then return {'', redis.call('GET', KEYS[3]) or ''} end
  redis.call('HDEL', KEYS[1], ARGV[1])
  redis.call('SET', KEYS[2], note, 'EX', ARGV[3])
  redis.call('SET', KEYS[3], ARGV[2], 'EX', ARGV[4])
  return {note, ''}
`);

const NoteEnd = z.strictObject({ by: z.string(), at: z.coerce.date() });
export type NoteEnd = z.infer<typeof NoteEnd>;

type WithRedis = { readonly redis: RedisClient };

/** Keeps a note; the same command twice is one note. Throws UserError when there are too many already. */
export async function addNote({ redis }: WithRedis, command: string, note: Omit<Note, 'id'>): Promise<Note> {
  const id = `n${createHash('sha256').update(command).digest('hex').slice(0, 7)}`;
  const row = JSON.stringify({ id, ...note });
  const keys = [NOTES, didKey(command)];
  const kept = z.string().parse(await ADD(redis, keys, [id, row, MOST_NOTES, DID_SECONDS]));
  if (kept === 'full') {
    throw new UserError(`There are ${MOST_NOTES} notes already, so this one was not kept.`, {
      hint: 'Mark those as done that are over: “/handoff notes” lists them.',
    });
  }
  if (kept === 'taken') throw new UserError('That note was not kept. Please send it once more.');
  return readRow(id, kept);
}

/** Marks a note done. `note` when this command did it; else who did it before, as far as that is known. */
export async function endNote(
  { redis }: WithRedis,
  command: string,
  { id, by, at }: { readonly id: string; readonly by: string; readonly at: Date },
): Promise<{ readonly note: Note | undefined; readonly before: NoteEnd | undefined }> {
  const keys = [NOTES, didKey(command), endKey(id)];
  const answer = await END(redis, keys, [id, JSON.stringify({ by, at }), DID_SECONDS, DONE_SECONDS]);
  const [row, end] = z.tuple([z.string(), z.string()]).parse(answer);
  return {
    note: row === '' ? undefined : readRow(id, row),
    before: end === '' ? undefined : readEnd(id, end),
  };
}

/**
 * The notes that the sites pass on at a moment, those of people without a site included; who is blocked first. Throws
 * UnreadableError when one of them cannot be read.
 */
export async function openNotes(ctx: WithRedis, sites: readonly string[], now: Date): Promise<Note[]> {
  const notes = await allNotes(ctx);
  return notes.filter(({ site, at }) => (site === null || sites.includes(site)) && at <= now);
}

/** Every note that nobody has marked done, of whatever site; who is blocked first. Throws UnreadableError. */
export async function allNotes({ redis }: WithRedis): Promise<Note[]> {
  const rows = Object.entries(await redis.hgetall(NOTES));
  return rows.map(([id, row]) => readRow(id, row)).sort(byUrgency);
}

function readRow(id: string, row: string): Note {
  return parseStored(Note, `${NOTES} ${id}`, row);
}

function readEnd(id: string, row: string): NoteEnd {
  return parseStored(NoteEnd, endKey(id), row);
}
