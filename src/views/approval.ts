import type { KnownBlock } from '@slack/types';
import type { Brings, Deployment } from '../deployments/deployment.ts';
import type { ComparedCommit } from '../github/compare.ts';
import { whatItBrings } from './compare.ts';
import {
  buttons,
  code,
  joined,
  type Mrkdwn,
  mrkdwn,
  person,
  section,
  summaryText,
  type View,
} from './view.ts';

/** For whoever approved: how many approvals there are now. */
export function approvedNote({
  deployment,
  given,
  needed,
  again,
}: {
  readonly deployment: Deployment;
  readonly given: number;
  readonly needed: number;
  readonly again: boolean;
}): View {
  const { service, environment, sha } = deployment;
  const what = mrkdwn`*${service}* on *${environment}* at ${code(sha.slice(0, 7))}`;
  const begin = again ? mrkdwn`You had approved ${what} already` : mrkdwn`You approved ${what}`;
  const count = howMany(given, needed);
  const next =
    given >= needed ? 'it goes on now, through all gates' : `it goes on when all ${needed} are there`;
  return {
    text: summaryText(`${count} approvals`),
    blocks: [section(mrkdwn`:white_check_mark: ${begin}: ${count}; ${next}.`)],
  };
}

/** Of those who agree at the same moment there may be more than are needed. */
function howMany(given: number, needed: number): string {
  return `${Math.min(given, needed)} of ${needed}`;
}

/** For the one message of a deployment that waits for approvals: who has agreed. */
export function approvalLines(deployment: Deployment): Mrkdwn[] {
  const { approvals, approvalsNeeded, approvers, brings } = deployment;
  const given = approvals.map(({ by }) => person(by));
  const of = mrkdwn`${howMany(given.length, approvalsNeeded)} approvals`;
  const asked = approvers.filter((id) => !approvals.some(({ by }) => by === id)).map(person);
  const enough = given.length >= approvalsNeeded;
  const ask = enough || asked.length === 0 ? mrkdwn`` : mrkdwn` ${joined(asked, ', ')} may approve it.`;
  const who =
    given.length === 0
      ? mrkdwn`Nobody has approved it yet (${of}).${ask}`
      : mrkdwn`Approved by ${joined(given, ', ')} (${of}).${ask}`;
  const commits =
    brings === null
      ? []
      : [
          whatItBrings({
            kind: 'compared',
            truncated: false,
            ...brings,
            commits: brings.commits.map(asCompared),
          }),
        ];
  return [...commits, ...gateLines(deployment), who];
}

/** It waits for nothing else; a break-glass has a line of its own. */
function gateLines({ breakGlass, waits }: Deployment): Mrkdwn[] {
  if (breakGlass !== null) return [];
  const state = waits
    ? 'Nothing but a lock or another deployment may be in its way'
    : 'Every other gate was open';
  return [mrkdwn`${state} when it was asked for; all gates are asked again before it starts.`];
}

function asCompared(commit: Brings['commits'][number]): ComparedCommit {
  return { ...commit, pullRequest: commit.pullRequest };
}

export function approvalButtons({ id }: Deployment): KnownBlock {
  return buttons(
    { label: 'Approve', command: `deploy approve ${id}`, style: 'primary' },
    { label: 'Reject', command: `deploy reject ${id}`, style: 'danger' },
  );
}

/** For whoever rejected it. */
export function rejectedNote({ id, service, environment, requestedBy }: Deployment): View {
  const line = mrkdwn`:no_entry_sign: You rejected *${service}* on *${environment}* (${code(id)}); ${person(requestedBy)} is told.`;
  return { text: summaryText('Rejected'), blocks: [section(line)] };
}
