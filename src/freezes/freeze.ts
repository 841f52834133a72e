import { Temporal } from 'temporal-polyfill';
import { type Freeze, type FreezeMoment, instantOf, parseFreezeMoment } from '../config/freezes.ts';
import type { SetFreeze } from './set-freeze.ts';

/** One of the configuration, or one that a person has set. */
export type AnyFreeze = Freeze | SetFreeze;

/** What a moment is frozen by. Freezes that overlap, or follow each other without a gap, are one. */
export interface Frozen {
  /** All their reasons, in the order in which they come into force: `weekend; year end`. */
  readonly reason: string;
  /** The next moment at which the environment is really open; null when it never opens by itself. */
  readonly until: Date | null;
  /** Who made those that are in force at that moment; what only follows them does not count. */
  readonly source: 'configuration' | 'person' | 'both';
  /** Slack id of who set the one that a person has set, if one is in force. */
  readonly by: string | null;
}

/** A schedule that has no opening for so long counts as one that never opens. Rules of zones repeat yearly. */
const HORIZON_MS = 400 * 86_400_000;

/** What the moment is frozen by; undefined when it is open. */
export function freezeAt(freezes: readonly AnyFreeze[], at: Date): Frozen | undefined {
  const there = inForce(freezes, at.getTime());
  if (there.length === 0) return undefined;
  const { met, until } = follow(freezes, there);
  const now = there.map(({ freeze }) => freeze);
  const setter = now.find(isSet);
  const source = setter === undefined ? 'configuration' : now.every(isSet) ? 'person' : 'both';
  const reasons = new Set(Array.from(met, ({ reason }) => reason));
  return { reason: [...reasons].join('; '), until, source, by: setter?.by ?? null };
}

/** The first open moment from `at` on: itself when it is open. Null when it never opens by itself. */
export function nextOpening(freezes: readonly AnyFreeze[], at: Date): Date | null {
  const frozen = freezeAt(freezes, at);
  return frozen === undefined ? at : frozen.until;
}

export interface FreezePeriod extends Omit<Frozen, 'until'> {
  /** Null when it was frozen before the span already. */
  readonly begins: Date | null;
  /** The first open moment after it, within the span or later; null when it never opens by itself. */
  readonly ends: Date | null;
}

/** What begins or ends in the span (`to` excluded), in order. What covers all of it does neither. */
export function freezesBetween(freezes: readonly AnyFreeze[], from: Date, to: Date): FreezePeriod[] {
  const periods: FreezePeriod[] = [];
  const before = new Date(from.getTime() - 1);
  for (let at: Date | undefined = from; at !== undefined && at < to; ) {
    const frozen = freezeAt(freezes, at);
    if (frozen === undefined) {
      at = nextBeginning(freezes, at);
      continue;
    }
    const { until: ends, ...what } = frozen;
    const begins = at === from && freezeAt(freezes, before) !== undefined ? null : at;
    if (begins !== null || (ends !== null && ends < to)) periods.push({ ...what, begins, ends });
    at = ends ?? undefined;
  }
  return periods;
}

function nextBeginning(freezes: readonly AnyFreeze[], at: Date): Date | undefined {
  const starts = freezes
    .flatMap((freeze) => stretchesNear(freeze, at.getTime()))
    .map(({ from }) => from)
    .filter((from) => from > at.getTime());
  return starts.length === 0 ? undefined : new Date(Math.min(...starts));
}

interface InForce {
  readonly freeze: AnyFreeze;
  /** When it ends, in milliseconds. */
  readonly to: number;
}

function inForce(freezes: readonly AnyFreeze[], at: number): InForce[] {
  return freezes.flatMap((freeze) => {
    const stretch = stretchesNear(freeze, at).find(({ from, to }) => from <= at && at < to);
    return stretch === undefined ? [] : [{ freeze, to: stretch.to }];
  });
}

/** From one end to the next, until nothing is in force any more. */
function follow(freezes: readonly AnyFreeze[], first: readonly InForce[]) {
  const met = new Set<AnyFreeze>();
  let limit = 0;
  let open = 0;
  for (let there = first; there.length > 0; there = inForce(freezes, open)) {
    const last = there.reduce((one, other) => (other.to > one.to ? other : one));
    open = last.to;
    if (limit === 0 || !isWeekly(last.freeze)) limit = open + HORIZON_MS;
    for (const { freeze } of there) met.add(freeze);
    if (open > limit) return { met, until: null };
  }
  return { met, until: new Date(open) };
}

/** From the first frozen millisecond to the first open one; the same one where clocks skip all of it. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** All stretches that can be in force at the moment, and the next after it. */
function stretchesNear(freeze: AnyFreeze, at: number): Stretch[] {
  if (isSet(freeze)) return [{ from: freeze.since.getTime(), to: freeze.until.getTime() }];
  const { from, to } = momentsOf(freeze);
  const pairs =
    from.kind === 'weekly' && to.kind === 'weekly'
      ? weeksNear(from, to, Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(freeze.timezone))
      : from.kind === 'dated' && to.kind === 'dated'
        ? [{ from: from.at, to: to.at }]
        : [];
  return pairs.map((pair) => ({
    from: instantOf(pair.from, freeze.timezone, 'from').epochMilliseconds,
    to: instantOf(pair.to, freeze.timezone, 'to').epochMilliseconds,
  }));
}

type Weekly = Extract<FreezeMoment, { kind: 'weekly' }>;

function weeksNear(from: Weekly, to: Weekly, at: Temporal.ZonedDateTime) {
  const today = at.toPlainDate();
  const start = today.add({ days: (from.weekday - today.dayOfWeek + 7) % 7 });
  const sameDay = Temporal.PlainTime.compare(from.time, to.time) < 0 ? 0 : 7;
  const days = (to.weekday - from.weekday + 7) % 7 || sameDay;
  return [-14, -7, 0, 7].map((offset) => {
    const date = start.add({ days: offset });
    return { from: date.toPlainDateTime(from.time), to: date.add({ days }).toPlainDateTime(to.time) };
  });
}

function momentsOf({ from, to }: Freeze): { from: FreezeMoment; to: FreezeMoment } {
  const moments = { from: parseFreezeMoment(from), to: parseFreezeMoment(to) };
  if (moments.from?.kind !== moments.to?.kind || moments.from === undefined || moments.to === undefined)
    throw new Error(`A freeze from "${from}" to "${to}" is none, so nobody can tell what is open.`);
  return { from: moments.from, to: moments.to };
}

function isSet(freeze: AnyFreeze): freeze is SetFreeze {
  return 'by' in freeze;
}

function isWeekly(freeze: AnyFreeze): boolean {
  return !isSet(freeze) && momentsOf(freeze).from.kind === 'weekly';
}
