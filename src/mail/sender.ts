import type { Config } from '../config/schema.ts';

/**
 * Why the mail server would refuse the sender, or undefined when nothing speaks against it. Servers take mail only from
 * the address of the account that logs in, or let it pass inside and drop it outside.
 */
export function problemWithSender(
  mail: NonNullable<Config['mail']>,
  account: { readonly user: string } | undefined,
): string | undefined {
  if (account === undefined || mail.sender_may_differ) return undefined;
  if (account.user.toLowerCase() === mail.from.toLowerCase()) return undefined;
  return (
    `mail.from must be ${account.user}, the account of SMTP_URL, and not ${mail.from}; ` +
    'where the mail server lets that account send as another address, set mail.sender_may_differ: true'
  );
}
