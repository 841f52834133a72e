import type { KnownBlock } from '@slack/types';
import type { Deployment, Live } from '../deployments/deployment.ts';
import type { Run } from '../deployments/run.ts';
import type { Frozen } from '../freezes/freeze.ts';
import type { LockEvent } from '../locks/event.ts';
import { lockHistoryLine } from './lock-history.ts';
import { claimLines, type Claims } from './lock-list.ts';
import { lengthOf, LOOK, lookOf, whatIsDeployed, whatIsLive, whatRuns } from './deployment.ts';
import { whatFreezes } from './freeze.ts';
import {
  code,
  context,
  joined,
  MOST_LETTERS,
  type Mrkdwn,
  mrkdwn,
  person,
  section,
  sections,
  summaryText,
  time,
  type View,
} from './view.ts';

export interface EnvironmentStatus {
  readonly name: string;
  readonly services: readonly string[];
  readonly live: ReadonlyMap<string, Live> | 'unreadable';
  readonly runs: ReadonlyMap<string, Run> | 'unreadable';
  readonly locks: Claims | 'unreadable';
  /** What waits for approvals or for its turn. */
  readonly waiting: readonly Deployment[] | 'unreadable';
  /** What broke the glass and waits for its review. */
  readonly unreviewed: readonly Deployment[] | 'unreadable';
  /** Undefined when it is open. */
  readonly frozen: Frozen | 'unreadable' | undefined;
}

/** What is where: for each environment its services, what runs, what freezes it, and who holds a lock. */
export function statusView(environments: readonly EnvironmentStatus[], now: Date): View {
  const most = environments.length === 1 ? MOST_LETTERS : MOST_OF_ONE;
  const drawn = environments.map((environment) => sections(environmentLines(environment, now), most));
  const shown = drawn.slice(0, howManyFit(drawn));
  const left = drawn.length - shown.length;
  const more = context(mrkdwn`${left} more: name one, as in ${code('/deploy status staging')}`);
  const names = environments.slice(0, shown.length).map(({ name }) => name);
  return {
    text: summaryText(`What is live on ${names.join(', ')}`),
    blocks: left > 0 ? [...shown.flat(), more] : shown.flat(),
  };
}

/** Letters of one environment where there are others. */
const MOST_OF_ONE = 2_900;
const MOST_ENVIRONMENTS = 20;

function howManyFit(drawn: readonly (readonly KnownBlock[])[]): number {
  let letters = 0;
  const tooMany = drawn.findIndex((blocks) => (letters += JSON.stringify(blocks).length) > MOST_LETTERS);
  return Math.min(tooMany === -1 ? drawn.length : Math.max(tooMany, 1), MOST_ENVIRONMENTS);
}

function environmentLines(status: EnvironmentStatus, now: Date): Mrkdwn[] {
  const { name, services, live, runs, locks, frozen, waiting, unreviewed } = status;
  return [
    mrkdwn`*${name}*`,
    ...freezeLines(frozen),
    ...lockLines(locks, now),
    ...(runs === 'unreadable' ? [mrkdwn`:warning: what runs cannot be read, so it blocks`] : []),
    ...services.map((service) => {
      const running = runs === 'unreadable' ? undefined : runs.get(service);
      const what = liveOf(live, service);
      const line = mrkdwn`• *${service}*: ${what}`;
      if (running === undefined) return line;
      const icon = running.lost === undefined ? LOOK.in_progress.icon : LOOK.unknown.icon;
      return mrkdwn`${line}\n    ${{ mrkdwn: icon }} ${whatRuns(running)}`;
    }),
    ...waitingLines(waiting),
    ...reviewLines(unreviewed),
  ];
}

const MOST_WAITING = 5;

function waitingLines(waiting: EnvironmentStatus['waiting']): Mrkdwn[] {
  if (waiting === 'unreadable') return [mrkdwn`:warning: what waits cannot be read`];
  const lines = waiting.slice(0, MOST_WAITING).map((deployment) => {
    const { id, state, service, requestedBy, createdAt } = deployment;
    const { icon, words } = LOOK[state];
    return mrkdwn`${{ mrkdwn: icon }} *${service}* ${words}: ${whatIsDeployed(deployment)}, asked for by ${person(requestedBy)} ${time(createdAt)} (${code(id)})`;
  });
  return waiting.length > MOST_WAITING
    ? [...lines, mrkdwn`and ${waiting.length - MOST_WAITING} more wait`]
    : lines;
}

function reviewLines(unreviewed: EnvironmentStatus['unreviewed']): Mrkdwn[] {
  if (unreviewed === 'unreadable') return [mrkdwn`:warning: what waits for a review cannot be read`];
  return unreviewed.map(
    ({ id, service, requestedBy }) =>
      mrkdwn`:rotating_light: *${service}*: the break-glass of ${person(requestedBy)} waits for somebody to review it, with ${code(`/deploy review ${id}`)}`,
  );
}

function liveOf(live: EnvironmentStatus['live'], service: string): Mrkdwn {
  if (live === 'unreadable') return mrkdwn`what is live cannot be read`;
  const now = live.get(service);
  return now === undefined ? mrkdwn`nothing deployed yet` : whatIsLive(now);
}

function freezeLines(frozen: EnvironmentStatus['frozen']): Mrkdwn[] {
  if (frozen === undefined) return [];
  if (frozen === 'unreadable')
    return [mrkdwn`:snowflake: a freeze that cannot be read blocks it (${code('frozen')})`];
  return [mrkdwn`:snowflake: ${whatFreezes(frozen)}`];
}

function lockLines(locks: EnvironmentStatus['locks'], now: Date): Mrkdwn[] {
  if (locks === 'unreadable')
    return [mrkdwn`:lock: locks that cannot be read block it (${code('lock_ambiguous')})`];
  return claimLines(locks, now);
}

export interface History {
  readonly deployments: readonly Deployment[];
  readonly locks: readonly LockEvent[];
}

/** The last deployments and what became of locks, newest first; at most so many lines. */
export function historyView({ deployments, locks }: History, where: string | undefined, most: number): View {
  const place = where === undefined ? 'anywhere' : `on ${where}`;
  const lines = [
    ...deployments.map((deployment) => ({ at: deployment.createdAt, line: historyLine(deployment) })),
    ...locks.map((event) => ({ at: event.at, line: lockHistoryLine(event) })),
  ].toSorted((one, other) => Number(other.at) - Number(one.at));
  if (lines.length === 0) {
    const nothing = mrkdwn`Nothing has been deployed or locked ${place} yet.`;
    return { text: 'No deployments yet', blocks: [section(nothing)] };
  }
  return {
    text: `The last deployments and locks ${place}`,
    blocks: [
      section(mrkdwn`*The last deployments and locks ${place}*`),
      ...lines.slice(0, most * 2).map(({ line }) => section(line)),
    ],
  };
}

function historyLine(deployment: Deployment): Mrkdwn {
  const { id, service, environment, requestedBy, createdAt, startedAt, endedAt, reason } = deployment;
  const took =
    startedAt === null || endedAt === null ? mrkdwn`` : mrkdwn`, took ${lengthOf(startedAt, endedAt)}`;
  const why = reason === null ? mrkdwn`` : mrkdwn` ${code(reason)}`;
  return joined([
    mrkdwn`${{ mrkdwn: lookOf(deployment).icon }} *${service}* on *${environment}*: ${whatIsDeployed(deployment)}`,
    mrkdwn`${person(requestedBy)} ${time(createdAt)}${took}${why} · ${code(id)}`,
  ]);
}
