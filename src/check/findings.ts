/** `wrong` must be mended before Baton can be relied on; `off` is a choice that somebody may have made. */
export interface Line {
  readonly what: string;
  readonly state: 'on' | 'off' | 'wrong';
  readonly says: string;
}

export interface Findings {
  readonly lines: readonly Line[];
  /** False when any line is `wrong`. */
  readonly ok: boolean;
}

/** The findings as aligned text for a terminal, a line each, and a last one that sums it up. */
export function formatFindings({ lines, ok }: Findings): string {
  const width = Math.max(0, ...lines.map(({ what }) => what.length));
  const rows = lines.map(({ state, what, says }) => `${state.padEnd(5)}  ${what.padEnd(width)}  ${says}`);
  const wrong = lines.filter(({ state }) => state === 'wrong').length;
  const end = ok ? 'All is well.' : `${wrong} ${wrong === 1 ? 'thing is' : 'things are'} wrong.`;
  return [...rows, '', end].join('\n');
}
