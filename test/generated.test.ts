import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { generated } from '../scripts/generated.ts';

const files = Object.entries(generated).flatMap(([name, make]) =>
  Object.entries(make()).map(([path, text]) => ({ name, path, text })),
);

it.each(files)('$path is what `npm run $name` would write now', ({ path, text }) => {
  const stored = readFileSync(path, 'utf8');

  if (path.endsWith('.json')) expect(JSON.parse(stored)).toEqual(JSON.parse(text));
  else expect(stored).toBe(text);
});
