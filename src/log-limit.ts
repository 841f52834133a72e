const MAX_LINES_PER_SECOND = 10;

/** Strangers may send much that is refused: says for each line whether the log may take it, ten times a second. */
export function createLogLimit(): () => boolean {
  let second = 0;
  let lines = 0;
  return () => {
    const current = Math.floor(performance.now() / 1_000);
    if (current !== second) lines = 0;
    second = current;
    lines += 1;
    return lines <= MAX_LINES_PER_SECOND;
  };
}
