import type { KnownBlock } from '@slack/types';
import { ageWords, counted } from '../handoffs/age.ts';
import { chosenItems, type Content, type Digest, type Item } from '../handoffs/digest.ts';
import { datesOf, endedWords, gapLines, itemLine, type Row, rowBlocks, takeOverOf } from './digest-lines.ts';
import {
  buttons,
  context,
  joined,
  type Mrkdwn,
  mrkdwn,
  person,
  section,
  summaryText,
  time,
  type View,
} from './view.ts';

/** With the heading and what has ended, about twenty lines in all: read in two minutes. */
const MOST_LINES = 16;
const EACH_SECTION = 3;

const ASSIGNING = mrkdwn`“/handoff assign CODE @name” gives the line that ends with the code to somebody.`;

/** The one message of a digest; once it is `over`, nothing in it can be taken any more. */
export function digestView(digest: Digest, over = false): View {
  const { from, to, content, taken, id } = digest;
  const way = to === null ? `${from}, nobody takes it` : `${from} to ${to}`;
  if (content === null)
    return { text: summaryText(`Handoff ${way}`), blocks: [section(mrkdwn`*Handoff ${way}*`)] };
  const have =
    taken !== null
      ? [section(mrkdwn`:handshake: ${person(taken.by)} has it since ${time(taken.at)}.`)]
      : over
        ? []
        : [buttons({ label: 'I have it', command: `handoff take ${id}`, style: 'primary' })];
  const end = over ? [context(mrkdwn`A later digest has taken its place.`)] : [];
  return {
    text: summaryText(`Handoff ${way}: ${openWords(content)}`),
    blocks: [section(joined(heading(digest, content, way))), ...body(content, digest, over), ...have, ...end],
  };
}

export interface Standing extends Pick<Digest, 'assigned'> {
  readonly content: Content;
  /** How many open items of others were left out. */
  readonly left: number;
  /** Whose deployments it tells; everybody's when left out. */
  readonly site?: string | undefined;
}

/** What a digest would say now, or how things stand, for one reader: nothing in it can be taken. */
export function standing(title: Mrkdwn, { content, assigned, left, site }: Standing): View {
  const lines = [title, ...sinceLines(content, site)];
  const more =
    left > 0
      ? [context(mrkdwn`${counted(left, 'line')} more of other people and services: /handoff preview`)]
      : [];
  return {
    text: summaryText(openWords(content)),
    blocks: [section(joined(lines)), ...body(content, { id: '', assigned }), ...more],
  };
}

/** For the lead of a site whose people have not said that they have it. */
export function leadTold({ id, from, to, dueAt, content }: Digest): View {
  const lines = [
    mrkdwn`:wave: Nobody at *${to ?? 'your site'}* has said yet that they have the handoff of *${from}* of ${time(dueAt)}.`,
    mrkdwn`It says: ${content === null ? 'nothing yet' : openWords(content)}.`,
  ];
  return {
    text: summaryText(`Nobody has taken the handoff of ${from} yet`),
    blocks: [
      section(joined(lines)),
      buttons({ label: 'I have it', command: `handoff take ${id}`, style: 'primary' }),
    ],
  };
}

/** `nothing is open`, `3 open items, 2 of them failed` */
export function openWords({ items }: Content): string {
  if (items.length === 0) return 'nothing is open';
  const failed = items.filter(({ section: name }) => name === 'failed').length;
  return `${counted(items.length, 'open item')}${failed === 0 ? '' : `, ${failed} failed`}`;
}

function heading({ dueAt, late, folded }: Digest, content: Content, way: string): Mrkdwn[] {
  const when = late
    ? mrkdwn`:alarm_clock: Late: it was due ${time(dueAt)}, and tells how things stood ${time(content.at)}.`
    : undefined;
  const before =
    folded.length === 0
      ? undefined
      : mrkdwn`It also tells what did not reach you before: ${datesOf(folded)}.`;
  const extra = [when, before].filter((line) => line !== undefined);
  return [mrkdwn`*Handoff ${way}*, ${time(dueAt)}`, ...extra, ...sinceLines(content)];
}

function sinceLines({ since, at, ended, items }: Content, site?: string): Mrkdwn[] {
  const by = site === undefined ? mrkdwn`` : mrkdwn` by *${site}*`;
  const words =
    ended.length === 0 ? mrkdwn`nothing was deployed${by}` : mrkdwn`deployed${by}: ${endedWords(ended)}`;
  const open = items.length === 0 ? [mrkdwn`:white_check_mark: Nothing is open.`] : [];
  return [mrkdwn`Since ${time(since)} (${ageWords(since, at)}) ${words}.`, ...open];
}

/** The items that stand in the message itself. */
export function chosenIn({ items }: Content): Item[] {
  return chosenItems(items, MOST_LINES, EACH_SECTION);
}

function body(
  content: Content,
  { id, assigned }: Pick<Digest, 'id' | 'assigned'>,
  over = false,
): KnownBlock[] {
  const chosen = chosenIn(content);
  const rows = chosen.map((item): Row => {
    const button = id === '' || over ? undefined : takeOverOf(item, { id, assigned });
    return { line: itemLine(item, content.at, assigned), button };
  });
  const pairs = content.pairs.length > 0 ? [{ line: pairsLine(content.pairs) }] : [];
  const blocks = rowBlocks([...rows, ...pairs]);
  const left = content.items.length - chosen.length;
  const notes = [
    ...(left > 0 ? [mrkdwn`${counted(left, 'line')} more${id === '' ? '' : ' in the thread'}.`] : []),
    ...(id === '' || chosen.length === 0 ? [] : [ASSIGNING]),
    ...gapLines(content),
  ];
  const [first, ...rest] = notes;
  return first === undefined ? blocks : [...blocks, context(first, ...rest)];
}

function pairsLine(pairs: Content['pairs']): Mrkdwn {
  const words = pairs.slice(0, 20).map((pair) => {
    const people = joined(pair.map(person), ' and ');
    return pair.length === 1 ? mrkdwn`${people} alone` : people;
  });
  return mrkdwn`:busts_in_silhouette: Pairs this week: ${joined(words, '; ')}`;
}
