import { appendAudit } from '../src/audit/store.ts';
import type { Context } from '../src/context.ts';
import { sendDigestMail } from '../src/mail/mail.ts';
import { shortDigest } from '../src/mail/queue.ts';
import { findMail, isSent, noteSent, type StoredMail } from '../src/mail/store.ts';
import { MailRefusedError, MailTroubleError } from '../src/mail/trouble.ts';
import { mailDelayed, mailRefused } from '../src/views/mail.ts';
import type { View } from '../src/views/view.ts';
import { defineWorker, type Outcome } from '../src/worker.ts';

/** A mail server may be away for a night. */
const GIVE_UP_AFTER_MS = 24 * 3_600_000;

/** Sends a digest to one recipient, until the server takes it, refuses it, or a day is over. */
export const sendMail = defineWorker({
  queue: 'mails',
  concurrency: 2,

  async run(ctx, { mail: id, to }) {
    const mail = await findMail(ctx.redis, id);
    if (mail === undefined || (await isSent(ctx.redis, id, to))) return 'done';
    if (ctx.mail === undefined || ctx.config.mail === undefined) {
      ctx.log.warn({ mail: id }, 'a mail is not sent: mail has been switched off');
      return 'done';
    }
    try {
      await sendDigestMail({ mail: ctx.mail, config: ctx.config }, { ...mail, recipient: to });
    } catch (error) {
      if (error instanceof MailRefusedError) return giveUp(ctx, mail, refusal(error, to), error);
      if (error instanceof MailTroubleError) return tryLater(ctx, mail, error);
      throw error;
    }
    await noteSent(ctx.redis, id, to);
    ctx.log.info({ mail: id }, 'mail sent');
    return 'done';
  },
});

/** Which refusal it is: a sender is refused for everybody, a recipient for each one. */
function refusal({ step }: MailRefusedError, to: string): Refusal {
  return step === 'sender' ? { id: 'refused-sender' } : { id: `refused-${step}-${shortDigest(to)}`, to };
}

interface Refusal {
  readonly id: string;
  readonly to?: string;
}

async function giveUp(
  ctx: Context,
  mail: StoredMail,
  { id: which, to }: Refusal,
  error: MailRefusedError | MailTroubleError,
): Promise<Outcome> {
  const said = ctx.redact(error.message);
  ctx.log.error({ mail: mail.id, to, said }, 'a digest does not go out by mail');
  await appendAudit(ctx.redis, {
    id: `${mail.id}-${which}`,
    at: ctx.now(),
    actor: 'baton',
    action: 'mail',
    subject: mail.id,
    outcome: 'failed',
    reason: null,
    detail: { said, ...(to !== undefined && { to }) },
  });
  await tell(ctx, mail, which, mailRefused(mail.subject, said, to));
  return 'done';
}

async function tryLater(ctx: Context, mail: StoredMail, error: MailTroubleError): Promise<Outcome> {
  const waitedMs = ctx.now().getTime() - mail.at.getTime();
  if (waitedMs >= GIVE_UP_AFTER_MS) return giveUp(ctx, mail, { id: 'late' }, error);
  const said = ctx.redact(error.message);
  ctx.log.warn({ mail: mail.id, said }, 'a mail waits for its server');
  const until = new Date(mail.at.getTime() + GIVE_UP_AFTER_MS);
  await tell(ctx, mail, `waits-${error.kind}`, mailDelayed(mail.subject, said, until));
  return { againInSeconds: pauseAfter(waitedMs) };
}

/** A minute for a server that restarts; half an hour for one that is away. */
function pauseAfter(waitedMs: number): number {
  const minutes = waitedMs / 60_000;
  if (minutes < 5) return 60;
  return minutes < 60 ? 300 : 1_800;
}

/** Once for each mail and trouble: a notice is known by its id for months (src/slack/message-store.ts). */
async function tell(ctx: Context, mail: StoredMail, which: string, view: View): Promise<void> {
  const { audit } = ctx.config.slack.channels;
  if (audit === undefined) return;
  await ctx.jobs.add('messages', `${mail.id}-${which}`, {
    version: 1,
    kind: 'notice',
    channel: audit,
    user: '',
    view,
    reference: shortDigest(mail.id),
  });
}
