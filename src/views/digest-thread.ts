import { type Content, type Digest, type Ended, type Section, SECTIONS } from '../handoffs/digest.ts';
import { chosenIn } from './digest.ts';
import {
  endedLine,
  environmentsIn,
  isCut,
  LOOK,
  type Row,
  rowBlocks,
  takeOverOf,
  wholeItemLine,
} from './digest-lines.ts';
import { type Mrkdwn, mrkdwn, summaryText, type View } from './view.ts';

/** One message of the thread: Slack refuses very long ones without saying where the limit is, and takes 50 blocks. */
const LETTERS = 9_000;
const ROWS = 40;
const MESSAGES = 8;
const ENVIRONMENTS = 10;

type Thread = Pick<Digest, 'id' | 'content' | 'assigned'>;

/**
 * The messages of a digest's thread: each section of which something was left out or cut, then what has ended, by
 * environment. As many of them whatever is assigned or over, for each is edited in its place.
 */
export function digestThread(digest: Thread, over = false): View[] {
  const { content } = digest;
  if (content === null) return [];
  const chosen = new Set(chosenIn(content));
  const cut = SECTIONS.filter((name) =>
    content.items.some((one) => one.section === name && (!chosen.has(one) || isCut(one))),
  );
  return [
    ...cut.flatMap((name) => sectionParts(name, content, { ...digest, over })),
    ...environmentsIn(content.ended)
      .slice(0, ENVIRONMENTS)
      .flatMap((environment) => endedParts(environment, content)),
  ];
}

interface Measured extends Row {
  /** What counts for how many rows a message has. */
  readonly letters: number;
}

function sectionParts(
  name: Section,
  { items, at }: Content,
  digest: Thread & { readonly over: boolean },
): View[] {
  const rows = items
    .filter((one) => one.section === name)
    .map((item): Measured => {
      return {
        line: wholeItemLine(item, at, digest.assigned),
        button: digest.over ? undefined : takeOverOf(item, digest),
        letters: wholeItemLine(item, at, {}).mrkdwn.length,
      };
    });
  const { icon, title } = LOOK[name];
  return parts(rows, title, mrkdwn`${{ mrkdwn: icon }} *${title}* (${rows.length})`);
}

/** Failures first. */
function endedParts(environment: string, { ended }: Content): View[] {
  const there = ended.filter((one) => one.environment === environment);
  const isFailed = ({ state }: Ended) => state === 'failure';
  const sorted = [...there.filter(isFailed), ...there.filter((one) => !isFailed(one))];
  const rows = sorted.map(endedLine).map((line): Measured => ({ line, letters: line.mrkdwn.length }));
  const title = `Deployments to ${environment}`;
  return parts(rows, title, mrkdwn`*${title}* (${rows.length})`);
}

function parts(rows: readonly Measured[], text: string, title: Mrkdwn): View[] {
  const messages: Measured[][] = [[]];
  let letters = 0;
  for (const row of rows) {
    letters += row.letters;
    if (letters > LETTERS || messages.at(-1)?.length === ROWS) {
      messages.push([]);
      letters = row.letters;
    }
    messages.at(-1)?.push(row);
  }
  const shown = messages.slice(0, MESSAGES);
  const left = rows.length - shown.flat().length;
  const end: Row[] = left > 0 ? [{ line: mrkdwn`… and ${left} more` }] : [];
  return shown.map((message, index) => {
    const head: Row = { line: index === 0 ? title : mrkdwn`${title}, continued` };
    const last = index === shown.length - 1 ? end : [];
    return { text: summaryText(text), blocks: rowBlocks([head, ...message, ...last]) };
  });
}
