import type { Pair } from '../handoffs/pairs.ts';
import { code, context, joined, type Mrkdwn, mrkdwn, person, section, type View } from './view.ts';

/** Who works with whom, a line each; whoever is left over stands alone. */
export function pairLines(pairs: readonly Pair[]): Mrkdwn[] {
  return pairs.map(([one, other]) =>
    other === undefined
      ? mrkdwn`• ${person(one)}: on their own this week`
      : mrkdwn`• ${person(one)} and ${person(other)}`,
  );
}

/** The suggestion for the week of a day (`2026-11-23`). */
export function pairsOfTheWeek(pairs: readonly Pair[], day: string): View {
  if (pairs.length === 0) {
    return {
      text: 'There are no pairs',
      blocks: [
        section(mrkdwn`Nobody is paired: everybody is off on ${day}, or ${code('pairs')} names nobody.`),
      ],
    };
  }
  return {
    text: `The pairs of the week of ${day}`,
    blocks: [
      section(joined([mrkdwn`*Pairs of the week of ${day}*`, ...pairLines(pairs)])),
      context(mrkdwn`A suggestion: everybody meets everybody before any two meet again.`),
    ],
  };
}
