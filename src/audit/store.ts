import * as z from 'zod';
import { UnreadableError } from '../errors.ts';
import { defineScript, type RedisClient } from '../redis/script.ts';
import { inBatches } from './batches.ts';
import { type Head, NO_HEAD, readRow, rowAfter, type Verdict, verifyRows } from './chain.ts';
import { type AuditEntry, AuditEvent } from './entry.ts';

const TRAIL = 'baton:{audit}:trail';
const HEAD = 'baton:{audit}:trail:head';
const markKey = (event: string) => `baton:{audit}:trail:event:${event}`;

/** How long an event that is told again is recognised; jobs are repeated within hours, dead letters within days. */
const MARK_SECONDS = 30 * 86_400;
const BATCH = 100;
const CHUNK = 500;
/** Tried again at once: whoever pauses after a lost race loses the next one to those who do not. */
const MAX_TRIES = 2_000;

/*
 * Appends rows if the head is still the one they were chained to and none of their events stands in the trail yet.
 * Redis knows no SHA-256, so the hashes are made outside and this compares.
 *
 *   KEYS[1]  rows     KEYS[2]  head     KEYS[3…]  mark of each event
 *   ARGV[1]  head that was expected, '' for none     ARGV[2]  head afterwards
 *   ARGV[3]  number of the last row before     ARGV[4]  seconds for which the marks are kept
 *   ARGV[5…]  row of each event
 *
 *   Returns  {1} when appended, else {0, head or '', number of rows, row of each event that stands already or ''}
 */
const APPEND = defineScript(/* lua */ `
  local head = redis.call('GET', KEYS[2]) or ''
  local length = redis.call('LLEN', KEYS[1])
  local free = head == ARGV[1] and (head ~= '' or length == 0)
  local answer = {0, head, length}
  for index = 3, #KEYS do
    local seq = redis.call('GET', KEYS[index])
    local row = seq and redis.call('LINDEX', KEYS[1], seq - 1) or ''
    if row ~= '' then free = false end
    table.insert(answer, row)
  end
  if not free then return answer end
  for index = 3, #KEYS do
    redis.call('RPUSH', KEYS[1], ARGV[index + 2])
    redis.call('SET', KEYS[index], ARGV[3] + index - 2, 'EX', ARGV[4])
  end
  redis.call('SET', KEYS[2], ARGV[2])
  return {1}
`);

/* The head and the number of rows, of one moment. KEYS[1] rows, KEYS[2] head. Returns {head or '', number of rows}. */
const STAND = defineScript(/* lua */ `
  return {redis.call('GET', KEYS[2]) or '', redis.call('LLEN', KEYS[1])}
`);

const StoredHead = z.strictObject({ seq: z.int().min(1), hash: z.string() });
const Answer = z.union([z.tuple([z.literal(1)]), z.tuple([z.literal(0), z.string(), z.int()], z.string())]);

/** What each connection of this process knows of the trail. */
const trails = new WeakMap<RedisClient, (event: AuditEvent) => Promise<AuditEntry>>();

/**
 * Tells the audit trail of an event and gives the entry that stands there for it: the earlier one when an event of
 * this id was told in the last 30 days. Throws UnreadableError when the trail's end cannot be read.
 */
export async function appendAudit(redis: RedisClient, event: AuditEvent): Promise<AuditEntry> {
  const append = trails.get(redis) ?? createAppender(redis);
  trails.set(redis, append);
  // As it will be read back, so that an event that no reader would accept never enters the chain.
  return append(AuditEvent.parse(JSON.parse(JSON.stringify(event))));
}

function createAppender(redis: RedisClient): (event: AuditEvent) => Promise<AuditEntry> {
  let head = NO_HEAD;
  return inBatches(BATCH, async (events: readonly AuditEvent[]) => {
    const standing = new Map<string, string>();
    const missing = new Map(events.map((event) => [event.id, event]));
    for (let tries = 1; missing.size > 0; tries += 1) {
      const { rows, after } = chain(head, missing.values());
      const answer = await send(redis, { head, after, rows });
      if (answer === 'appended') {
        head = after;
        for (const [id, row] of rows) standing.set(id, row);
        break;
      }
      if (tries === MAX_TRIES) throw new Error('The audit trail is too busy to be told of anything.');
      head = answer.head;
      for (const [id, row] of answer.standing) {
        standing.set(id, row);
        missing.delete(id);
      }
    }
    return events.map(({ id }) => entryIn(standing.get(id) ?? ''));
  });
}

interface Addition {
  readonly head: Head;
  readonly after: Head;
  readonly rows: ReadonlyMap<string, string>;
}

function chain(head: Head, events: Iterable<AuditEvent>): Omit<Addition, 'head'> {
  let after = head;
  const rows = new Map<string, string>();
  for (const event of events) {
    const next = rowAfter(after, event);
    rows.set(event.id, next.row);
    after = next.head;
  }
  return { rows, after };
}

async function send(
  redis: RedisClient,
  { head, after, rows }: Addition,
): Promise<'appended' | { head: Head; standing: [id: string, row: string][] }> {
  const ids = [...rows.keys()];
  const before = head.seq === 0 ? '' : JSON.stringify(head);
  const values = [before, JSON.stringify(after), head.seq, MARK_SECONDS, ...rows.values()];
  const answer = Answer.parse(await APPEND(redis, [TRAIL, HEAD, ...ids.map(markKey)], values));
  if (answer[0] === 1) return 'appended';

  const [, present, length, ...found] = answer;
  const standing = ids.map((id, index): [string, string] => [id, found[index] ?? '']);
  return { head: headIn(present, length), standing: standing.filter(([, row]) => row !== '') };
}

export type ListedEntry = AuditEntry | { readonly seq: number; readonly unreadable: true };

/** Newest first, at most `limit`; with `before` only entries of a lower number. */
export async function listAudit(
  redis: RedisClient,
  { limit, before }: { readonly limit: number; readonly before?: number | undefined },
): Promise<{ readonly items: ListedEntry[]; readonly next: number | null }> {
  const end = Math.min(before === undefined ? Infinity : before - 1, await redis.llen(TRAIL));
  if (end < 1) return { items: [], next: null };
  const start = Math.max(0, end - limit);
  const rows = await redis.lrange(TRAIL, start, end - 1);
  const items = rows.map(
    (row, index) => readRow(row) ?? { seq: start + index + 1, unreadable: true as const },
  );
  return { items: items.toReversed(), next: start === 0 ? null : start + 1 };
}

/** The rows in order, as they are stored; at most the first `count`. */
export async function* readTrail(redis: RedisClient, count = Infinity): AsyncGenerator<string> {
  for (let from = 0; from < count; from += CHUNK) {
    const rows = await redis.lrange(TRAIL, from, Math.min(from + CHUNK, count) - 1);
    yield* rows;
    if (rows.length < CHUNK) return;
  }
}

const Stand = z.tuple([z.string(), z.int()]);

/** Recomputes the whole trail as it stood when this was called. */
export async function verifyAudit(redis: RedisClient): Promise<Verdict> {
  const stand = await STAND(redis, [TRAIL, HEAD], []);
  const [stored, length] = Stand.parse(stand);
  return verifyRows(readTrail(redis, length), readHead(stored, length));
}

function headIn(stored: string, length: number): Head {
  const head = readHead(stored, length);
  if (head === 'unreadable')
    throw new UnreadableError(HEAD, `${length} rows and the head ${stored || 'missing'}`);
  return head;
}

function readHead(stored: string, length: number): Head | 'unreadable' {
  if (stored === '') return length === 0 ? NO_HEAD : 'unreadable';
  try {
    return StoredHead.parse(JSON.parse(stored));
  } catch {
    return 'unreadable';
  }
}

function entryIn(row: string): AuditEntry {
  const entry = readRow(row);
  if (entry === undefined) throw new UnreadableError(TRAIL, row);
  return entry;
}
