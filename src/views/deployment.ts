import { isRemoteEnvironment } from '../config/remote-name.ts';
import type { Deployment, DeploymentState, Live } from '../deployments/deployment.ts';
import { approvalLines } from './approval.ts';
import { offersFor } from './deployment-offers.ts';
import { verdictLines } from './lost.ts';
import type { Run } from '../deployments/run.ts';
import {
  code,
  context,
  joined,
  link,
  type Mrkdwn,
  mrkdwn,
  output,
  person,
  section,
  summaryText,
  time,
  type View,
} from './view.ts';

/** What is over before somebody has read it needs no estimate. */
const WORTH_SAYING_SECONDS = 10;

/** How each state looks and reads, in messages and lists alike. */
export const LOOK = {
  awaiting_approval: { icon: ':raised_hand:', words: 'waits for an approval' },
  waiting: { icon: ':hourglass:', words: 'waits for its turn' },
  queued: { icon: ':hourglass:', words: 'is queued' },
  in_progress: { icon: ':rocket:', words: 'is in progress' },
  success: { icon: ':white_check_mark:', words: 'is live' },
  failure: { icon: ':x:', words: 'failed' },
  cancelled: { icon: ':no_entry_sign:', words: 'was cancelled' },
  superseded: { icon: ':fast_forward:', words: 'was superseded' },
  unknown: { icon: ':warning:', words: 'is in an unknown state' },
} as const satisfies Record<DeploymentState, { icon: string; words: string }>;

/** How a deployment looks and reads: a time-out is an end of its own, and its run may have succeeded since. */
export function lookOf({ state, reason, lateEnd }: Deployment): {
  readonly icon: string;
  readonly words: string;
} {
  if (reason !== 'timed_out') return LOOK[state];
  return lateEnd === 'success'
    ? { icon: LOOK.success.icon, words: 'is live, after it had timed out' }
    : { icon: ':alarm_clock:', words: 'timed out' };
}

/** The one message of a deployment, in its present state. */
export function deploymentView(deployment: Deployment): View {
  const { environment, service } = deployment;
  const { icon, words } = lookOf(deployment);
  const lines = [
    mrkdwn`${{ mrkdwn: icon }} *${service}* on *${environment}* ${words}`,
    whatIsDeployed(deployment),
    whoAndWhen(deployment),
    ...story(deployment),
  ];
  return {
    text: summaryText(`${service} on ${environment} ${words}`),
    blocks: [section(joined(lines)), ...offersFor(deployment), context(smallPrint(deployment))],
  };
}

/** For whoever asked for a deployment that ended while they waited. */
export function deploymentEndedFor(deployment: Deployment): View {
  const { id, environment, service, summary, reason, cancelledBy } = deployment;
  const lines = [
    cancelledBy === null
      ? mrkdwn`:no_entry_sign: Your deployment of *${service}* to *${environment}* was not started.`
      : mrkdwn`:no_entry_sign: Your deployment of *${service}* to *${environment}* was not started: ${person(cancelledBy)} has ended it.`,
    mrkdwn`${summary}`,
  ];
  return {
    text: summaryText(`Not deployed: ${service} on ${environment}`),
    blocks: [section(joined(lines)), context(mrkdwn`${code(reason ?? 'cancelled')} · ${code(id)}`)],
  };
}

/** The last lines of a run's output, for the thread; undefined where there is nothing to show. */
export function deploymentOutput(deployment: Deployment): View | undefined {
  const tail = deployment.tail.trimEnd();
  if (tail === '') return undefined;
  const what = deployment.endedAt === null ? 'The output so far' : 'Last lines of the output';
  return {
    text: summaryText(`${what} of ${deployment.id}`),
    blocks: [section(mrkdwn`${what}:\n${output(tail)}`)],
  };
}

/** `main` at `a1b2c3d`, with the commit's title. */
export function whatIsDeployed({ ref, sha, title }: Pick<Deployment, 'ref' | 'sha' | 'title'>): Mrkdwn {
  const commit =
    ref === sha ? mrkdwn`${code(sha.slice(0, 12))}` : mrkdwn`${code(ref)} at ${code(sha.slice(0, 7))}`;
  return title === '' ? commit : mrkdwn`${commit} ${title}`;
}

export function whatIsLive({ ref, sha, since, by }: Live): Mrkdwn {
  return mrkdwn`${code(ref)} at ${code(sha.slice(0, 7))} since ${time(since)}, by ${person(by)}`;
}

/** Who deploys what, and since when; that nobody can tell how it stands. */
export function whatRuns({ deployment, requestedBy, ref, since, lost }: Run): Mrkdwn {
  const begun = mrkdwn`${code(ref)} since ${time(since)} (${code(deployment)})`;
  switch (lost) {
    case undefined:
      return mrkdwn`${person(requestedBy)} deploys ${begun}`;
    case 'unknown':
      return mrkdwn`${person(requestedBy)} deploys ${begun}, and nobody can tell how that ended`;
    case 'timed_out':
      return mrkdwn`${person(requestedBy)} deploys ${begun}: its time is over, and its run may go on`;
  }
}

function whoAndWhen(deployment: Deployment): Mrkdwn {
  const { requestedBy, createdAt, startedAt, endedAt, state, approvals, usualSeconds, cancelledBy } =
    deployment;
  const agreed =
    state === 'awaiting_approval' || approvals.length === 0 ? [] : approvals.map(({ by }) => person(by));
  const by = agreed.length === 0 ? mrkdwn`` : mrkdwn`, approved by ${joined(agreed, ', ')}`;
  const end =
    state === 'cancelled' && cancelledBy !== null ? mrkdwn`, ended by ${person(cancelledBy)}` : mrkdwn``;
  const asked = mrkdwn`Asked for by ${person(requestedBy)} ${time(createdAt)}${by}${end}`;
  if (startedAt === null) return asked;
  if (endedAt !== null) return mrkdwn`${asked}, took ${lengthOf(startedAt, endedAt)}`;
  if (usualSeconds === null || usualSeconds < WORTH_SAYING_SECONDS) return asked;
  const ends = new Date(startedAt.getTime() + usualSeconds * 1_000);
  return mrkdwn`${asked}. Usually takes ${lengthOf(startedAt, ends)}: until about ${time(ends, '{time}')}`;
}

function story(deployment: Deployment): Mrkdwn[] {
  const { state, summary, url, logUrl, environment, service } = deployment;
  const lines: Mrkdwn[] = state === 'awaiting_approval' ? approvalLines(deployment) : [];
  if (deployment.kind === 'rollback') lines.unshift(rollbackLine(deployment));
  if (deployment.breakGlass !== null) lines.push(breakGlassLine(deployment.breakGlass));
  if (summary !== '' && state !== 'success') lines.push(mrkdwn`${summary}`);
  const links = [
    ...(url !== null && state === 'success' ? [link(url, 'Open it')] : []),
    ...(logUrl !== null ? [link(logUrl, 'Log')] : []),
  ];
  if (links.length > 0) lines.push(joined(links, ' · '));
  if (state === 'failure' && deployment.reason !== 'timed_out') {
    const again = isRemoteEnvironment(environment)
      ? `/remote ${service}#${deployment.pullRequest} up`
      : `/deploy ${environment} ${service}`;
    lines.push(
      deployment.previous === null
        ? mrkdwn`Nothing was live before. Fix it and type ${code(again)} again.`
        : mrkdwn`Before it: ${whatIsLive(deployment.previous)}. Fix it and deploy again.`,
    );
  }
  return [...lines, ...openQuestions(deployment)];
}

/** What is not known yet of the run, and who has to say so. */
function openQuestions(deployment: Deployment): Mrkdwn[] {
  const { state, environment, service, runOver, cancelledBy, silentAt, startedAt, endedAt } = deployment;
  const lines: Mrkdwn[] = [];
  if (cancelledBy !== null && !runOver) {
    lines.push(
      mrkdwn`${person(cancelledBy)} has asked for its cancellation. *${service}* stays blocked on *${environment}* until the end of the run is known.`,
    );
  }
  if (state === 'in_progress' && silentAt !== null && startedAt !== null) {
    lines.push(
      mrkdwn`:hourglass: Nothing has been heard of it since its start ${time(startedAt)}. Look at the target itself.`,
    );
  }
  if (state === 'unknown' || (endedAt !== null && !runOver)) {
    lines.push(
      mrkdwn`*${service}* stays blocked on *${environment}* until it is known how the run ended. Deployers of *${environment}*: look at the target itself, and say what happened.`,
    );
  }
  return [...lines, ...verdictLines(deployment)];
}

function rollbackLine({ leaves }: Deployment): Mrkdwn {
  const from = leaves === null ? mrkdwn`` : mrkdwn` from ${code(leaves.slice(0, 7))}`;
  return mrkdwn`:rewind: A rollback${from} to what was live there before.`;
}

function breakGlassLine({ reason, reviewedBy }: NonNullable<Deployment['breakGlass']>): Mrkdwn {
  const review =
    reviewedBy === null
      ? mrkdwn`Somebody else has to review it.`
      : mrkdwn`Reviewed by ${person(reviewedBy)}.`;
  return mrkdwn`:rotating_light: *Break-glass:* “${reason}”. ${review}`;
}

function smallPrint({ id, fence, reason, reference, pullRequest }: Deployment): Mrkdwn {
  const parts = [mrkdwn`${code(id)}`, ...(fence === 0 ? [] : [mrkdwn`fence ${fence}`])];
  if (pullRequest !== null) parts.push(mrkdwn`#${pullRequest}`);
  if (reason !== null) parts.push(mrkdwn`${code(reason)}`);
  parts.push(mrkdwn`reference ${reference}`);
  return joined(parts, ' · ');
}

/** `45 s`, `3 min 20 s`, `1 h 5 min`. */
export function lengthOf(from: Date, to: Date): string {
  const seconds = Math.max(0, Math.round((to.getTime() - from.getTime()) / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
