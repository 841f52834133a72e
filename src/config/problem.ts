/** One thing that is wrong with a configuration file, and where. */
export interface Problem {
  /** Counted from 1; 0 where it is the file as a whole. */
  readonly line: number;
  readonly column: number;
  /** Such as `environments.staging.approvals`; empty for the file as a whole. */
  readonly key: string;
  readonly says: string;
}

const MOST_SHOWN = 20;

/** The configuration cannot be used. The message has a line `file:line:column key: problem` for each problem. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const ordered = inOrder(problems);
    super(explain(file, ordered));
    this.name = 'ConfigError';
    this.problems = ordered;
  }
}

/** By place; of several problems with one key the first is the one that explains the others. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const firsts = new Map<string, Problem>();
  for (const problem of problems) {
    const at = `${problem.line}:${problem.column} ${problem.key}`;
    if (!firsts.has(at)) firsts.set(at, problem);
  }
  return [...firsts.values()].sort((one, other) => one.line - other.line || one.column - other.column);
}

function explain(file: string, problems: readonly Problem[]): string {
  const lines = problems.slice(0, MOST_SHOWN).map(({ line, column, key, says }) => {
    if (line === 0) return `${file}: ${says}`;
    return `${file}:${line}:${column} ${key === '' ? '' : `${key}: `}${says}`;
  });
  const more = problems.length - MOST_SHOWN;
  if (more > 0) lines.push(`${file}: and ${more} more ${more === 1 ? 'problem' : 'problems'}`);
  return lines.join('\n');
}

/** `people[0].slack`; names that are not plain words are quoted. */
export function keyOf(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      const name = /^[\w-]+$/.test(String(part)) ? String(part) : shown(String(part));
      return index === 0 ? name : `.${name}`;
    })
    .join('');
}

const SECRET = /xox[a-z]-|xapp-|gh[opsur]_|github_pat_|-----BEGIN|:\/\/[^/@\s]*@/;
const LONGEST_SHOWN = 60;

/** What stands in the file, short, on one line, and never if it looks like a secret. */
export function shown(value: unknown): string {
  if (value === null) return 'nothing';
  const json = JSON.stringify(value) ?? 'nothing';
  if (SECRET.test(json)) return 'something that looks like a secret';
  const line = json.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '?');
  return line.length > LONGEST_SHOWN ? `${line.slice(0, LONGEST_SHOWN)}…` : line;
}

/** The member of a section or list that was read from YAML; undefined where there is none. */
export function valueAt(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}
