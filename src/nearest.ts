/** The known word that was probably meant, or undefined when none is near enough to be worth asking about. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const typed = word.toLowerCase();
  const limit = Math.max(1, Math.floor(typed.length / 3));
  let nearest: string | undefined;
  let shortest = limit + 1;
  for (const candidate of known) {
    const distance = editDistance(typed, candidate.toLowerCase(), limit);
    if (distance < shortest) [nearest, shortest] = [candidate, distance];
  }
  return nearest ?? known.find((candidate) => typed.length > 1 && candidate.toLowerCase().startsWith(typed));
}

/** How many letters must be added, removed, changed or swapped with their neighbour; more than `limit` when too many. */
function editDistance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) > limit) return limit + 1;
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= to.length; j++) {
      const change = from[i - 1] === to[j - 1] ? 0 : 1;
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + change);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    before = above;
  }
  return row[to.length] ?? limit + 1;
}
