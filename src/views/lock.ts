import type { Deployment } from '../deployments/deployment.ts';
import type { Answer } from '../locks/change.ts';
import {
  ALL,
  type Blocked,
  type Lock,
  type Place,
  overlap,
  type Warning,
  waitingFor,
} from '../locks/lock.ts';
import { because, itsEnd, place as named, unlockButton } from './lock-words.ts';
import {
  type ButtonLook,
  buttons,
  code,
  context,
  joined,
  type Mrkdwn,
  mrkdwn,
  person,
  section,
  shortened,
  smallPrint,
  summaryText,
  time,
  type View,
} from './view.ts';

/** For whoever has the lock: since when, until when, why. `again`: they asked for what they have. */
export function lockHeld(lock: Lock, word: 'already' | 'now' | 'still'): View {
  const where = named(lock.scope);
  const begin = {
    already: mrkdwn`You have held *${where}* since ${time(lock.since)}`,
    now: mrkdwn`You hold *${where}*`,
    still: mrkdwn`You keep *${where}*, held since ${time(lock.since)}`,
  }[word];
  return {
    text: summaryText(`You hold ${where}`),
    blocks: [section(mrkdwn`:lock: ${begin}${itsEnd(lock)}${because(lock)}.`), unlockButton(lock)],
  };
}

/** For whoever asks to unlock what is not locked; `elsewhere` is what they hold beside it. */
export function lockFree(scope: string, elsewhere: readonly Lock[] = []): View {
  const text = `${named(scope)} is not locked`;
  const hint = elsewhere.map((lock) => code(`/unlock ${lock.scope}`));
  const more = hint.length === 0 ? mrkdwn`` : mrkdwn` You hold ${joined(hint, ' and ')}.`;
  return {
    text: summaryText(text),
    blocks: [section(mrkdwn`:unlock: *${named(scope)}* is not locked.${more}`)],
  };
}

/** For `unlock all`: everything that was freed. */
export function allFreed(locks: readonly Lock[], warnings: readonly Warning[]): View {
  if (locks.length + warnings.length === 0) {
    return {
      text: 'You hold no locks',
      blocks: [section(mrkdwn`:unlock: You hold no locks, so nothing was freed.`)],
    };
  }
  const lines = [
    ...locks.map((lock) => mrkdwn`• *${named(lock.scope)}*, held since ${time(lock.since)}${because(lock)}`),
    ...warnings.map(({ scope, reason }) => mrkdwn`• the warning about *${named(scope)}*: “${reason}”`),
  ];
  return {
    text: summaryText(`${lines.length} freed`),
    blocks: [section(joined([mrkdwn`:unlock: Freed:`, ...lines]))],
  };
}

/** For whoever clicks a button of a lock, an offer or a turn that is over. */
export function lockOver(scope: string, lock: Lock | null): View {
  const where = named(scope);
  const now =
    lock === null
      ? mrkdwn`It is not locked now`
      : mrkdwn`Now ${person(lock.holder)} has it, since ${time(lock.since)}`;
  return {
    text: summaryText('That is over'),
    blocks: [section(mrkdwn`What this button was for is over on *${where}*. ${now}; nothing was changed.`)],
  };
}

/** For whoever stands in the line: the place, who has it, and how to leave. */
export function lockWaiting({ place, ahead, lock }: Answer): View {
  const scope = place?.scope ?? '';
  const holder =
    lock === null ? mrkdwn`` : mrkdwn` ${person(lock.holder)} has it${itsEnd(lock)}${because(lock)}.`;
  const lines = [
    mrkdwn`:hourglass: You are number ${ahead + 1} in the line for *${named(scope)}*.${holder}`,
    mrkdwn`You are told by direct message when it is your turn.`,
  ];
  return {
    text: summaryText(`You wait for ${named(scope)}`),
    blocks: [
      section(joined(lines)),
      buttons({ label: 'Leave', command: `lock ${scope} --leave --lock ${place?.id ?? ''}` }),
    ],
  };
}

/** A sentence for one person about what they did: the details are in the channel. */
export function lockNote(icon: string, line: Mrkdwn, summary: string): View {
  return { text: summaryText(summary), blocks: [section(mrkdwn`${{ mrkdwn: icon }} ${line}`)] };
}

/** For whoever meets somebody else's lock: who, since when, until when, why, and every way out. */
export function lockInTheWay(lock: Lock, blocked: Blocked, reference: string): View {
  const { waiting, away } = blocked;
  return {
    text: summaryText(`${named(lock.scope)} is locked`),
    blocks: [
      section(joined([mrkdwn`:lock: ${whoHolds(lock)}.`, waysOut(lock, waiting), ...awayLine(lock, away)])),
      waysOutButtons(lock, blocked),
      smallPrint('locked', reference),
    ],
  };
}

/** `@asha has locked *staging* since …, until …, because …`, without a full stop. */
export function whoHolds(lock: Lock): Mrkdwn {
  const where = named(lock.scope);
  return lock.turn
    ? mrkdwn`*${where}* is kept for ${person(lock.holder)}, whose turn it is${itsEnd(lock)}`
    : mrkdwn`${person(lock.holder)} has locked *${where}* since ${time(lock.since)}${itsEnd(lock)}${because(lock)}`;
}

function waysOut({ scope, holder }: Lock, waiting: readonly Place[]): Mrkdwn {
  const line = waiting.length === 0 ? mrkdwn`` : mrkdwn` (${waiting.length} before you)`;
  const steal = scope === ALL ? mrkdwn`` : mrkdwn`, in need ${code(`/lock ${scope} --steal because …`)}`;
  return mrkdwn`Wait in the line${line}, ask ${person(holder)} for ${code(`/unlock ${scope}`)}${steal}; an admin types ${code(`/unlock ${scope} --force because …`)}.`;
}

export function awayLine({ holder }: Lock, away: Blocked['away']): Mrkdwn[] {
  if (away === undefined) return [];
  const awake =
    away.awake.length === 0 ? mrkdwn`` : mrkdwn` At work now: ${joined(away.awake.map(person), ', ')}.`;
  return [mrkdwn`It is ${away.clock} for ${person(holder)}, outside working hours.${awake}`];
}

/** Wait, and Steal where the person's own reason is known: everybody will read it. */
export function waysOutButtons({ scope, id }: Lock, { reason = '', wanted = scope }: Blocked) {
  const wait: ButtonLook = { label: 'Wait', command: `lock ${wanted} --wait` };
  if (reason === '' || scope === ALL) return buttons(wait);
  return buttons(wait, {
    label: 'Steal',
    command: `lock ${scope} --steal --lock ${id} because ${reason}`,
    style: 'danger',
  });
}

/** For whoever meets locks that cannot be read. */
export function lockUnreadable(scope: string, reference: string): View {
  const where = named(scope);
  const lines = [
    mrkdwn`:lock: The locks stored for *${where}* cannot be read, so they block and were left as they are.`,
    mrkdwn`An admin looks at them in Redis, then removes them with ${code(`/unlock ${scope} --force because …`)}.`,
  ];
  return {
    text: summaryText(`The locks of ${where} cannot be read`),
    blocks: [section(joined(lines)), smallPrint('lock_ambiguous', reference)],
  };
}

/** What is claimed of one environment, for the list. */
export interface Claims {
  readonly locks: readonly Lock[];
  readonly line: readonly Place[];
  readonly warnings: readonly Warning[];
}
export type ListedLocks = Claims | { readonly unreadable: string };

const LINES_A_BLOCK = 10;
const MOST_LINES = 200;

/** Every lock, line and warning there is: where, who, since when, until when, why, who waits. */
export function lockList(environments: readonly ListedLocks[]): View {
  const lines = environments.flatMap((listed) =>
    'unreadable' in listed ? [unreadableLine(listed.unreadable)] : claimLines(listed),
  );
  if (lines.length === 0) {
    const free = mrkdwn`:unlock: Nothing is locked. ${code('/lock ENV because REASON')} takes a lock.`;
    return { text: 'Nothing is locked', blocks: [section(free)] };
  }
  const shown = lines.slice(0, MOST_LINES);
  const blocks = Array.from({ length: Math.ceil(shown.length / LINES_A_BLOCK) }, (_, index) =>
    section(joined(shown.slice(index * LINES_A_BLOCK, (index + 1) * LINES_A_BLOCK))),
  );
  const left = lines.length - shown.length;
  blocks.push(
    context(
      mrkdwn`${left > 0 ? `… and ${left} more. ` : ''}${code('/lock ENV --wait')} stands in a line; ${code('/unlock ENV')} gives up what is yours.`,
    ),
  );
  return { text: lines.length === 1 ? '1 lock' : `${lines.length} locks`, blocks };
}

/** One line for each lock and warning, the line of those who wait behind it. */
export function claimLines({ locks, line, warnings }: Claims): Mrkdwn[] {
  const unlocked = line.filter((place) => !locks.some((lock) => overlap(lock.scope, place.scope)));
  return [
    ...locks.map((lock) => mrkdwn`:lock: ${listLine(lock)}${lineOf(waitingFor(line, lock.scope))}`),
    ...(unlocked.length === 0
      ? []
      : [mrkdwn`:hourglass: *${named(unlocked[0]?.scope ?? '')}*${lineOf(unlocked)}`]),
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

function listLine(lock: Lock): Mrkdwn {
  const why = lock.reason === '' ? mrkdwn`` : mrkdwn`: ${shortened(lock.reason)}`;
  const since = lock.turn ? mrkdwn`next in the line` : mrkdwn`since ${time(lock.since)}`;
  const offered = lock.offer === null ? mrkdwn`` : mrkdwn`, offered to ${person(lock.offer.to)}`;
  return mrkdwn`*${named(lock.scope)}* ${person(lock.holder)} ${since}${itsEnd(lock)}${offered}${why}`;
}

function lineOf(waiting: readonly Place[]): Mrkdwn {
  if (waiting.length === 0) return mrkdwn``;
  const names = waiting
    .slice(0, 5)
    .map((place) => mrkdwn`${person(place.person)}${place.deployment === null ? '' : ' (deployment)'}`);
  const more = waiting.length > 5 ? mrkdwn` and ${waiting.length - 5} more` : mrkdwn``;
  return mrkdwn` · waiting: ${joined(names, ', ')}${more}`;
}

function unreadableLine(scope: string): Mrkdwn {
  return mrkdwn`:lock: *${named(scope)}* locks that cannot be read block it (${code('lock_ambiguous')})`;
}
