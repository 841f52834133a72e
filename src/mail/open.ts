import type { Config } from '../config/schema.ts';
import { StartError } from '../errors.ts';
import { createMailer, type Mailer } from './mail.ts';
import { problemWithSender } from './sender.ts';
import type { SmtpAccess } from './smtp-url.ts';

/**
 * The way to the mail server; undefined where there is none. Throws StartError for a sender that the server would
 * refuse, so that it is known before anybody relies on its mails.
 */
export function openMail(
  { smtp }: { readonly smtp: SmtpAccess | undefined },
  config: Pick<Config, 'mail'>,
): Mailer | undefined {
  if (smtp === undefined) return undefined;
  const problem = config.mail && problemWithSender(config.mail, smtp.account);
  if (problem !== undefined) throw new StartError(problem);
  return createMailer(smtp);
}
