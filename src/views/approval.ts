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
  const next =
    given >= needed ? 'it goes on now, through all gates' : `it goes on when all ${needed} are there`;
  return {
    text: summaryText(`${given} of ${needed} approvals`),
    blocks: [section(mrkdwn`:white_check_mark: ${begin}: ${given} of ${needed}; ${next}.`)],
  };
}

/** For the one message of a deployment that waits for approvals: who has agreed. */
export function approvalLines({ approvals, approvalsNeeded, approvers, kind, brings }: Deployment): Mrkdwn[] {
  const given = approvals.map(({ by }) => person(by));
  const of = mrkdwn`${given.length} of ${approvalsNeeded} approvals`;
  const asked = approvers.filter((id) => !approvals.some(({ by }) => by === id)).map(person);
  const ask = asked.length === 0 ? mrkdwn`` : mrkdwn` ${joined(asked, ', ')} may approve it.`;
  const who =
    given.length === 0
      ? mrkdwn`Nobody has approved it yet (${of}).${ask}`
      : mrkdwn`Approved by ${joined(given, ', ')} (${of}).${ask}`;
  const what = kind === 'rollback' ? [mrkdwn`It is a rollback to what was live there before.`] : [];
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
  return [...what, ...commits, who];
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
