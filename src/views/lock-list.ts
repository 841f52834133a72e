import type { Deployment } from '../deployments/deployment.ts';
import { isOverdue, type Lock, overlap, type Place, type Warning, waitingFor } from '../locks/lock.ts';
import { itsEnd, place as named } from './lock-words.ts';
import {
  code,
  context,
  joined,
  type Mrkdwn,
  mrkdwn,
  person,
  section,
  sections,
  shortened,
  summaryText,
  time,
  type View,
} from './view.ts';

/** What is claimed of one environment, for the list. */
export interface Claims {
  readonly locks: readonly Lock[];
  readonly line: readonly Place[];
  readonly warnings: readonly Warning[];
}
export type ListedLocks = Claims | { readonly unreadable: string };

/** Every lock, line and warning there is: where, who, since when, until when, why, who waits. */
export function lockList(environments: readonly ListedLocks[], now: Date): View {
  const lines = environments.flatMap((listed) =>
    'unreadable' in listed ? [unreadableLine(listed.unreadable)] : claimLines(listed, now),
  );
  if (lines.length === 0) {
    const free = mrkdwn`:unlock: Nothing is locked. ${code('/lock ENV because REASON')} takes a lock.`;
    return { text: 'Nothing is locked', blocks: [section(free)] };
  }
  const ways = mrkdwn`${code('/lock ENV --wait')} puts you in the line; ${code('/unlock ENV')} gives up what is yours.`;
  return { text: counted(environments), blocks: [...sections(lines), context(ways)] };
}

function counted(environments: readonly ListedLocks[]): string {
  const count = (of: keyof Claims) =>
    environments.reduce((sum, listed) => sum + ('unreadable' in listed ? 0 : listed[of].length), 0);
  const locks = count('locks') + environments.filter((listed) => 'unreadable' in listed).length;
  const warnings = count('warnings');
  const parts = [
    ...(locks === 0 ? [] : [locks === 1 ? '1 lock' : `${locks} locks`]),
    ...(warnings === 0 ? [] : [warnings === 1 ? '1 warning' : `${warnings} warnings`]),
  ];
  return parts.length === 0 ? 'Nothing is locked; somebody waits' : parts.join(' and ');
}

/** One line for each lock and warning, the line of those who wait behind it. */
export function claimLines({ locks, line, warnings }: Claims, now: Date): Mrkdwn[] {
  const unlocked = line.filter((place) => !locks.some((lock) => overlap(lock.scope, place.scope)));
  return [
    ...locks.map((lock) => mrkdwn`:lock: ${listLine(lock, now)}${lineOf(waitingFor(line, lock.scope))}`),
    ...[...new Set(unlocked.map(({ scope }) => scope))].map(
      (scope) =>
        mrkdwn`:hourglass: *${named(scope)}*${lineOf(unlocked.filter((one) => one.scope === scope))}`,
    ),
    ...warnings.map(warningLine),
  ];
}

export function warningLine({ scope, by, reason, until }: Warning): Mrkdwn {
  const end = until === null ? mrkdwn`` : mrkdwn`, until ${time(until)}`;
  return mrkdwn`:warning: *${named(scope)}* ${person(by)} warns${end}: “${shortened(reason)}”`;
}

/** For whoever deploys where somebody warns: it goes on all the same. */
export function warned(
  { id, service, environment }: Pick<Deployment, 'id' | 'service' | 'environment'>,
  warnings: readonly Warning[],
): View {
  const line = mrkdwn`*${service}* on *${environment}* goes on (${code(id)}), and there is a warning:`;
  return {
    text: summaryText(`A warning about ${environment}`),
    blocks: [section(joined([line, ...warnings.map(warningLine)]))],
  };
}

function listLine(lock: Lock, now: Date): Mrkdwn {
  const why = lock.reason === '' ? mrkdwn`` : mrkdwn`: “${shortened(lock.reason)}”`;
  const since = lock.turn ? mrkdwn`next in the line` : mrkdwn`since ${time(lock.since)}`;
  const end = itsEnd(lock, isOverdue(lock, now));
  const offered = lock.offer === null ? mrkdwn`` : mrkdwn`, offered to ${person(lock.offer.to)}`;
  return mrkdwn`*${named(lock.scope)}* ${person(lock.holder)} ${since}${end}${offered}${why}`;
}

function lineOf(waiting: readonly Place[]): Mrkdwn {
  if (waiting.length === 0) return mrkdwn``;
  const names = waiting
    .slice(0, 5)
    .map(
      (place) =>
        mrkdwn`${person(place.person)}${place.deployment === null ? mrkdwn`` : mrkdwn` (deployment)`}`,
    );
  const more = waiting.length > 5 ? mrkdwn` and ${waiting.length - 5} more` : mrkdwn``;
  return mrkdwn` · waiting: ${joined(names, ', ')}${more}`;
}

export function unreadableLine(scope: string): Mrkdwn {
  return mrkdwn`:lock: *${named(scope)}* is blocked by locks that cannot be read (${code('lock_ambiguous')}); ${code(`/unlock ${scope} --force because …`)} is for admins`;
}
