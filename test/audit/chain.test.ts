import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { NO_HEAD, rowAfter, verifyRows } from '../../src/audit/chain.ts';
import { event } from '../support/audit-event.ts';

it('hashes the line without its hash member, as the documentation says', () => {
  const { row, head } = rowAfter(NO_HEAD, event('a', { detail: { ref: 'main' } }));

  const hashed =
    '{"seq":1,"id":"a","at":"2030-01-15T12:00:00.000Z","actor":"U0ASHA","action":"deploy","subject":"staging/api",' +
    `"outcome":"accepted","reason":null,"detail":{"ref":"main"},"prev":"${'0'.repeat(64)}"}`;
  expect(head).toEqual({ seq: 1, hash: createHash('sha256').update(hashed).digest('hex') });
  expect(row).toBe(`${hashed.slice(0, -1)},"hash":"${head.hash}"}`);
});

it('finds a change of any single byte, in the row where it was made', async () => {
  const { rows, head } = trail(3);
  const [, second = ''] = rows;

  for (let place = 0; place < second.length; place += 1) {
    const other = second[place] === '1' ? '2' : '1';
    const changed = second.slice(0, place) + other + second.slice(place + 1);

    expect(await verifyRows([rows[0] ?? '', changed, rows[2] ?? ''], head)).toMatchObject({
      ok: false,
      firstBad: 2,
    });
  }
});

it.each<{ done: string; to: (rows: string[]) => string[]; firstBad: number }>([
  { done: 'a row was removed', to: (rows) => rows.toSpliced(2, 1), firstBad: 3 },
  { done: 'the first row was removed', to: (rows) => rows.slice(1), firstBad: 1 },
  { done: 'the last row was removed', to: (rows) => rows.slice(0, -1), firstBad: 6 },
  { done: 'all rows were removed', to: () => [], firstBad: 1 },
  { done: 'two rows were swapped', to: ([a, b, c, ...rest]) => kept([a, c, b, ...rest]), firstBad: 2 },
  { done: 'a row was put in twice', to: ([a, b, ...rest]) => kept([a, b, b, ...rest]), firstBad: 3 },
  { done: 'a row was put in', to: (rows) => rows.toSpliced(3, 0, foreign(4)), firstBad: 4 },
  { done: 'a row was put behind the end', to: (rows) => [...rows, rows[5] ?? ''], firstBad: 7 },
  { done: 'a row was emptied', to: (rows) => rows.with(4, ''), firstBad: 5 },
  {
    done: 'a row holds a space more',
    to: (rows) => rows.with(1, rows[1]?.replace(':', ': ') ?? ''),
    firstBad: 2,
  },
  { done: 'a row ends in a line break', to: (rows) => rows.with(1, `${rows[1]}\n`), firstBad: 2 },
  { done: 'a row was made anew with its own hash', to: (rows) => rows.with(2, foreign(3)), firstBad: 3 },
])('names the first bad line when $done', async ({ to, firstBad }) => {
  const { rows, head } = trail(6);

  expect(await verifyRows(to(rows), head)).toMatchObject({ ok: false, firstBad });
});

it('names the last line when it was made anew with a hash that fits', async () => {
  const { rows, head } = trail(5);
  const end = rowAfter(head, event('true'));
  const forged = rowAfter(head, event('forged'));

  expect(await verifyRows([...rows, forged.row], end.head)).toMatchObject({ ok: false, firstBad: 6 });
});

it('finds a row that reads well but says that it is another one', async () => {
  const { rows, head } = trail(2);
  const skipped = rowAfter({ ...head, seq: 3 }, event('skipped'));

  expect(await verifyRows([...rows, skipped.row], skipped.head)).toMatchObject({ ok: false, firstBad: 3 });
});

it('accepts a trail that is whole, and an empty one', async () => {
  const { rows, head } = trail(6);

  expect(await verifyRows(rows, head)).toEqual({ ok: true, entries: 6, head });
  expect(await verifyRows([], NO_HEAD)).toEqual({ ok: true, entries: 0, head: NO_HEAD });
});

it('cannot vouch for the end when the head is unreadable', async () => {
  expect(await verifyRows(trail(3).rows, 'unreadable')).toMatchObject({ ok: false, firstBad: 4 });
});

function trail(length: number) {
  let head = NO_HEAD;
  const rows = Array.from({ length }, (_, index) => {
    const next = rowAfter(head, event(`e${index}`));
    head = next.head;
    return next.row;
  });
  return { rows, head };
}

/** A row that is right in itself and belongs to another trail. */
function foreign(seq: number): string {
  return rowAfter({ seq: seq - 1, hash: 'f'.repeat(64) }, event('foreign')).row;
}

function kept(rows: readonly (string | undefined)[]): string[] {
  return rows.filter((row) => row !== undefined);
}
