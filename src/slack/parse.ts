import type { Command, Words } from '../command.ts';
import { UserError } from '../errors.ts';
import { nearestWord } from '../nearest.ts';
import { freeText, withoutZeroWidth } from './tokens.ts';
import { readWords } from './words.ts';
import { quoted } from '../quoted.ts';

const LONGEST_TEXT = 4_000;
/** More than any command's name has. */
const LONGEST_NAME = 100;

export interface Parsed {
  readonly command: Command;
  readonly words: Words;
}

/**
 * Takes a whole text apart, command first: `deploy status staging`. The one parser for all that is typed or
 * clicked. Throws nothing but UserError `invalid_command`, which names the wrong part.
 */
export function parse(text: string, commands: readonly Command[]): Parsed {
  if (text.length > LONGEST_TEXT) {
    const begun = split(text.slice(0, LONGEST_NAME), commands).name;
    throw new UserError(`That is too long; a command has at most ${LONGEST_TEXT} characters.`, {
      example: commands.find(({ name }) => name === begun)?.example ?? `/${HELP}`,
    });
  }
  const { name, rest } = split(text, commands);
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw unknownCommand(text, commands);
  refuseUnknownEnd(rest, command, commands);
  return { command, words: readWords(rest, command) };
}

const HELP = 'baton help';
const ONLY_EMOJI =
  /^(?::[\w+'-]+:|\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u200D|\uFE0F|\s)+$/u;

function split(text: string, commands: readonly Command[]): { name: string | undefined; rest: string } {
  const typed = withoutZeroWidth(text)
    .trim()
    .replace(/^\/\s*/, '');
  if (typed === '' || /^baton$/i.test(typed) || ONLY_EMOJI.test(typed)) return { name: HELP, rest: '' };
  if (/^help(?!\S)/i.test(typed)) return { name: HELP, rest: typed.slice('help'.length) };

  const [longest] = commands
    .map(({ name }) => ({ name, length: beginning(typed, name) }))
    .filter(({ length }) => length > 0)
    .sort((one, other) => other.length - one.length);
  if (longest === undefined) return { name: undefined, rest: '' };

  const rest = typed.slice(longest.length).trim();
  const asksForHelp = /^(?:help|--help|-h|\?)$/i.test(rest) || (rest !== '' && ONLY_EMOJI.test(rest));
  return asksForHelp ? { name: HELP, rest: longest.name } : { name: longest.name, rest };
}

/** How much of the text is the command's name; 0 when it does not begin with it. */
function beginning(typed: string, name: string): number {
  const pattern = new RegExp(`^${name.replaceAll(' ', '\\s+')}(?!\\S)`, 'i');
  return pattern.exec(typed)?.[0].length ?? 0;
}

/** Throws UserError for a word behind a command that takes none, but with which others begin. */
function refuseUnknownEnd(rest: string, { name, grammar }: Command, commands: readonly Command[]): void {
  const ends = commands.flatMap((one) =>
    one.name.startsWith(`${name} `) ? [one.name.slice(name.length + 1)] : [],
  );
  const [typed = ''] = freeText(rest).split(' ');
  if (ends.length === 0 || grammar.words.length > 0 || grammar.rest !== undefined || !/^\p{L}/u.test(typed))
    return;
  const meant = nearestWord(typed, ends);
  throw new UserError(`There is no command ${quoted(`${name} ${typed}`)}.`, {
    hint:
      meant === undefined
        ? `${quoted(name)} stands alone, or before: ${ends.join(', ')}.`
        : `Did you mean ${quoted(`${name} ${meant}`)}?`,
    example: commands.find((one) => one.name === `${name} ${meant ?? ''}`.trim())?.example,
  });
}

function unknownCommand(text: string, commands: readonly Command[]): UserError {
  const typed = freeText(withoutZeroWidth(text)).replace(/^\/ ?/, '').split(' ');
  const known = commands.map(({ name }) => name);
  const beginsRight = known.some((name) => name.split(' ')[0] === typed[0]?.toLowerCase());
  const named = typed.slice(0, beginsRight ? 2 : 1).join(' ');
  const meant = nearestWord(typed.slice(0, 2).join(' '), known) ?? nearestWord(typed[0] ?? '', known);
  return new UserError(`There is no command ${quoted(named)}.`, {
    hint: meant === undefined ? '“/baton help” lists the commands.' : `Did you mean ${quoted(meant)}?`,
    example: commands.find(({ name }) => name === meant)?.example ?? `/${HELP}`,
  });
}
