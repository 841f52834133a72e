/** The server said no for good. `step` is what it refused. */
export class MailRefusedError extends Error {
  readonly step: 'sender' | 'recipient' | 'content';

  constructor(step: MailRefusedError['step'], message: string, cause: unknown) {
    super(message, { cause });
    this.name = 'MailRefusedError';
    this.step = step;
  }
}

/** It could not be sent now, and may be later: no server, no login, no TLS, or "come again". */
export class MailTroubleError extends Error {
  readonly kind: 'unreachable' | 'login' | 'busy' | 'sender';

  constructor(kind: MailTroubleError['kind'], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'MailTroubleError';
    this.kind = kind;
  }
}

interface SmtpFailure {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
  readonly message?: string;
}

const STEPS: readonly (readonly [RegExp, MailRefusedError['step'], string])[] = [
  [/^MAIL FROM/, 'sender', 'The mail server refuses the sender'],
  [/^RCPT TO/, 'recipient', 'The mail server refuses the recipient'],
  [/^DATA/, 'content', 'The mail server refuses the mail'],
];

/** What a failed sending means. `place` is the server, for the message; whatever the server said is in it too. */
export function explainFailure(error: unknown, place: string): MailRefusedError | MailTroubleError {
  const { code = '', command = '', response, responseCode = 0, message }: SmtpFailure = Object(error);
  const said = oneLine(response ?? message ?? String(error));
  if (code === 'EAUTH') {
    return new MailTroubleError(
      'login',
      `The mail server ${place} refuses the login of SMTP_URL: ${said}`,
      error,
    );
  }
  if (code === 'ETLS' || command === 'STARTTLS') {
    const need = 'Outside this machine Baton sends by TLS only, smtps:// or STARTTLS.';
    const what = `There is no TLS with the mail server ${place}: ${said}. ${need}`;
    return new MailTroubleError('unreachable', what, error);
  }
  const refused = STEPS.find(([pattern]) => pattern.test(command));
  if (responseCode >= 500 && refused !== undefined) {
    const [, step, what] = refused;
    return new MailRefusedError(step, `${what}: ${said}`, error);
  }
  if (responseCode >= 400) {
    return new MailTroubleError('busy', `The mail server ${place} takes nothing now: ${said}`, error);
  }
  return new MailTroubleError('unreachable', `The mail server ${place} cannot be reached: ${said}`, error);
}

function oneLine(text: string): string {
  return text
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 300);
}
