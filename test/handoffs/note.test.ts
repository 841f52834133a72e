import { expect, it } from '@jest/globals';
import { byUrgency, LONGEST_NOTE, Note, readNote } from '../../src/handoffs/note.ts';

const long = 'x'.repeat(LONGEST_NOTE + 1);

it.each([
  { typed: 'the key is late', mark: null, text: 'the key is late' },
  { typed: 'blocked: the key is late', mark: 'blocked', text: 'the key is late' },
  { typed: 'Blocked : the key is late', mark: 'blocked', text: 'the key is late' },
  { typed: 'ongoing:migration', mark: 'ongoing', text: 'migration' },
  { typed: 'clean: all merged', mark: 'done', text: 'all merged' },
  { typed: 'clean break: all merged', mark: 'done', text: 'all merged' },
  { typed: 'blocked：the key', mark: 'blocked', text: 'the key' },
  { typed: 'api: look at the logs', mark: null, text: 'api: look at the logs' },
  { typed: 'release notes: are late', mark: null, text: 'release notes: are late' },
  { typed: 'constructor: is a word', mark: null, text: 'constructor: is a word' },
  { typed: 'blocked by IT', mark: null, text: 'blocked by IT' },
  { typed: 'https://acme.example: see there', mark: null, text: 'https://acme.example: see there' },
  { typed: 'blocked: api: no key', mark: 'blocked', text: 'api: no key' },
])('reads “$typed”', ({ typed, mark, text }) => {
  expect(readNote(typed)).toEqual({ mark, text, link: null });
});

it.each([
  { typed: '', says: 'There is no text in that note.' },
  { typed: 'blocked:', says: 'There is no text in that note.' },
  { typed: 'bloked: the key is late', says: '“bloked:” is not a mark of a note.' },
  { typed: 'clean brake: done', says: '“clean brake:” is not a mark of a note.' },
  { typed: long, says: 'The note has 501 characters; at most 500 are kept.' },
])('refuses “$typed”', ({ typed, says }) => {
  expect(() => readNote(typed)).toThrow(says);
});

const link = 'https://acme.slack.com/archives/C0STG/p1700000000000100';

it.each([
  {
    when: 'is plain',
    message: `The key is late ${link}`,
    note: { mark: null, text: 'The key is late', link },
  },
  { when: 'has a mark', message: `blocked: no key ${link}`, note: { mark: 'blocked', text: 'no key', link } },
  {
    when: 'nearly has a mark',
    message: 'block: no key',
    note: { mark: null, text: 'block: no key', link: null },
  },
  { when: 'has no text', message: link, note: { mark: null, text: 'a message without text', link } },
  {
    when: 'is too long',
    message: `${long} ${link}`,
    note: { mark: null, text: `${'x'.repeat(LONGEST_NOTE - 1)}…`, link },
  },
])('makes a note of a message that $when', ({ message, note }) => {
  expect(readNote(`message: ${message}`)).toEqual(note);
});

it('puts who is blocked first, and the oldest of one kind', () => {
  const notes = (['done', null, 'ongoing', 'blocked', 'blocked'] as const).map((mark, index) =>
    Note.parse({
      id: `n${index}`,
      site: null,
      by: 'U0ASHA',
      text: 'x',
      mark,
      at: `2030-01-15T12:0${9 - index}:00Z`,
      link: null,
    }),
  );

  expect(notes.sort(byUrgency).map(({ id }) => id)).toEqual(['n4', 'n3', 'n2', 'n1', 'n0']);
});
