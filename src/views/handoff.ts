import type { KnownBlock } from '@slack/types';
import type { Deployment } from '../deployments/deployment.ts';
import type { Digest, DigestState, Item } from '../handoffs/digest.ts';
import type { DueHandoff } from '../handoffs/schedule.ts';
import { approvalButtons } from './approval.ts';
import { lookOf } from './deployment.ts';
import { openWords, type Standing, standing } from './digest.ts';
import { itemLine } from './digest-lines.ts';
import {
  buttons,
  code,
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

export interface CurrentFacts {
  /** The reader's; undefined for somebody of no site. */
  readonly site: string | undefined;
  readonly current: Standing;
  readonly next: {
    readonly gives?: DueHandoff | undefined;
    readonly takes?: DueHandoff | undefined;
  };
  /** The last digest for the reader's site. */
  readonly last: Digest | undefined;
}

/** How things stand for one reader, and who hands over to whom next. */
export function currentView({ site, current, next, last }: CurrentFacts): View {
  const title = site === undefined ? mrkdwn`*Where things stand*` : mrkdwn`*Where things stand for ${site}*`;
  const lines = [
    ...(next.takes === undefined
      ? []
      : [mrkdwn`*${next.takes.from}* hands over to you ${time(next.takes.at)}.`]),
    ...(next.gives === undefined
      ? []
      : [mrkdwn`You hand over to *${next.gives.to ?? 'nobody'}* ${time(next.gives.at)}.`]),
    ...(last === undefined ? [] : [mrkdwn`The last handoff: ${historyLine(last)}`]),
  ];
  const [first, ...rest] = lines;
  const view = standing(title, { ...current, site });
  const canTake = last !== undefined && last.taken === null && last.state === 'posted';
  const take = canTake
    ? [buttons({ label: 'I have it', command: `handoff take ${last.id}`, style: 'primary' })]
    : [];
  const end = first === undefined ? [] : [context(first, ...rest)];
  return { text: view.text, blocks: [...view.blocks, ...end, ...take] };
}

/** What the next digest would say if it were made now. */
export function previewView({
  due,
  ...current
}: Omit<Standing, 'left'> & { readonly due: DueHandoff }): View {
  const way = due.to === undefined ? `${due.from}, which nobody takes` : `${due.from} to ${due.to}`;
  return standing(mrkdwn`*Preview of the handoff ${way}*, due ${time(due.at)}`, { ...current, left: 0 });
}

const STATES: Readonly<Record<DigestState, string>> = {
  due: 'is being made',
  built: 'is on its way',
  posted: 'nobody has said that they have it',
  taken: 'taken',
  missed: 'was missed; the next one tells it',
};

/** The last handoffs, newest first, and who took them. */
export function handoffHistoryView(digests: readonly Digest[]): View {
  if (digests.length === 0) {
    return { text: 'No handoffs yet', blocks: [section(mrkdwn`There has been no handoff yet.`)] };
  }
  const lines = digests.map((digest) => mrkdwn`• ${historyLine(digest)}`);
  return {
    text: digests.length === 1 ? 'The last handoff' : `The last ${digests.length} handoffs`,
    blocks: [section(mrkdwn`*The last handoffs*`), ...pairs(lines).map((pair) => section(joined(pair)))],
  };
}

/** For whoever says that they have it. */
export function digestTaken({ taken, from, content }: Digest, reader: string): View {
  const open = content === null ? '' : ` ${openWords(content)}`;
  const line =
    taken?.by === reader
      ? mrkdwn`:handshake: You have the handoff of *${from}*, since ${time(taken.at)}:${open}.`
      : mrkdwn`:handshake: ${person(taken?.by ?? '')} has the handoff of *${from}* already. Nothing was changed.`;
  return { text: summaryText(`The handoff of ${from}`), blocks: [section(line)] };
}

/** `waits`: the deployment that the item waits with; `may`: whether its reader may approve it. */
export function itemTaken(item: Item, waits?: Deployment, may = false): View {
  const view = about(item, mrkdwn`:handshake: It is yours now, and the digest shows it:`);
  return waits === undefined ? view : { ...view, blocks: [...view.blocks, approvalStep(waits, may)] };
}

/** The line itself approves nothing: the buttons, who may press them, or what became of it. */
function approvalStep(deployment: Deployment, may: boolean): KnownBlock {
  const { state, environment, approvers, approvals } = deployment;
  if (state !== 'awaiting_approval') {
    return section(mrkdwn`It waits for no approval any more: it ${lookOf(deployment).words}.`);
  }
  if (may) return approvalButtons(deployment);
  const asked = approvers.filter((id) => !approvals.some(({ by }) => by === id)).map(person);
  const who = asked.length === 0 ? mrkdwn`an approver of *${environment}*` : joined(asked, ' or ');
  return section(mrkdwn`You cannot approve it; ${who} can.`);
}

export function itemAssigned(item: Item, to: string): View {
  return about(item, mrkdwn`:handshake: ${person(to)} has it now, and the digest shows it:`);
}

/** For the person to whom it was given. */
export function itemGiven(item: Item, by: string): View {
  return about(item, mrkdwn`:handshake: ${person(by)} gave you an open item of the handoff:`);
}

function about(item: Item, line: Mrkdwn): View {
  const lines = [line, itemLine({ ...item, since: null }, new Date(0), {})];
  return { text: summaryText(`${item.where} ${item.what}`), blocks: [section(joined(lines))] };
}

function historyLine({ id, from, to, dueAt, state, late, taken, content }: Digest): Mrkdwn {
  const who =
    taken === null ? mrkdwn`${STATES[state]}` : mrkdwn`${person(taken.by)} took it ${time(taken.at)}`;
  const open = content === null ? '' : `, ${openWords(content)}`;
  return mrkdwn`*${from}* to *${to ?? 'nobody'}* ${time(dueAt)}${late ? ' (late)' : ''}: ${who}${open} ${code(id)}`;
}

function pairs(lines: readonly Mrkdwn[]): Mrkdwn[][] {
  return Array.from({ length: Math.ceil(lines.length / 5) }, (_, index) =>
    lines.slice(index * 5, index * 5 + 5),
  );
}
