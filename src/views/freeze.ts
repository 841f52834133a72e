import type { Frozen } from '../freezes/freeze.ts';
import type { SetFreeze } from '../freezes/set-freeze.ts';
import {
  code,
  joined,
  type Mrkdwn,
  mrkdwn,
  person,
  section,
  smallPrint,
  summaryText,
  time,
  type View,
} from './view.ts';

export interface FreezeNews {
  readonly environment: string;
  readonly freeze: SetFreeze;
  /** The one that was in force until then. */
  readonly replaced: SetFreeze | undefined;
  /** When the environment opens, with the freezes of the configuration; null when it never opens by itself. */
  readonly opens: Date | null;
}

/** For the channel: somebody has frozen an environment, or changed how long and why. */
export function freezeSet({ environment, freeze, replaced, opens }: FreezeNews): View {
  const { by, reason, until } = freeze;
  const lines = [
    mrkdwn`:snowflake: ${person(by)} froze *${environment}* until ${time(until)} because “${reason}”.`,
    ...(replaced === undefined
      ? []
      : [mrkdwn`That takes the place of the freeze by ${person(replaced.by)} ${untilAndWhy(replaced)}.`]),
    ...(opens?.getTime() === until.getTime()
      ? []
      : [mrkdwn`The configuration keeps it frozen longer: ${opening(opens)}.`]),
    mrkdwn`An admin opens it earlier with ${code(`/thaw ${environment}`)}.`,
  ];
  return { text: summaryText(`${environment} is frozen`), blocks: [section(joined(lines))] };
}

export interface ThawNews {
  readonly environment: string;
  readonly by: string;
  /** Undefined when what was removed could not be read. */
  readonly lifted: SetFreeze | undefined;
  /** Why, when it was said. */
  readonly because: string | undefined;
  /** What it is frozen by all the same. */
  readonly still: Frozen | undefined;
}

/** For the channel: somebody has lifted a freeze. */
export function freezeLifted({ environment, by, lifted, because, still }: ThawNews): View {
  const why = because === undefined ? mrkdwn`` : mrkdwn`: “${because}”`;
  const what =
    lifted === undefined
      ? mrkdwn`A freeze that could not be read was removed by force.`
      : mrkdwn`The freeze by ${person(lifted.by)} ${untilAndWhy(lifted)} is lifted.`;
  const lines = [
    mrkdwn`:sunny: ${person(by)} thawed *${environment}*${why}.`,
    what,
    ...(still === undefined
      ? []
      : [mrkdwn`It stays frozen by the configuration (“${still.reason}”): ${opening(still.until)}.`]),
  ];
  return {
    text: summaryText(still === undefined ? `${environment} is thawed` : `${environment} stays frozen`),
    blocks: [section(joined(lines))],
  };
}

/** For whoever thaws what is not frozen. */
export function notFrozen(environment: string): View {
  const text = summaryText(`${environment} is not frozen`);
  return { text, blocks: [section(mrkdwn`:sunny: *${environment}* is not frozen.`)] };
}

/** For whoever thaws what only the configuration freezes: when it opens, and the ways to open it earlier. */
export function frozenByConfiguration(environment: string, frozen: Frozen, reference: string): View {
  const lines = [
    mrkdwn`:snowflake: The configuration freezes *${environment}* because “${frozen.reason}”: ${opening(frozen.until)}.`,
    mrkdwn`${code('/thaw')} lifts what a person has set. Change the configuration's freezes in ${code('baton.yml')}; in need, an admin passes them once with ${code(`/deploy ${environment} --break-glass because …`)}.`,
  ];
  return {
    text: summaryText(`The configuration freezes ${environment}`),
    blocks: [section(joined(lines)), smallPrint('frozen', reference)],
  };
}

/** `frozen by @ben until …: “sale”`, with the next opening in the reader's own time. */
export function whatFreezes({ by, reason, until }: Frozen): Mrkdwn {
  const who = by === null ? mrkdwn`` : mrkdwn` by ${person(by)}`;
  const end = until === null ? mrkdwn` and never opens by itself` : mrkdwn` until ${time(until)}`;
  return mrkdwn`frozen${who}${end}: “${reason}”`;
}

function opening(until: Date | null): Mrkdwn {
  return until === null ? mrkdwn`it never opens by itself` : mrkdwn`it opens ${time(until)}`;
}

function untilAndWhy({ until, reason }: SetFreeze): Mrkdwn {
  return mrkdwn`until ${time(until)} because “${reason}”`;
}
