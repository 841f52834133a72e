import type { ReasonCode } from './reason-codes.ts';

/**
 * A problem the person can understand and act on. Its message is shown to them as written.
 * Every other error is a bug or an outage: the person sees a reference, we see the stack.
 */
export class UserError extends Error {
  readonly hint: string | undefined;
  readonly reason: ReasonCode;

  constructor(
    message: string,
    { hint, reason = 'invalid_command', cause }: { hint?: string; reason?: ReasonCode; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = new.target.name;
    this.hint = hint;
    this.reason = reason;
  }
}

export class NotFoundError extends UserError {}

/** Someone else changed the same thing first; asking again may give another answer. */
export class ConflictError extends UserError {}

/** A stored value that does not parse. It blocks what depends on it and is never repaired (contract 7.6). */
export class UnreadableError extends Error {
  readonly key: string;

  constructor(key: string, cause: unknown) {
    super(`The value stored at ${key} cannot be read.`, { cause });
    this.name = 'UnreadableError';
    this.key = key;
  }
}

/**
 * Baton cannot start until somebody changes something around it. The message is one line for the operator: what is
 * wrong and what it should be, never the value of a secret. `main.ts` prints it, without a stack, and exits with 1.
 */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
