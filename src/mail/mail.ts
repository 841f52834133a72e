import { createTransport } from 'nodemailer';
import type { Options } from 'nodemailer/lib/smtp-transport/index.js';
import type { Config } from '../config/schema.ts';
import { problemWithSender } from './sender.ts';
import type { SmtpAccess } from './smtp-url.ts';
import { explainFailure, MailTroubleError } from './trouble.ts';

export interface Attachment {
  readonly filename: string;
  /** Such as `text/csv`. */
  readonly contentType: string;
  readonly content: string;
}

export interface DigestMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

/** One mail to one recipient. */
export interface Posting extends DigestMail {
  /** Makes the Message-ID: the same for each attempt, so that a mail that comes twice is one for its reader. */
  readonly id: string;
  readonly at: Date;
  readonly from: string;
  /** Who is named as recipients; only `recipient` gets this one. */
  readonly to: readonly string[];
  readonly recipient: string;
}

export interface Mailer {
  /** `host:port` */
  readonly place: string;
  readonly account: { readonly user: string } | undefined;
  /** Resolves once the server has taken it. Throws MailRefusedError or MailTroubleError. */
  send(posting: Posting): Promise<void>;
  /** Connects and logs in. Throws MailTroubleError. */
  verify(): Promise<void>;
}

const SECONDS = { connect: 10, greet: 10, silence: 30 };

/** The way out to the mail server; the one place that knows the library. */
export function createMailer(access: SmtpAccess): Mailer {
  const transport = createTransport(transportOptions(access));
  const place = `${access.host}:${access.port}`;
  return {
    place,
    account: access.account,
    send: async (posting) => {
      try {
        await transport.sendMail(messageOf(posting));
      } catch (error) {
        throw explainFailure(error, place);
      }
    },
    verify: async () => {
      try {
        await transport.verify();
      } catch (error) {
        throw explainFailure(error, place);
      }
    },
  };
}

/** Neither password nor digest leaves this machine without TLS. */
export function transportOptions({ host, port, secure, account }: SmtpAccess): Options {
  const isLoopback = /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host);
  return {
    host,
    port,
    secure,
    // A server on this machine often has a certificate that nobody could check, and needs none.
    ignoreTLS: isLoopback,
    requireTLS: !secure && !isLoopback,
    tls: { minVersion: 'TLSv1.2' },
    ...(account && { auth: { user: account.user, pass: account.password } }),
    connectionTimeout: SECONDS.connect * 1_000,
    greetingTimeout: SECONDS.greet * 1_000,
    socketTimeout: SECONDS.silence * 1_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/**
 * Sends a digest to one recipient in the name of the configuration's sender. Throws MailRefusedError,
 * MailTroubleError, and the latter without asking the server where it would not take the sender.
 */
export async function sendDigestMail(
  { mail: mailer, config }: { readonly mail: Mailer; readonly config: Pick<Config, 'mail'> },
  posting: Omit<Posting, 'from'>,
): Promise<void> {
  if (config.mail === undefined) throw new MailTroubleError('sender', 'The configuration has no `mail`.');
  const problem = problemWithSender(config.mail, mailer.account);
  if (problem !== undefined) throw new MailTroubleError('sender', problem);
  await mailer.send({ ...posting, from: config.mail.from });
}

function messageOf({ id, at, from, to, recipient, subject, html, text, attachments }: Posting) {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return {
    messageId: `<${id.replaceAll(/[^\w.-]/g, '-')}@${domain}>`,
    date: at,
    from,
    to: [...to],
    envelope: { from, to: recipient },
    subject: subject.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim(),
    html,
    text,
    attachments: attachments.map(({ filename, contentType, content }) => ({
      filename,
      contentType,
      content,
    })),
    // Nobody's holiday notice should answer it.
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}
