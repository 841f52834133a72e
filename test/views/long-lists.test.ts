import { expect, it } from '@jest/globals';
import { allFreed } from '../../src/views/lock.ts';
import { lockList } from '../../src/views/lock-list.ts';
import { statusView } from '../../src/views/status.ts';
import type { View } from '../../src/views/view.ts';
import { lock } from '../support/board.ts';
import { NOON } from '../support/context.ts';

const MANY = 400;
const reason = '負荷試験'.repeat(50);
const names = Array.from({ length: MANY }, (_, index) => `environment-${index}`);
const locks = names.map((scope) => lock({ scope, reason, until: new Date(NOON.getTime() + 1_000) }));
const board = (one: (typeof locks)[number]) => ({ locks: [one], line: [], warnings: [] });
const closed = { live: new Map(), runs: new Map(), frozen: undefined, waiting: [], unreviewed: [] };
const services = Array.from({ length: 60 }, (_, index) => `service-${index}`);

it.each<{ what: string; view: View; shown: RegExp }>([
  { what: 'locks', view: lockList(locks.map(board), NOON), shown: /:lock:/g },
  { what: 'freed locks', view: allFreed(locks, [], []), shown: /•/g },
  {
    what: 'environments',
    view: statusView(
      locks.map((one) => ({ ...closed, name: one.scope, services, locks: board(one) })),
      NOON,
    ),
    shown: /:lock:/g,
  },
])('fits a message with $what, in whole lines, and counts the rest', ({ view, shown }) => {
  const json = JSON.stringify(view);

  expect(Buffer.byteLength(json)).toBeLessThan(60_000); // a job may have 65,536 bytes
  expect(view.blocks.length).toBeLessThanOrEqual(50);
  expect(json).not.toContain('…"'); // cut in the middle of a line
  const [, left = ''] = /(\d+) more/.exec(json.slice(json.lastIndexOf(' more') - 8)) ?? [];
  expect(json.match(shown)?.length).toBe(MANY - Number(left));
});

it('shows as much as a message takes of one environment', () => {
  const warning = { id: 'w', scope: 'staging', by: 'U0ASHA', reason, since: NOON, until: null };
  const warnings = Array.from({ length: 60 }, () => warning);
  const status = { ...closed, name: 'staging', services, locks: { locks: [], line: [], warnings } };

  const { blocks } = statusView([status], NOON);

  expect(JSON.stringify(blocks).match(/:warning:/g)).toHaveLength(60);
  expect(JSON.stringify(blocks)).toContain('service-59');
});
