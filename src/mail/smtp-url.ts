/** A mail server and the account on it. The password is in here: never log it whole. */
export interface SmtpAccess {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (`smtps:`). */
  readonly secure: boolean;
  /** Undefined for a server that asks for no login. */
  readonly account: { readonly user: string; readonly password: string } | undefined;
}

const PORTS = { 'smtp:': 587, 'smtps:': 465 } as const;

/** Reads `SMTP_URL`; undefined for anything but `smtp(s)://[user:password@]host[:port]`, percent-encoded where needed. */
export function parseSmtpUrl(text: string): SmtpAccess | undefined {
  if (!/^smtps?:\/\/[\x21-\x7e]+$/.test(text) || !URL.canParse(text)) return undefined;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  if (protocol !== 'smtp:' && protocol !== 'smtps:') return undefined;
  const isPlain = hostname !== '' && ['', '/'].includes(pathname) && search === '' && hash === '';
  const user = decoded(username);
  const secret = decoded(password);
  if (!isPlain || user === undefined || secret === undefined || (user === '') !== (secret === '')) {
    return undefined;
  }
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? PORTS[protocol] : Number(port),
    secure: protocol === 'smtps:',
    account: user === '' ? undefined : { user, password: secret },
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
