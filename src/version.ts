import { existsSync, readFileSync } from 'node:fs';
import * as z from 'zod';

/** Baton's version, from package.json: beside `src` or, once built, beside `dist`. */
export function readVersion(): string {
  const places = ['../package.json', '../../package.json'].map((path) => new URL(path, import.meta.url));
  const place = places.find((url) => existsSync(url));
  if (place === undefined) return 'unknown';
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(place, 'utf8'))).version;
}
