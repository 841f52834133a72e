import type { Context } from './context.ts';
import type { Person } from './people/person.ts';
import type { ReasonCode } from './reason-codes.ts';
import type { View } from './views/view.ts';

/** One positional word, as people see it. `after` is the filler word before it, if there was one. */
export interface Word {
  readonly text: string;
  readonly after: 'to' | 'on' | undefined;
}

export type ClauseName = 'because' | 'for' | 'until';

/** What was typed after the command's name, taken apart by the one parser (src/slack/parse.ts). */
export interface Words {
  /** Name of the command that they were typed for. */
  readonly command: string;
  /** Positional words in order, filler words removed. */
  readonly words: readonly Word[];
  /** Flags without their dashes; only flags that the command's grammar lists. */
  readonly flags: ReadonlySet<string>;
  /** What stood behind the flags that take a value: a Slack id for a person. */
  readonly values: ReadonlyMap<string, string>;
  /** What stood behind these words; undefined when they were not there. */
  readonly because: string | undefined;
  readonly for: string | undefined;
  readonly until: string | undefined;
  /** The free text, for a grammar that has one. */
  readonly rest: string | undefined;
}

/** What a command accepts; everything else is an error that names it. */
export interface Grammar {
  /** Names of the positional words for messages, such as `['ENV', '[SERVICE]']`; at most so many are taken. */
  readonly words: readonly string[];
  /** Flags, without dashes. */
  readonly flags: readonly string[];
  readonly clauses: readonly ClauseName[];
  /** A word may be a mention: it stands there as the person's Slack id. */
  readonly people?: boolean;
  /** Flags that take a value, and what it must be. */
  readonly values?: Readonly<Record<string, 'person' | 'word'>>;
  /** Name of a free text that takes all that stands after the command's name. */
  readonly rest?: string;
}

export interface Call {
  readonly words: Words;
  readonly actor: Person;
  /** The channel it was typed or clicked in. */
  readonly channel: string;
  /** Identifies this command: the same for each run of its job. */
  readonly id: string;
  /** Eight characters on every log line and in the small print. */
  readonly reference: string;
  /** True when an earlier run of the same command may have done part of the work. */
  readonly again: boolean;
}

/** `caller`: only the person sees it. `channel`: everybody there, or where it was typed. `none`: it is told elsewhere. */
export type Reply =
  | {
      readonly to: 'caller';
      readonly view: View;
      /** Why it was refused, for the metrics; left out when it was done. */
      readonly reason?: ReasonCode | undefined;
      /** Every reason, where there may be more than one. */
      readonly reasons?: readonly ReasonCode[];
    }
  | {
      readonly to: 'channel';
      readonly channel?: string | undefined;
      readonly view: View;
      /** What the person is told besides, where they typed it, because the news goes to another channel. */
      readonly caller?: View | undefined;
    }
  | { readonly to: 'none' };

/** News for everybody; whoever caused it sees it too when it goes to another channel than they typed in. */
export function toldEverybody(channel: string | undefined, view: View, typedIn: string): Reply {
  const elsewhere = channel !== undefined && channel !== typedIn;
  return { to: 'channel', channel, view, caller: elsewhere ? view : undefined };
}

export interface Command {
  /** The words that people type, such as `deploy status`. */
  readonly name: string;
  /** How it is typed, `/lock ENV[/SERVICE] [because REASON]`. */
  readonly usage: string;
  /** What it does, as an order: `Take an environment for yourself`. */
  readonly summary: string;
  /** A right one: `/lock staging because load test`. */
  readonly example: string;
  readonly grammar: Grammar;
  run(ctx: Context, call: Call): Promise<Reply>;
}

/** Types a command where it is written; does nothing at run time. */
export function defineCommand(command: Command): Command {
  return command;
}
