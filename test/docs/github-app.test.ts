import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { HANDLED } from '../../src/github/delivery.ts';

const page = readFileSync('docs/github.md', 'utf8');
const manifest = JSON.parse(readFileSync('docs/github-app-manifest.json', 'utf8'));

it('asks for exactly the events that Baton handles', () => {
  expect(manifest.default_events).toEqual(Object.keys(HANDLED).toSorted());
});

it('asks for exactly the permissions that the page explains', () => {
  const rows = Array.from(
    page.matchAll(/^\| ([A-Z][a-z ]+): (read|read and write) \|/gm),
    ([, name = '', access]) => [
      // The one permission whose key is not its name.
      name.toLowerCase().replaceAll(' ', '_').replace('commit_statuses', 'statuses'),
      access === 'read' ? 'read' : 'write',
    ],
  );

  expect(rows.length).toBeGreaterThan(3);
  // Every App reads metadata; GitHub wants it named.
  expect(manifest.default_permissions).toEqual({ ...Object.fromEntries(rows), metadata: 'read' });
});

it('explains each event that Baton handles', () => {
  const rows = Array.from(page.matchAll(/^\| `(\w+)` \| /gm), ([, event]) => event);

  for (const event of Object.keys(HANDLED)) expect(rows).toContain(event);
});
