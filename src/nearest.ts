/** Longer words are not worth comparing: nobody mistypes that much by accident. */
const LONGEST_WORD = 64;

/**
 * The candidate that the word was most likely meant to be: a typing slip away (a third of its letters at most, swapped
 * neighbours count once), or the only one that it begins. Undefined when none is near. Case does not matter.
 */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  const typed = word.toLowerCase();
  if (typed === '' || typed.length > LONGEST_WORD) return undefined;
  const known = [...candidates].filter((candidate) => candidate.length <= LONGEST_WORD);

  let nearest: string | undefined;
  let allowed = Math.max(1, Math.floor(typed.length / 3));
  for (const candidate of known) {
    const meant = candidate.toLowerCase();
    // Each letter more or less is a slip.
    if (Math.abs(meant.length - typed.length) > allowed) continue;
    const slips = slipsBetween(typed, meant);
    // A word that shares no letter in place with what was typed is no correction of it.
    if (slips > allowed || slips >= Math.max(typed.length, candidate.length)) continue;
    nearest = candidate;
    allowed = slips - 1;
  }
  return nearest ?? onlyOneBegunBy(typed, known);
}

function onlyOneBegunBy(typed: string, known: readonly string[]): string | undefined {
  const begun = typed.length < 2 ? [] : known.filter((word) => word.toLowerCase().startsWith(typed));
  return begun.length === 1 ? begun[0] : undefined;
}

/** Letters to insert, drop, replace or swap with their neighbour (optimal string alignment). */
function slipsBetween(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
        swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
