import type { ReasonCode } from './reason-codes.ts';

export interface UserErrorOptions {
  readonly hint?: string | undefined;
  readonly example?: string | undefined;
  readonly reason?: ReasonCode;
  readonly cause?: unknown;
}

/**
 * A problem the person can understand and act on. Its message is shown to them as written.
 * Every other error is a bug or an outage: the person sees a reference, we see the stack.
 */
export class UserError extends Error {
  readonly hint: string | undefined;
  /** What to type instead, such as `/deploy staging`. */
  readonly example: string | undefined;
  readonly reason: ReasonCode;

  constructor(message: string, { hint, example, reason = 'invalid_command', cause }: UserErrorOptions = {}) {
    super(message, { cause });
    this.name = new.target.name;
    this.hint = hint;
    this.example = example;
    this.reason = reason;
  }
}

/** The person lacks a role that others hold. */
export class RoleMissingError extends UserError {
  /** Slack user and usergroup ids of those who may. */
  readonly holders: readonly string[];

  constructor(message: string, holders: readonly string[], options: UserErrorOptions) {
    super(message, { ...options, reason: 'not_allowed' });
    this.holders = holders;
  }
}

export class NotFoundError extends UserError {}

/** Someone else changed the same thing first; asking again may give another answer. */
export class ConflictError extends UserError {}

/** Somebody outside could not be asked. People are told why at once; a job that meets it is run again. */
export class UnavailableError extends UserError {}

/** GitHub could not be asked, or gave no readable answer. */
export class GitHubUnreadableError extends UnavailableError {
  /** When GitHub named a time: how long to wait before the next request. */
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, options: { hint?: string; retryAfterSeconds?: number; cause?: unknown } = {}) {
    super(message, { ...options, reason: 'checks_unreadable' });
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** A stored value that does not parse. It blocks what depends on it and is never repaired by guessing. */
export class UnreadableError extends Error {
  readonly key: string;

  constructor(key: string, cause: unknown) {
    super(`The value stored at ${key} cannot be read.`, { cause });
    this.name = 'UnreadableError';
    this.key = key;
  }
}

/** What is read, or `unreadable` where that is why it fails. */
export async function orUnreadable<Value>(reading: Promise<Value>): Promise<Value | 'unreadable'> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof UnreadableError) return 'unreadable';
    throw error;
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
