import type { Person } from '../people/person.ts';
import type { Modal } from './modal.ts';
import type { View } from '../views/view.ts';

/** Slack said no: nothing was sent. `code` is Slack's own word, such as `not_in_channel`. */
export class SlackRefusedError extends Error {
  readonly code: string;

  constructor(method: string, code: string) {
    super(`Slack refused ${method}: ${code}`);
    this.name = 'SlackRefusedError';
    this.code = code;
  }
}

/** Slack asks for patience, for this method and channel only. */
export class SlackBusyError extends Error {
  readonly retryAfterSeconds: number;

  constructor(method: string, retryAfterSeconds: number) {
    super(`Slack wants ${method} no sooner than in ${retryAfterSeconds} s`);
    this.name = 'SlackBusyError';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The request went out and no readable answer came back: it may have been carried out. */
export class SlackUncertainError extends Error {
  constructor(method: string, cause: unknown) {
    super(`Slack may or may not have carried out ${method}`, { cause });
    this.name = 'SlackUncertainError';
  }
}

/**
 * The few things that Baton asks of Slack. Each request is sent once: no retries below this interface. Rejects with
 * one of the three errors above, or with another one when the request certainly did not go out.
 */
export interface Slack {
  post(
    channel: string,
    view: View,
    options?: { readonly thread?: string },
  ): Promise<{ channel: string; ts: string }>;
  update(message: { channel: string; ts: string }, view: View): Promise<void>;
  postEphemeral(channel: string, user: string, view: View): Promise<void>;
  /** Answers a command privately, at the address that came with it. */
  respond(responseUrl: string, view: View): Promise<void>;
  /** Opens a modal for whoever caused the trigger, which lives three seconds. */
  openModal(trigger: string, modal: Modal): Promise<void>;
  /** The id of the direct-message channel with a person. */
  openDirectMessage(user: string): Promise<string>;
  /** The person, at most five minutes old; undefined when Slack knows nobody by that id. */
  findPerson(user: string): Promise<Person | undefined>;
  /** User ids of a usergroup, at most five minutes old. */
  listGroupMembers(group: string): Promise<readonly string[]>;
}
