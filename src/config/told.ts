import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import * as z from 'zod';
import { appendAudit } from '../audit/store.ts';
import type { Context } from '../context.ts';
import { parseStored } from '../redis/parse-stored.ts';

/** What became of a changed configuration file. */
export interface Judged {
  /** Path of the file. */
  readonly file: string;
  readonly outcome: 'accepted' | 'refused';
  /** SHA-256 of the file in hexadecimal; undefined where it could not be read. */
  readonly digest: string | undefined;
  /** The first thing that is wrong with it. */
  readonly problem?: string | undefined;
}

const LAST = 'baton:{audit}:config';
const Last = z.object({ version: z.literal(1), id: z.string(), judged: z.string() });

/**
 * Tells the audit trail that a changed configuration was taken or refused. Once, however many processes read the same
 * file: the event follows from what the file holds and from the event before it, so that one which comes back later is
 * told again.
 */
export async function tellConfig(
  { redis, now, redact }: Pick<Context, 'redis' | 'now' | 'redact'>,
  { file, outcome, digest, problem }: Judged,
): Promise<void> {
  const judged = `${outcome} ${digest ?? problem ?? ''}`;
  const last = readLast(await redis.get(LAST));
  if (last?.judged === judged) return;
  const id = `config-${createHash('sha256')
    .update(`${last?.id ?? ''} ${judged}`)
    .digest('hex')
    .slice(0, 32)}`;
  await appendAudit(redis, {
    id,
    at: now(),
    actor: 'baton',
    action: 'config',
    subject: basename(file),
    outcome,
    reason: null,
    detail: {
      ...(digest !== undefined && { sha256: digest }),
      ...(problem !== undefined && { problem: redact(problem) }),
    },
  });
  await redis.set(LAST, JSON.stringify({ version: 1, id, judged } satisfies z.infer<typeof Last>));
}

function readLast(json: string | null): z.infer<typeof Last> | undefined {
  return json === null ? undefined : parseStored(Last, LAST, json);
}
