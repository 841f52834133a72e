import type { Config } from '../config/schema.ts';
import { problemWithSender } from '../mail/sender.ts';
import type { Line } from './findings.ts';
import { messageOf } from './message.ts';

const what = 'mail';

/** Tells whether digests go out by mail, and whether the server takes the login and the sender. */
export async function checkMail(
  smtp: { readonly host: string; readonly account: { readonly user: string } | undefined } | undefined,
  mail: Config['mail'],
  verify: () => Promise<void>,
): Promise<Line> {
  if (smtp === undefined) return { what, state: 'off', says: 'SMTP_URL is not set' };
  if (mail === undefined) return { what, state: 'off', says: 'baton.yml has no `mail`' };
  const problem = problemWithSender(mail, smtp.account);
  if (problem !== undefined) return { what, state: 'wrong', says: problem };
  try {
    await verify();
    return {
      what,
      state: 'on',
      says: `digests go to ${mail.to.join(', ')} from ${mail.from} by ${smtp.host}`,
    };
  } catch (error) {
    return { what, state: 'wrong', says: messageOf(error) };
  }
}
