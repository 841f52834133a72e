import type { KnownBlock } from '@slack/types';
import { ageWords, counted } from '../handoffs/age.ts';
import type { Content, Digest, Ended, Item, Section } from '../handoffs/digest.ts';
import {
  type ButtonLook,
  code,
  joined,
  lineWithButton,
  section as block,
  link,
  type Mrkdwn,
  mrkdwn,
  person,
  shortened,
  time,
  worded,
} from './view.ts';

export const LOOK: Readonly<Record<Section, { icon: string; title: string }>> = {
  blocked: { icon: ':octagonal_sign:', title: 'Blocked' },
  unknown: { icon: ':warning:', title: 'Not known how it ended' },
  failed: { icon: ':x:', title: 'Failed' },
  unreadable: { icon: ':warning:', title: 'Cannot be read' },
  break_glass: { icon: ':fire:', title: 'Break-glass to review' },
  remote: { icon: ':test_tube:', title: 'Remote deploys' },
  awaiting: { icon: ':raised_hand:', title: 'Awaiting approval' },
  leaving: { icon: ':closed_lock_with_key:', title: 'Locks whose holder leaves' },
  unmended: { icon: ':adhesive_bandage:', title: 'Failed before, and not mended yet' },
  waiting: { icon: ':hourglass:', title: 'Waiting' },
  running: { icon: ':rocket:', title: 'Running' },
  locks: { icon: ':lock:', title: 'Locks' },
  freezes: { icon: ':snowflake:', title: 'Freezes' },
  warnings: { icon: ':warning:', title: 'Warnings' },
  ongoing: { icon: ':arrows_counterclockwise:', title: 'Ongoing' },
  notes: { icon: ':memo:', title: 'Notes' },
  unshipped: { icon: ':package:', title: 'Not shipped' },
  done: { icon: ':checkered_flag:', title: 'Clean breaks' },
};

const ENDED_ICONS = {
  success: ':white_check_mark:',
  failure: ':x:',
  cancelled: ':no_entry_sign:',
  superseded: ':fast_forward:',
} as const satisfies Record<Ended['state'], string>;

/** People's words in a line: their beginning tells enough, and a line stays a line. */
const SAID_LETTERS = 90;
/** In the thread nothing is lost of a note. */
const WHOLE_LETTERS = 500;
const WORDS_LETTERS = 120;

/** Whether the line of an item leaves out some of what people wrote. */
export function isCut({ said }: Item): boolean {
  return Array.from(said).length > SAID_LETTERS;
}

/** An item's line in the thread, with all that people wrote. */
export function wholeItemLine(item: Item, at: Date, assigned: Digest['assigned']): Mrkdwn {
  return itemLine(item, at, assigned, WHOLE_LETTERS);
}

/** What, where, whose, how old, what next: one line. */
export function itemLine(item: Item, at: Date, assigned: Digest['assigned'], letters = SAID_LETTERS): Mrkdwn {
  const { id, section, what, where, said, owner, since, next } = item;
  const place = where === '' ? mrkdwn`` : mrkdwn`*${shortened(where, WORDS_LETTERS)}* `;
  const whose = owner === '' ? mrkdwn`` : mrkdwn`, ${person(owner)}`;
  const source = item.link === null ? mrkdwn`` : mrkdwn` (${link(item.link, 'message')})`;
  const words = said === '' ? mrkdwn`` : mrkdwn`: “${shortened(said, letters)}”${source}`;
  const age = since === null ? mrkdwn`` : mrkdwn`, ${ageWords(since, at)}`;
  const to = assigned[id];
  const step =
    to !== undefined
      ? mrkdwn` → ${person(to.to)} has it`
      : next === ''
        ? mrkdwn``
        : mrkdwn` → ${worded(next, WORDS_LETTERS)}`;
  const icon = { mrkdwn: LOOK[section].icon };
  return mrkdwn`${icon} ${place}${shortened(what, WORDS_LETTERS)}${whose}${age}${moment(item)}${words}${step} ·\u00A0${code(id)}`;
}

/** The button of an item that somebody may make theirs; none once somebody has it. */
export function takeOverOf(
  { id: item, section, lock }: Item,
  { id, assigned }: Pick<Digest, 'id' | 'assigned'>,
): ButtonLook | undefined {
  if (assigned[item] !== undefined) return undefined;
  if (lock !== null) return { label: 'Take over', command: `handoff take ${id} --lock ${lock.id}` };
  if (section !== 'awaiting') return undefined;
  return { label: 'Take over', command: `handoff take ${id} --item ${item}` };
}

/** `production: 3, staging: 34 (2 failed)`: what has ended, by environment. */
export function endedWords(ended: readonly Ended[]): string {
  const environments = environmentsIn(ended);
  const words = environments.slice(0, 10).map((environment) => {
    const there = ended.filter((one) => one.environment === environment);
    const failed = there.filter(({ state }) => state === 'failure').length;
    return `${environment}: ${there.length}${failed === 0 ? '' : ` (${failed} failed)`}`;
  });
  const left = environments.length - words.length;
  return [...words, ...(left > 0 ? [`${counted(left, 'environment')} more`] : [])].join(', ');
}

const { compare: byName } = new Intl.Collator('en', { numeric: true });

/** The environments that something has ended on, each once, `team-2` before `team-10`. */
export function environmentsIn(ended: readonly Ended[]): string[] {
  return [...new Set(ended.map(({ environment }) => environment))].toSorted(byName);
}

/** Who deployed what, when, how long it took, and why it failed. */
export function endedLine({ service, ref, state, reason, by, name, endedAt, seconds }: Ended): Mrkdwn {
  const took = seconds === null ? '' : `, took ${lengthWords(seconds)}`;
  const why = reason === '' ? mrkdwn`` : mrkdwn`: ${shortened(reason, SAID_LETTERS)}`;
  const icon = { mrkdwn: ENDED_ICONS[state] };
  return mrkdwn`${icon} *${service}* ${code(shortened(ref, 40))} ${name === '' ? person(by) : name} ${time(endedAt)}${took}${why}`;
}

/** `2026-11-23, 2026-11-24`: the days of earlier digests of the same handoff, by their ids. */
export function datesOf(ids: readonly string[]): string {
  return ids
    .slice(-5)
    .map((id) => id.slice(-'2026-11-23'.length))
    .join(', ');
}

/** What could not be looked at. */
export function gapLines({ gaps }: Content): Mrkdwn[] {
  return gaps.slice(0, 5).map((gap) => mrkdwn`${shortened(gap, 200)}`);
}

/** The lines in pieces that each fit a block. */
export function inPieces(lines: readonly Mrkdwn[], longest = 2_800): Mrkdwn[] {
  const pieces: Mrkdwn[][] = [];
  let length = longest;
  for (const line of lines) {
    length += line.mrkdwn.length + 1;
    if (length > longest) {
      pieces.push([]);
      length = line.mrkdwn.length + 1;
    }
    pieces.at(-1)?.push(line);
  }
  return pieces.map((piece) => joined(piece));
}

/** A line of a digest, with the button of what may be taken over. */
export interface Row {
  readonly line: Mrkdwn;
  readonly button?: ButtonLook | undefined;
}

/** Lines with a button stand alone; the others stand together. */
export function rowBlocks(rows: readonly Row[]): KnownBlock[] {
  const blocks: KnownBlock[] = [];
  let plain: Mrkdwn[] = [];
  const flush = () => {
    blocks.push(...inPieces(plain).map(block));
    plain = [];
  };
  for (const { line, button } of rows) {
    if (button === undefined) plain.push(line);
    else {
      flush();
      blocks.push(lineWithButton(line, button, blocks.length));
    }
  }
  flush();
  return blocks;
}

function moment({ section, at }: Item): Mrkdwn {
  if (at === null) return mrkdwn``;
  if (section === 'freezes') return mrkdwn` ${time(at)}`;
  return section === 'remote' ? mrkdwn`, ends ${time(at)}` : mrkdwn`, until ${time(at)}`;
}

function lengthWords(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
