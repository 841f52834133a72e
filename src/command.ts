import type * as z from 'zod';
import type { Context } from './context.ts';
import type { Person } from './people/person.ts';
import type { View } from './views/view.ts';

/** What was typed after the command's name, taken apart by the one parser (src/slack/parse.ts). */
export interface Words {
  /** Positional words, in order, filler words removed. `after` is the filler before the word, if there was one. */
  readonly words: readonly { readonly text: string; readonly after: 'to' | 'on' | undefined }[];
  /** Flags without their dashes; only flags that the command's grammar lists. */
  readonly flags: ReadonlySet<string>;
  /** What stood behind `because` or a bare `--reason`; undefined when it was not given. */
  readonly because: string | undefined;
  readonly for: string | undefined;
  readonly until: string | undefined;
}

/** What a command accepts; everything else is an error that names it (contract 6). */
export interface Grammar {
  /** Names of the positional words for messages, such as `['ENV', '[SERVICE]']`; at most so many are taken. */
  readonly words: readonly string[];
  /** Flags, without dashes. */
  readonly flags: readonly string[];
  readonly clauses: readonly ('because' | 'for' | 'until')[];
}

export interface Call<Args> {
  readonly args: Args;
  readonly actor: Person;
  /** The channel it was typed or clicked in. */
  readonly channel: string;
  /** Identifies this command: the same for each run of its job. */
  readonly id: string;
  /** Eight characters on every log line and in the small print. */
  readonly reference: string;
}

/** `caller`: only the person sees it. `channel`: everybody there, or where it was typed. `none`: it is told elsewhere. */
export type Reply =
  | { readonly to: 'caller'; readonly view: View }
  | { readonly to: 'channel'; readonly channel?: string | undefined; readonly view: View }
  | { readonly to: 'none' };

export interface Command<Args extends z.ZodType = z.ZodType> {
  /** The words that people type, such as `deploy status`. */
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly example: string;
  readonly grammar: Grammar;
  /** Turns the parsed words into arguments; what it refuses is answered with usage and example. */
  readonly args: Args;
  run(ctx: Context, call: Call<z.infer<Args>>): Promise<Reply>;
}

/** Types the arguments of `run` from the `args` schema; does nothing at run time. */
export function defineCommand<Args extends z.ZodType>(command: Command<Args>): Command<Args> {
  return command;
}
