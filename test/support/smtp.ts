import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface ReceivedMail {
  readonly from: string;
  readonly to: string;
  /** Headers and body as they came. */
  readonly raw: string;
}

export interface SmtpRules {
  /** The login that it takes; without one it asks for none. */
  login?: { readonly user: string; readonly password: string };
  /** Answers to commands in place of the usual ones, by their beginning: `{ 'MAIL FROM': '553 5.7.1 no' }`. */
  answers: Record<string, string>;
  /** Breaks the connection after it has taken a mail, before it says so. */
  breakAfterData?: boolean;
}

export interface SmtpServer {
  readonly port: number;
  readonly mails: ReceivedMail[];
  /** Every command that came, without what was logged in with. */
  readonly commands: string[];
  readonly rules: SmtpRules;
}

const open: { server: Server; sockets: Set<Socket> }[] = [];

/** To be called by each test file that uses the server: `afterEach(closeSmtpServers)`. */
export async function closeSmtpServers(): Promise<void> {
  await Promise.all(
    open.splice(0).map(async ({ server, sockets }) => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    }),
  );
}

/** A mail server on loopback (RFC 5321, AUTH PLAIN and LOGIN of RFC 4954), which does as its rules say. */
export async function smtpServer(rules: Partial<SmtpRules> = {}): Promise<SmtpServer> {
  const mails: ReceivedMail[] = [];
  const commands: string[] = [];
  const live: SmtpRules = { answers: {}, ...rules };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    converse(socket, { rules: live, mails, commands });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push({ server, sockets });
  return { port: (server.address() as AddressInfo).port, mails, commands, rules: live };
}

interface Talk {
  readonly rules: SmtpRules;
  readonly mails: ReceivedMail[];
  readonly commands: string[];
}

function converse(socket: Socket, { rules, mails, commands }: Talk): void {
  const say = (line: string) => void socket.write(`${line}\r\n`);
  const state = { from: '', to: '', loggedIn: rules.login === undefined, user: '' };
  let mode: 'commands' | 'data' | 'user' | 'password' = 'commands';
  let buffer = '';

  const check = (user: string, password: string) => {
    state.loggedIn = user === rules.login?.user && password === rules.login.password;
    mode = 'commands';
    say(state.loggedIn ? '235 2.7.0 in' : '535 5.7.8 Username and Password not accepted');
  };
  const takeData = (raw: string) => {
    mails.push({ from: state.from, to: state.to, raw: raw.replaceAll(/^\.\./gm, '.') });
    mode = 'commands';
    if (rules.breakAfterData === true) socket.destroy();
    else say(rules.answers['END OF DATA'] ?? '250 2.0.0 taken');
  };
  const take = (line: string) => {
    commands.push(line.replace(/^(AUTH \w+).*/, '$1'));
    const own = Object.entries(rules.answers).find(([begin]) => line.toUpperCase().startsWith(begin));
    if (own !== undefined) {
      say(own[1]);
      if (own[1].startsWith('421')) socket.end();
    } else if (/^EHLO/i.test(line)) {
      const auth = rules.login === undefined ? '' : '250-AUTH PLAIN LOGIN\r\n';
      say(`250-loopback\r\n${auth}250 8BITMIME`);
    } else if (/^AUTH PLAIN /i.test(line)) {
      const [, user = '', password = ''] = decoded(line.slice(11)).split('\0');
      check(user, password);
    } else if (/^AUTH LOGIN/i.test(line)) {
      mode = 'user';
      say('334 VXNlcm5hbWU6');
    } else if (!state.loggedIn && /^(MAIL|RCPT|DATA)/i.test(line)) say('530 5.7.0 Authentication required');
    else if (/^MAIL FROM:/i.test(line)) {
      state.from = address(line);
      say('250 2.1.0 ok');
    } else if (/^RCPT TO:/i.test(line)) {
      state.to = address(line);
      say('250 2.1.5 ok');
    } else if (/^DATA/i.test(line)) {
      mode = 'data';
      say('354 go on');
    } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
    else say('500 5.5.1 not understood');
  };

  say(rules.answers['GREETING'] ?? '220 loopback ESMTP');
  socket.on('data', (chunk) => {
    buffer += chunk.toString('utf8');
    for (;;) {
      const end = mode === 'data' ? '\r\n.\r\n' : '\r\n';
      const at = buffer.indexOf(end);
      if (at === -1) return;
      const piece = buffer.slice(0, at);
      buffer = buffer.slice(at + end.length);
      if (mode === 'data') takeData(piece);
      else if (mode === 'user') {
        state.user = decoded(piece);
        mode = 'password';
        say('334 UGFzc3dvcmQ6');
      } else if (mode === 'password') check(state.user, decoded(piece));
      else take(piece);
    }
  });
}

function decoded(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}

function address(line: string): string {
  return /<([^>]*)>/.exec(line)?.[1] ?? '';
}

/** The parts of a mail by content type, decoded. Enough MIME (RFC 2045, 2046) for what a test looks at. */
export function partsOf(raw: string): Record<string, string> {
  const parts: Record<string, string> = {};
  const visit = (text: string) => {
    const split = text.indexOf('\r\n\r\n');
    const head = text.slice(0, split).replaceAll(/\r\n[ \t]+/g, ' ');
    const body = text.slice(split + 4);
    const boundary = /boundary="?([^";\r\n]+)"?/i.exec(head)?.[1];
    if (boundary !== undefined) {
      for (const inner of body.split(`--${boundary}`).slice(1, -1)) visit(inner.replace(/^\r\n/, ''));
      return;
    }
    const type = /^content-type:\s*([^;\s]+)/im.exec(head)?.[1]?.toLowerCase() ?? 'text/plain';
    const encoding = /^content-transfer-encoding:\s*(\S+)/im.exec(head)?.[1]?.toLowerCase();
    parts[type] = decodedBody(body, encoding);
  };
  visit(raw);
  return parts;
}

function decodedBody(body: string, encoding: string | undefined): string {
  if (encoding === 'base64') return decoded(body);
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** A header's value, unfolded. */
export function headerOf(raw: string, name: string): string | undefined {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replaceAll(/\r\n[ \t]+/g, ' ');
  return new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1];
}
