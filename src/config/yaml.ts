import { type Document, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import { DEEPEST, findTooDeep } from './depth.ts';
import { offsetOfKey, offsetOfValue, type Place, placesIn, startOf } from './places.ts';
import { keyOf, type Problem } from './problem.ts';

/** How many values aliases may repeat, so that a small file cannot become a huge one. */
const MOST_REPEATED = 100;

export interface Yaml {
  readonly value: unknown;
  placeOfValue(path: readonly PropertyKey[]): Place;
  placeOfKey(path: readonly PropertyKey[]): Place;
}

/** Reads YAML 1.2 (core schema): dates and times stay text. Either the value with its places, or what is wrong. */
export function readYaml(text: string): Yaml | { readonly problems: readonly Problem[] } {
  const placeAt = placesIn(text);
  const problemAt: ProblemAt = (offset, says, path = []) => ({ ...placeAt(offset), key: keyOf(path), says });

  const tooDeep = findTooDeep(text);
  if (tooDeep !== undefined) return { problems: [problemAt(tooDeep, `is more than ${DEEPEST} levels deep`)] };

  // Unique keys are looked at below: the library compares each key with each other one.
  const document = parseDocument(text, { schema: 'core', prettyErrors: false, uniqueKeys: false });
  const [slip] = [...document.errors, ...document.warnings].sort((one, other) => one.pos[0] - other.pos[0]);
  if (slip !== undefined) {
    // What follows the first slip is noise.
    return { problems: [problemAt(slip.pos[0], wordsFor(slip))] };
  }
  const problems = [...namingProblems(document.contents, [], { problemAt, anchors: new Set() })];
  return problems.length > 0 ? { problems } : valueOf(document, placeAt, problemAt);
}

function wordsFor({ code, message }: { code: string; message: string }): string {
  if (message.startsWith('Flow ')) return 'a "[" or "{" in a line above is not closed';
  return WORDS[code] ?? `this is not YAML: ${message}`;
}

type ProblemAt = (offset: number, says: string, path?: readonly PropertyKey[]) => Problem;

const WORDS: Record<string, string> = {
  TAB_AS_INDENT: 'a tab at the beginning of the line; YAML takes only spaces there',
  MULTIPLE_DOCS: 'a second document begins here with "---"; the file must hold one',
  BAD_INDENT: 'the line is not indented like its neighbours',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " in one line; put quotes around text that holds one',
  MULTILINE_IMPLICIT_KEY: 'a line with no ":" behind its key, or text that runs over into the next line',
  TAG_RESOLVE_FAILED: 'a tag (!name), which the configuration does not use',
  RESOURCE_EXHAUSTION: `is more than ${DEEPEST} levels deep`,
};

function valueOf(
  document: Document.Parsed,
  placeAt: (offset: number) => Place,
  problemAt: ProblemAt,
): Yaml | { problems: Problem[] } {
  try {
    return {
      value: document.toJS({ maxAliasCount: MOST_REPEATED }),
      placeOfValue: (path) => placeAt(offsetOfValue(document, path)),
      placeOfKey: (path) => placeAt(offsetOfKey(document, path)),
    };
  } catch {
    return { problems: [problemAt(0, `its aliases (*name) repeat more than ${MOST_REPEATED} values`)] };
  }
}

interface Walk {
  readonly problemAt: ProblemAt;
  /** Anchors (&name) that are complete, so that an alias cannot stand for something that it is in. */
  readonly anchors: Set<string>;
}

/** Keys that stand twice or are no names, and aliases for nothing. */
function* namingProblems(node: unknown, path: readonly PropertyKey[], walk: Walk): Generator<Problem> {
  if (isAlias(node) && !walk.anchors.has(node.source)) {
    yield walk.problemAt(startOf(node) ?? 0, `*${node.source} stands for nothing above it`, path);
  }
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) yield* namingProblems(item, [...path, index], walk);
  }
  if (isMap(node)) {
    const seen = new Set<string>();
    for (const { key, value } of node.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const says = problemWithKey(isScalar(key) ? name : undefined, seen);
      if (says !== undefined) yield walk.problemAt(startOf(key) ?? 0, says, [...path, name]);
      seen.add(name);
      yield* namingProblems(value, [...path, name], walk);
    }
  }
  if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined)
    walk.anchors.add(node.anchor);
}

function problemWithKey(name: string | undefined, seen: ReadonlySet<string>): string | undefined {
  if (name === undefined) return 'a key must be a plain word';
  if (name === '<<') return 'merge keys are not understood; write the keys out';
  if (name === '__proto__') return 'cannot be used as a name';
  return seen.has(name) ? 'stands here a second time; keep one of the two' : undefined;
}
