import { createHash } from 'node:crypto';
import type { Context } from '../context.ts';
import type { DigestMail } from './mail.ts';
import { keepMail } from './store.ts';

/** Whether digests go out by mail: the configuration says to whom, and a variable by which server. */
export function isMailOn({ mail, config }: Pick<Context, 'mail' | 'config'>): boolean {
  return mail !== undefined && config.mail !== undefined;
}

/**
 * Has a digest sent by mail to each recipient of the configuration, soon and on its own: nobody waits for it. The same
 * id again changes nothing. Does nothing where mail is off.
 */
export async function queueDigestMail(ctx: Context, digest: string, mail: DigestMail): Promise<void> {
  if (ctx.mail === undefined || ctx.config.mail === undefined) return;
  const id = `digest-${digest.replaceAll(/[^\w.-]/g, '-')}`;
  const { subject, html, text, attachments } = mail;
  const kept = await keepMail(ctx.redis, {
    version: 1,
    id,
    at: ctx.now(),
    to: [...new Set(ctx.config.mail.to)],
    subject,
    html,
    text,
    attachments: [...attachments],
  });
  for (const to of kept.to) {
    await ctx.jobs.add('mails', `${id}-${shortDigest(to)}`, {
      version: 1,
      mail: id,
      to,
      reference: shortDigest(id),
    });
  }
}

/** Eight characters that stand for a text where it may not be named itself. */
export function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
