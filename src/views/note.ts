import type { Note, NoteMark } from '../handoffs/note.ts';
import {
  buttons,
  code,
  context,
  joined,
  link,
  type Mrkdwn,
  mrkdwn,
  person,
  section,
  shortened,
  summaryText,
  time,
  type View,
} from './view.ts';

const MARKS: Readonly<Record<NoteMark, string>> = {
  blocked: ':no_entry: blocked',
  ongoing: ':arrows_counterclockwise: ongoing',
  done: ':checkered_flag: at a clean break',
};

/** A note on one line: its mark, who wrote it when, and the text. */
export function noteLine({ mark, by, text, at, link: address }: Note, letters = 300): Mrkdwn {
  const sign = { mrkdwn: mark === null ? ':memo:' : `${MARKS[mark]}:` };
  const from = address === null ? mrkdwn`` : mrkdwn` (${link(address, 'message')})`;
  return mrkdwn`${sign} ${shortened(text, letters)}${from}, ${person(by)} ${time(at, '{date_short_pretty} {time}')}`;
}

/** For whoever wrote a note: where it stands now, and how it comes to its end. */
export function noteAdded(note: Note): View {
  const where =
    note.site === null
      ? mrkdwn`It stands in the next digest of every site, because ${code('people')} in the configuration gives you no site.`
      : mrkdwn`It stands in the next digest of *${note.site}*, and in each one after it until somebody marks it done.`;
  return {
    text: summaryText('The note is in the handoff'),
    blocks: [
      section(joined([noteLine(note, 500), where])),
      buttons({ label: 'Done', command: `handoff done ${note.id}` }),
      context(mrkdwn`note ${code(note.id)}`),
    ],
  };
}

/** For whoever marked a note done. */
export function noteDone(note: Note): View {
  return {
    text: summaryText('The note is done'),
    blocks: [section(joined([mrkdwn`:white_check_mark: Done, and in no further digest:`, noteLine(note)]))],
  };
}

/** For whoever marks a note done that was done already. */
export function noteWasDone(id: string, before: { readonly by: string; readonly at: Date }): View {
  const line = mrkdwn`${person(before.by)} marked the note ${code(id)} done ${time(before.at)}; nothing was changed.`;
  return { text: summaryText('That note is done already'), blocks: [section(line)] };
}

const MOST_LISTED = 20;

/** The notes that sites pass on, each with its button. */
export function noteList(notes: readonly Note[], sites: readonly string[]): View {
  const named = sites.map((site) => mrkdwn`*${site}*`);
  const where = named.length === 0 ? mrkdwn`of people without a site` : mrkdwn`of ${joined(named, ' and ')}`;
  if (notes.length === 0) {
    const none = mrkdwn`There are no notes ${where}. ${code('/handoff note TEXT')} adds one.`;
    return { text: 'No notes', blocks: [section(none)] };
  }
  const shown = notes.slice(0, MOST_LISTED);
  const more = notes.length - shown.length;
  return {
    text: summaryText(notes.length === 1 ? '1 note' : `${notes.length} notes`),
    blocks: [
      section(mrkdwn`Notes ${where}, carried until somebody marks them done:`),
      ...shown.flatMap((note) => [
        section(noteLine(note, 500)),
        buttons({ label: 'Done', command: `handoff done ${note.id}` }),
      ]),
      ...(more === 0 ? [] : [context(mrkdwn`… and ${more} more, which come up as these are done.`)]),
    ],
  };
}
