import type { KnownBlock } from '@slack/types';
import { ageWords, counted } from '../handoffs/age.ts';
import {
  chosenItems,
  type Content,
  type Digest,
  type Ended,
  type Item,
  type Section,
  SECTIONS,
} from '../handoffs/digest.ts';
import {
  endedLine,
  endedWords,
  gapLines,
  inPieces,
  isCut,
  itemLine,
  LOOK,
  wholeItemLine,
} from './digest-lines.ts';
import {
  buttons,
  context,
  joined,
  lineWithButton,
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
/** One message of the thread: Slack refuses very long ones without saying where the limit is. */
const THREAD_LETTERS = 9_000;

/** The one message of a digest. */
export function digestView(digest: Digest): View {
  const { from, to, content, taken, id } = digest;
  const way = to === null ? `${from}, nobody takes it` : `${from} to ${to}`;
  if (content === null)
    return { text: summaryText(`Handoff ${way}`), blocks: [section(mrkdwn`*Handoff ${way}*`)] };
  const have =
    taken === null
      ? buttons({ label: 'I have it', command: `handoff take ${id}`, style: 'primary' })
      : section(mrkdwn`:handshake: ${person(taken.by)} has it since ${time(taken.at)}.`);
  return {
    text: summaryText(`Handoff ${way}: ${openWords(content)}`),
    blocks: [section(joined(heading(digest, content, way))), ...body(content, digest), have],
  };
}

/** What a digest would say now, or how things stand, for one reader: nothing in it can be taken. */
export function standing(title: Mrkdwn, content: Content, left = 0): View {
  const lines = [title, ...sinceLines(content)];
  const more =
    left > 0
      ? [context(mrkdwn`${counted(left, 'line')} more of other people and services: /handoff preview`)]
      : [];
  return {
    text: summaryText(openWords(content)),
    blocks: [section(joined(lines)), ...body(content, { id: '', assigned: {} }), ...more],
  };
}

/** The messages of its thread: each section of which something was left out or cut, then what has ended, by environment. */
export function digestThread({ content, assigned }: Pick<Digest, 'content' | 'assigned'>): View[] {
  if (content === null) return [];
  const chosen = new Set(chosenItems(content.items, MOST_LINES, EACH_SECTION));
  const cut = SECTIONS.filter((name) =>
    content.items.some((one) => one.section === name && (!chosen.has(one) || isCut(one))),
  );
  const environments = [...new Set(content.ended.map(({ environment }) => environment))].toSorted();
  return [
    ...cut.map((name) => sectionPart(name, content, assigned)),
    ...environments.slice(0, 10).map((environment) => endedPart(environment, content)),
  ];
}

/** For the lead of a site whose people have not said that they have it. */
export function leadTold({ id, from, to, dueAt, content }: Digest): View {
  const lines = [
    mrkdwn`:wave: Nobody of ${to ?? 'your site'} has said yet that they have the handoff of ${from} of ${time(dueAt)}.`,
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
      : mrkdwn`It also tells what did not reach you before: ${folded.slice(-5).join(', ')}.`;
  const extra = [when, before].filter((line) => line !== undefined);
  return [mrkdwn`*Handoff ${way}*, ${time(dueAt)}`, ...extra, ...sinceLines(content)];
}

function sinceLines({ since, at, ended, items }: Content): Mrkdwn[] {
  const words = ended.length === 0 ? 'nothing was deployed' : `deployed: ${endedWords(ended)}`;
  const open = items.length === 0 ? [mrkdwn`:white_check_mark: Nothing is open.`] : [];
  return [mrkdwn`Since ${time(since)} (${ageWords(since, at)}) ${words}.`, ...open];
}

function body(content: Content, { id, assigned }: Pick<Digest, 'id' | 'assigned'>): KnownBlock[] {
  const chosen = chosenItems(content.items, MOST_LINES, EACH_SECTION);
  const blocks: KnownBlock[] = [];
  let plain: Mrkdwn[] = [];
  const flush = () => {
    blocks.push(...inPieces(plain).map(section));
    plain = [];
  };
  for (const item of chosen) {
    const line = itemLine(item, content.at, assigned);
    const command = id === '' || assigned[item.id] !== undefined ? undefined : takeOverOf(item, id);
    if (command === undefined) plain.push(line);
    else {
      flush();
      blocks.push(lineWithButton(line, { label: 'Take over', command }, blocks.length));
    }
  }
  if (content.pairs.length > 0) plain.push(pairsLine(content.pairs));
  flush();
  const left = content.items.length - chosen.length;
  const notes = [
    ...(left > 0 ? [mrkdwn`${counted(left, 'line')} more${id === '' ? '' : ' in the thread'}.`] : []),
    ...gapLines(content),
  ];
  const [first, ...rest] = notes;
  return first === undefined ? blocks : [...blocks, context(first, ...rest)];
}

function pairsLine(pairs: Content['pairs']): Mrkdwn {
  const words = pairs.slice(0, 20).map((pair) => joined(pair.map(person), ' and '));
  return mrkdwn`:busts_in_silhouette: Pairs this week: ${joined(words, '; ')}`;
}

function takeOverOf({ id: item, section: name, lock }: Item, digest: string): string | undefined {
  if (lock !== null) return `handoff take ${digest} --lock ${lock.id}`;
  return name === 'awaiting' ? `handoff take ${digest} --item ${item}` : undefined;
}

function sectionPart(name: Section, content: Content, assigned: Digest['assigned']): View {
  const { icon, title } = LOOK[name];
  const items = content.items.filter((one) => one.section === name);
  const lines = items.map((item) => wholeItemLine(item, content.at, assigned));
  return part(mrkdwn`${{ mrkdwn: icon }} *${title}* (${items.length})`, lines, title);
}

/** Failures first. */
function endedPart(environment: string, { ended }: Content): View {
  const there = ended.filter((one) => one.environment === environment);
  const isFailed = ({ state }: Ended) => state === 'failure';
  const sorted = [...there.filter(isFailed), ...there.filter((one) => !isFailed(one))];
  const title = `Deployments to ${environment}`;
  return part(mrkdwn`*${title}* (${there.length})`, sorted.map(endedLine), title);
}

function part(title: Mrkdwn, lines: readonly Mrkdwn[], text: string): View {
  let letters = 0;
  const shown = lines.filter(({ mrkdwn: line }) => (letters += line.length) <= THREAD_LETTERS);
  const left = lines.length - shown.length;
  const rest = left > 0 ? [mrkdwn`… and ${left} more`] : [];
  return { text: summaryText(text), blocks: inPieces([title, ...shown, ...rest]).map(section) };
}
