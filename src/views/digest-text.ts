import { ageWords } from '../handoffs/age.ts';
import { type Digest, type Ended, type Item, SECTIONS } from '../handoffs/digest.ts';
import { clocksAt, clockText } from '../sites/wall-time.ts';
import { datesOf, endedWords, LOOK } from './digest-lines.ts';
import type { DigestText } from './digest-mail.ts';

export interface Zone {
  readonly site: string;
  readonly timezone: string;
}

/** A mail is read by somebody who did not ask for it: the most urgent of each section. */
const MOST_LINES = 40;

/** What a digest says in plain words, for those who do not read it in Slack; times by the clocks of the sites. */
export function digestText(
  { from, to, date, late, folded, content }: Digest,
  zones: readonly Zone[],
): DigestText {
  const title = `Handoff ${from} to ${to ?? 'nobody'}, ${date}`;
  if (content === null) return { title, intro: [], sections: [], url: null };
  const { since, at, items, ended, gaps } = content;
  const when = (moment: Date) => zones.map((zone) => clock(moment, zone)).join(', ');
  const deployed = ended.length === 0 ? 'nothing was deployed' : `deployed: ${endedWords(ended)}`;
  const sections = SECTIONS.map((name) => {
    const lines = items.filter((one) => one.section === name).map((one) => itemText(one, at, when));
    return { title: LOOK[name].title, lines: cut(lines) };
  });
  const failed = ended.filter(({ state }) => state === 'failure').map((one) => endedText(one, when));
  return {
    title,
    intro: [
      `As of ${when(at)}${late ? ' (late)' : ''}. Since ${ageWords(since, at)}: ${deployed}.`,
      ...(folded.length === 0 ? [] : [`It also tells what did not reach you before: ${datesOf(folded)}.`]),
      ...(items.length === 0 ? ['Nothing is open.'] : []),
      ...gaps,
    ],
    sections: [...sections, { title: 'Deployments that failed', lines: cut(failed) }].filter(
      ({ lines }) => lines.length > 0,
    ),
    url: null,
  };
}

const HEAD = ['environment', 'service', 'ref', 'state', 'reason', 'by', 'name', 'ended_at', 'seconds'];

/** The figures of all that ended, with a heading: rows of a table. */
export function endedRows(ended: readonly Ended[]): (string | number | null)[][] {
  const rows = ended.map(({ environment, service, ref, state, reason, by, name, endedAt, seconds }) => {
    return [environment, service, ref, state, reason, by, name, endedAt.toISOString(), seconds];
  });
  return [HEAD, ...rows];
}

/** One item in plain words: what, where, whose, since when, what next. */
export function itemText(
  { what, where, said, owner, since, at: moment, next }: Item,
  at: Date,
  when: (moment: Date) => string,
): string {
  const parts = [
    where === '' ? what : `${where}: ${what}`,
    ...(owner === '' ? [] : [`<@${owner}>`]),
    ...(since === null ? [] : [ageWords(since, at)]),
    ...(moment === null ? [] : [when(moment)]),
  ];
  const words = said === '' ? '' : `: “${said}”`;
  return `${parts.join(', ')}${words}${next === '' ? '' : ` → ${next}`}`;
}

function endedText(
  { environment, service, ref, by, endedAt, reason }: Ended,
  when: (at: Date) => string,
): string {
  return `${environment}/${service} ${ref}, <@${by}>, ${when(endedAt)}: ${reason}`;
}

function clock(at: Date, { site, timezone }: Zone): string {
  const clocks = clocksAt(at, timezone);
  return `${clocks.toPlainDate().toString()} ${clockText(clocks)} ${site}`;
}

function cut(lines: readonly string[]): string[] {
  const left = lines.length - MOST_LINES;
  return [...lines.slice(0, MOST_LINES), ...(left > 0 ? [`and ${left} more`] : [])];
}
