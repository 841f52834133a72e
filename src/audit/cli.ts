import { StartError } from '../errors.ts';
import type { RedisClient } from '../redis/script.ts';
import { readRow } from './chain.ts';
import { readTrail, verifyAudit } from './store.ts';

/** Prints one line; a promise is waited for before the next. */
export type Write = (line: string) => Promise<void> | void;

/** `audit verify`: says whether the trail is whole or names its first bad line. Gives the exit code, 0 or 1. */
export async function auditVerify(redis: RedisClient, write: Write): Promise<number> {
  const verdict = await verifyAudit(redis);
  if (!verdict.ok) {
    await write(`The audit trail is broken. First bad line: ${verdict.firstBad}, ${verdict.why}.`);
    return 1;
  }
  const { entries, head } = verdict;
  const count = entries === 1 ? '1 entry' : `${entries} entries`;
  await write(
    entries === 0
      ? 'The audit trail is empty.'
      : `The audit trail is whole: ${count}, last hash ${head.hash}.`,
  );
  return 0;
}

/**
 * `audit export`: the rows as they are stored, one JSON object a line, from the first one of that time on. Throws
 * StartError for a time that cannot be read, before it writes. Gives the exit code, 0.
 */
export async function auditExport(
  redis: RedisClient,
  { since }: { readonly since?: string | undefined },
  write: Write,
): Promise<number> {
  const from = since === undefined ? undefined : parseSince(since);
  let begun = from === undefined;
  for await (const row of readTrail(redis)) {
    // All that follows belongs to it, even what happened earlier and was told late: a chain has no holes.
    begun ||= from !== undefined && (readRow(row)?.at ?? from) >= from;
    if (begun) await write(row);
  }
  return 0;
}

function parseSince(text: string): Date {
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const at = new Date(isDate || isInstant ? text : Number.NaN);
  // JavaScript reads 31 February as 3 March.
  const exists =
    !Number.isNaN(at.getTime()) &&
    new Date(`${text.slice(0, 10)}T00:00Z`).toISOString().startsWith(text.slice(0, 10));
  if (exists) return at;
  throw new StartError(
    `--since ${text} is no date: use one in UTC such as 2026-11-01, or 2026-11-01T09:30:00Z`,
  );
}
