import type { Command } from '../command.ts';
import { UserError } from '../errors.ts';

/** The error for a wrong part of a command: names it, and gives the nearest right word and an example. */
export function wrong(command: Command, message: string, hint?: string): UserError {
  return new UserError(message, {
    hint: hint ?? `It goes: “${command.usage}”`,
    example: command.example,
  });
}
