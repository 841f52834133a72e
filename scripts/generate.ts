import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generated } from './generated.ts';

const root = join(import.meta.dirname, '..');
const what = process.argv[2] ?? '';
const files = Object.hasOwn(generated, what) ? generated[what]?.() : undefined;

if (files === undefined) {
  console.error(`Usage: generate.ts ${Object.keys(generated).join('|')}`);
  process.exit(1);
}
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
  console.log(`wrote ${path}`);
}
const formatted = Object.keys(files).filter((path) => path.endsWith('.json'));
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
if (formatted.length > 0)
  execFileSync(process.execPath, [biome, 'format', '--write', ...formatted], { cwd: root });
