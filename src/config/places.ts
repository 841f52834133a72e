import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, type YAMLMap } from 'yaml';

export interface Place {
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
}

/** Turns offsets in the text into lines and columns. */
export function placesIn(text: string): (offset: number) => Place {
  const lines = new LineCounter();
  for (let start = 0; start <= text.length; ) {
    lines.addNewLine(start);
    const end = text.indexOf('\n', start);
    start = end === -1 ? text.length + 1 : end + 1;
  }
  return (offset) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
}

/** Where the value at the path begins. Sections, lists and empty values are found by their key. */
export function offsetOfValue(document: Document.Parsed, path: readonly PropertyKey[]): number {
  return follow(document, path, (pair, value) => {
    const plain = isScalar(value) && value.value !== null;
    return plain || pair === undefined ? startOf(value) : startOf(pair.key);
  });
}

/** Where the last key of the path stands; where the path ends early, the last key that is there. */
export function offsetOfKey(document: Document.Parsed, path: readonly PropertyKey[]): number {
  return follow(document, path, (pair, value) => startOf(pair?.key) ?? startOf(value));
}

export function startOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
}

type OffsetOf = (pair: Pair | undefined, value: unknown) => number | undefined;

function follow(document: Document.Parsed, path: readonly PropertyKey[], offsetOf: OffsetOf): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    const pair = isMap(node) ? pairsOf(node).get(String(part)) : undefined;
    node = isSeq(node) ? node.items[Number(part)] : pair?.value;
    offset = offsetOf(pair, node) ?? offset;
  }
  return offset;
}

const indexed = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** Looked up by name, since a file may have thousands of keys and a mistake in each. */
function pairsOf(map: YAMLMap): ReadonlyMap<string, Pair> {
  const known = indexed.get(map);
  if (known !== undefined) return known;
  const pairs = new Map(map.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
  indexed.set(map, pairs);
  return pairs;
}
