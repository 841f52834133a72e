import type { Context } from '../context.ts';
import { csv } from '../mail/csv.ts';
import { isMailOn, queueDigestMail } from '../mail/queue.ts';
import { digestMail } from '../views/digest-mail.ts';
import { digestText, endedRows } from '../views/digest-text.ts';
import type { Digest } from './digest.ts';

/** Has a built digest sent by mail, with the figures of what ended, once however often it is asked for. */
export async function mailDigest(ctx: Context, digest: Digest): Promise<void> {
  const { id, from, to, content } = digest;
  if (!isMailOn(ctx) || content === null) return;
  const { people, sites } = ctx.config;
  const zones = [from, ...(to === null ? [] : [to])].flatMap((site) => {
    const timezone = sites[site]?.timezone;
    return timezone === undefined ? [] : [{ site, timezone }];
  });
  const table = { filename: `${id}.csv`, contentType: 'text/csv', content: csv(endedRows(content.ended)) };
  await queueDigestMail(ctx, id, { ...digestMail(digestText(digest, zones), people), attachments: [table] });
}
