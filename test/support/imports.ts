import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface Import {
  readonly from: string;
  /** A path from the root for our own files, else the name of the package. */
  readonly to: string;
  /** Gone once compiled. */
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

/** Paths of the TypeScript files in these folders, from the root. */
export function sourceFiles(folders: readonly string[]): readonly string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file)),
  );
}

/** What a file imports and exports again, as written at the beginning of a line, and what it loads later. */
export function importsOf(file: string, text = readFileSync(file, 'utf8')): readonly Import[] {
  const target = (path: string) => (path.startsWith('.') ? join(dirname(file), path) : path);
  const fixed = text.matchAll(/^(?:import|export)\s+([^;'"]*?)\s*(?:\bfrom\s+)'([^']+)'/gm);
  const bare = text.matchAll(/^import\s+()'([^']+)'/gm);
  const later = text.matchAll(/\bimport\(\s*()'([^']+)'/g);
  const found = (names: string, path: string, dynamic = false): Import => ({
    from: file,
    to: target(path),
    typeOnly: isTypeOnly(names),
    dynamic,
  });
  return [
    ...Array.from([...fixed, ...bare], ([, names = '', path = '']) => found(names, path)),
    ...Array.from(later, ([, , path = '']) => found('', path, true)),
  ];
}

function isTypeOnly(names: string): boolean {
  if (/^type\b/.test(names)) return true;
  const inner = /^\{(.*)\}$/s.exec(names)?.[1];
  const parts = (inner ?? '').split(',').map((part) => part.trim());
  return parts.some(Boolean) && parts.every((part) => part === '' || part.startsWith('type '));
}

/** The first way round in a circle, or undefined when there is none. */
export function findCycle(imports: readonly Import[]): readonly string[] | undefined {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const target of next.get(file) ?? []) {
      const cycle = visit(target, [...way, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of next.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
