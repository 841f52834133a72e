import { createHash } from 'node:crypto';
import { AuditEntry, type AuditEvent } from './entry.ts';

/** The newest row: its number and its hash. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first row: its `prev` is 64 zeros. */
export const NO_HEAD: Head = { seq: 0, hash: '0'.repeat(64) };

/** A row as it is stored and exported, `hash` being its last member. */
const ROW = /^(\{.*),"hash":"([0-9a-f]{64})"\}$/s;

/**
 * The row that follows `head`: one line of JSON without spaces, its members in the order below. `hash` is the SHA-256,
 * in hexadecimal, of the UTF-8 bytes of that line without its `hash` member; `prev` is the hash of the row before.
 */
export function rowAfter(head: Head, event: AuditEvent): { readonly row: string; readonly head: Head } {
  const { id, at, actor, action, subject, outcome, reason, detail } = event;
  const seq = head.seq + 1;
  const members = { seq, id, at, actor, action, subject, outcome, reason, detail, prev: head.hash };
  const body = JSON.stringify(members);
  const hash = sha256(body);
  return { row: `${body.slice(0, -1)},"hash":"${hash}"}`, head: { seq, hash } };
}

/** The entry in a row, or undefined when it cannot be read. */
export function readRow(row: string): AuditEntry | undefined {
  try {
    return AuditEntry.parse(JSON.parse(row));
  } catch {
    return undefined;
  }
}

export type Verdict =
  | { readonly ok: true; readonly entries: number; readonly head: Head }
  | { readonly ok: false; readonly firstBad: number; readonly why: string };

/**
 * Recomputes the chain from its first row. `head` is what must be the last row; leave it out for rows that nothing
 * vouches for the end of. A bad row is named by the place at which it stands, counted from 1.
 */
export async function verifyRows(
  rows: AsyncIterable<string> | Iterable<string>,
  head?: Head | 'unreadable',
): Promise<Verdict> {
  let last = NO_HEAD;
  for await (const row of rows) {
    const why = faultIn(row, last);
    if (why !== undefined) return { ok: false, firstBad: last.seq + 1, why };
    last = { seq: last.seq + 1, hash: ROW.exec(row)?.[2] ?? '' };
  }
  const why = head === undefined ? undefined : faultAtTheEnd(last, head);
  if (why !== undefined) return { ok: false, ...why };
  return { ok: true, entries: last.seq, head: last };
}

function faultIn(row: string, before: Head): string | undefined {
  const [, body, hash] = ROW.exec(row) ?? [];
  const entry = readRow(row);
  if (body === undefined || entry === undefined) return 'it cannot be read as an entry';
  const seq = before.seq + 1;
  if (entry.seq !== seq) return `it says that it is entry ${entry.seq}: rows were removed, added or moved`;
  if (entry.prev !== before.hash) return 'it does not follow from the entry before it';
  if (sha256(`${body}}`) !== hash) return 'its content does not have the hash that it names';
  return undefined;
}

function faultAtTheEnd(last: Head, head: Head | 'unreadable'): { firstBad: number; why: string } | undefined {
  const missing = last.seq + 1;
  if (head === 'unreadable') return { firstBad: missing, why: 'nothing readable says where the trail ends' };
  if (head.seq > last.seq)
    return { firstBad: missing, why: `it is missing: the trail had ${head.seq} entries` };
  if (head.seq < last.seq) {
    return { firstBad: head.seq + 1, why: `it stands behind the end: the trail had ${head.seq} entries` };
  }
  if (head.hash !== last.hash) return { firstBad: last.seq, why: 'it is not the entry that ended the trail' };
  return undefined;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
